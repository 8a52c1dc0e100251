# SPDX-License-Identifier: BSL-1.0
"""Whether pages and drawings fit: screen_test.py CHROMIUM CHROMEDRIVER HTML SOURCES

Opens every page of the site in HTML on a screen of 360 pixels: none is wider, nor any part that cannot be pushed to
the side. Opens every drawing in the documents of SOURCES with a wide font, DejaVu Sans, and a narrow one: no words
run out of the drawing, out of their box, or over other words.
"""

import glob
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent / "machine" / "test"))
from browser import open_browser  # noqa: E402

CHROMIUM, CHROMEDRIVER, HTML, SOURCES = sys.argv[1:5]

TOO_WIDE = """
const width = document.documentElement.clientWidth;
const scrolls = (e) => e !== document.body && e !== document.documentElement &&
    getComputedStyle(e).overflowX !== "visible";
const pushed = (e) => { for (let up = e.parentElement; up; up = up.parentElement) if (scrolls(up)) return true; };
const found = [...document.querySelectorAll("body *")].filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width > 0 && box.right > width + 1 && !e.closest("details:not([open])") && !pushed(e);
}).map((e) => e.tagName + " " + e.className + " `" + e.textContent.trim().slice(0, 60) + "'");
return document.documentElement.scrollWidth > width ? [document.documentElement.scrollWidth, ...found] : [];
"""

# `boxed`: each polygon is a box around the words in its middle.
MISPLACED = """
const [boxed] = arguments;
const svg = document.querySelector("svg"), all = svg.getBoundingClientRect();
const texts = [...svg.querySelectorAll("text")].filter((t) => t.textContent.trim())
    .map((t) => [t.textContent.trim(), t.getBoundingClientRect()]);
const boxes = [...svg.querySelectorAll(".node polygon")].map((p) => p.getBoundingClientRect());
const inside = (t, b) => t.left >= b.left - 0.5 && t.right <= b.right + 0.5 && t.top >= b.top - 3 && t.bottom <= b.bottom + 3;
const has_middle = (b, t) => {
    const x = (t.left + t.right) / 2, y = (t.top + t.bottom) / 2;
    return x > b.left && x < b.right && y > b.top && y < b.bottom;
};
const area = (b) => b.width * b.height;
const found = [];
for (const [words, t] of texts) {
    if (!inside(t, all)) found.push(words + ": out of the drawing");
    const around = boxes.filter((b) => has_middle(b, t)).sort((a, b) => area(a) - area(b))[0];
    if (boxed && around && !inside(t, around)) found.push(words + ": out of its box");
}
texts.forEach(([a_words, a], i) => texts.slice(i + 1).forEach(([b_words, b]) => {
    const over = Math.min(a.right, b.right) - Math.max(a.left, b.left);
    const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
    if (over > 1 && high > 0.4 * Math.min(a.height, b.height)) found.push(a_words + ": over " + b_words);
}));
return [texts.length, found];
"""


class Screen(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.browser = open_browser(CHROMIUM, CHROMEDRIVER, cls.folder + "/profile")
        cls.addClassCleanup(cls.browser.quit)

    def resize(self, width, height):
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def test_no_page_is_wider_than_a_small_screen(self):
        pages = sorted(glob.glob(f"{HTML}/**/*.html", recursive=True))
        self.assertGreater(len(pages), 30)
        self.resize(360, 740)
        for page in pages:
            with self.subTest(page=page):
                self.browser.get(pathlib.Path(page).resolve().as_uri())
                self.assertEqual(self.browser.execute_script(TOO_WIDE), [])

    def test_words_stay_where_they_belong_in_drawings(self):
        drawings = sorted(glob.glob(f"{SOURCES}/docs/**/*.svg", recursive=True))
        self.assertGreater(len(drawings), 5)
        self.resize(1600, 1200)
        page = pathlib.Path(self.folder, "drawing.html")
        for drawing in drawings:
            for font in ("DejaVu Sans", "Liberation Sans"):
                with self.subTest(drawing=drawing, font=font):
                    text = pathlib.Path(drawing).read_text(encoding="utf-8")
                    text = re.sub(r'font-family="[^"]*"', f'font-family="{font}"', text[text.index("<svg"):])
                    page.write_text('<!DOCTYPE html><meta charset="utf-8">' + text, encoding="utf-8")
                    self.browser.get(page.as_uri())
                    count, found = self.browser.execute_script(MISPLACED, "/diagrams/" in drawing)
                    self.assertGreater(count, 5)
                    self.assertEqual(found, [])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
