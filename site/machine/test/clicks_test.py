# SPDX-License-Identifier: BSL-1.0
#
# Opens the page in a browser without a window, as a file, clicks its buttons and reads what it
# shows.
#     clicks_test.py CHROMIUM CHROMEDRIVER PAGE
# What is expected comes from the documents (docs/design.md: 14 slots, 10 entries a bucket, three
# units a write) and from a dict that is told the same operations, and not from the page's own
# numbers.
import pathlib
import re
import shutil
import sys
import tempfile
import unittest

from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select, WebDriverWait

from browser import DRAWN, Drawn, open_browser

CHROMIUM, CHROMEDRIVER, PAGE = sys.argv[1:4]


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.profile = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.profile, ignore_errors=True)
        cls.browser = open_browser(CHROMIUM, CHROMEDRIVER, cls.profile)
        cls.addClassCleanup(cls.browser.quit)

    def setUp(self):
        self.open("#empty")

    def open(self, fragment):
        self.resize(1300, 900)
        self.browser.get("about:blank")
        self.browser.get(pathlib.Path(PAGE).resolve().as_uri() + fragment)
        WebDriverWait(self.browser, 30).until(
            lambda b: b.execute_script("return document.body.dataset.ready") == "yes")

    def tearDown(self):
        severe = [line for line in self.browser.get_log("browser") if line["level"] == "SEVERE"]
        self.assertEqual(severe, [], "the browser has nothing to complain about")

    def resize(self, width, height):
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)

    def find(self, selector):
        return self.browser.find_element(By.CSS_SELECTOR, selector)

    def type(self, field, text):
        self.find("#" + field).clear()
        self.find("#" + field).send_keys(str(text))

    def choose(self, field, value):
        Select(self.find("#" + field)).select_by_value(value)

    def look(self):
        drawn = Drawn(self.browser.execute_script(DRAWN))
        self.assertTrue(drawn.all["agree"], "both maps have given the same results")
        return drawn

    def click(self, op, count=None):
        selector = f'button[data-op="{op}"]'
        if op == "random":
            selector += f'[data-count="{count}"]'
        elif count is not None:
            self.type("count", count)
        self.find(selector).click()
        return self.look()

    def store(self, key, value):
        self.type("key", key)
        self.type("value", value)
        return self.click("store")

    def load(self, key):
        self.type("key", key)
        return self.click("load")

    def erase(self, key):
        self.type("key", key)
        return self.click("erase")

    def expect_contents(self, drawn, expected):
        live = drawn.live()
        self.assertEqual(len(live), len(dict(live)), "no key is drawn twice")
        self.assertEqual(dict(live), expected)
        self.assertEqual(drawn.number("size"), len(expected))
        true_table = "dirty" if drawn.classic["numbers"]["amended"] == "yes" else "read"
        self.assertEqual({key: text for key, state, text in drawn.classic["tables"][true_table]
                          if state == "live"},
                         {key: f"{key} = {value}" for key, value in expected.items()})

    # --- one operation at a time ----------------------------------------------------------------

    def test_a_stored_key_is_drawn_found_overwritten_and_erased(self):
        drawn = self.store(17, 5)
        self.expect_contents(drawn, {"17": "5"})
        self.assertEqual([len(b["slots"]) for b in drawn.read], [14], "one bucket of 14 slots")
        self.assertIn("slot 0 of bucket 0 of read: 5.", self.load(17).text)
        self.assertIn("absent", self.load(18).text)
        self.expect_contents(self.store(17, 6), {"17": "6"})
        drawn = self.erase(17)
        self.expect_contents(drawn, {})
        self.assertEqual((drawn.slots("dead"), drawn.slots("empty")), (1, 13))

    def test_what_is_no_number_is_refused_and_changes_nothing(self):
        self.store(17, 5)
        for key in ("abc", "-1", "", "4294967296", "1.5"):
            drawn = self.store(key, 1)
            self.assertIn("number", drawn.all["error"])
            self.expect_contents(drawn, {"17": "5"})
        self.assertEqual(self.load(17).all["error"], "")

    # --- growing ----------------------------------------------------------------------------------

    def test_the_81st_key_makes_a_successor_and_a_promotion_doubles_the_buckets(self):
        drawn = self.click("fill", 80)
        self.assertEqual((len(drawn.read), len(drawn.dirty)), (8, 0), "10 a bucket are allowed")
        drawn = self.click("fill", 1)
        self.assertEqual((len(drawn.read), len(drawn.dirty)), (8, 16))
        self.assertEqual(drawn.syncmap["numbers"]["amended"], "yes")
        writes = 0
        while drawn.dirty:
            self.assertEqual(len(drawn.live()), 81 + writes)
            for i, bucket in enumerate(drawn.read):
                self.assertEqual(bucket["heirs"], f"{2 * i} {2 * i + 1}" if bucket["moved"] else "")
                for heir in (2 * i, 2 * i + 1):
                    self.assertEqual(drawn.dirty[heir]["begun"], bucket["moved"])
            before = len(drawn.moved)
            drawn = self.click("fill", 1)
            writes += 1
            moved = (len(drawn.moved) if drawn.dirty else 8) - before
            self.assertTrue(1 <= moved <= 3, "a write moves up to three units")
        self.assertGreater(writes, 1)
        self.assertEqual((len(drawn.read), drawn.moved), (16, []))
        self.assertIn("promoted", drawn.text)
        self.assertEqual(drawn.syncmap["numbers"]["amended"], "no")

    def test_a_load_that_meets_a_moved_bucket_moves_one(self):
        drawn = self.click("fill", 81)
        misses = 0
        while drawn.dirty:
            key, value = next(slot[1:3] for bucket in drawn.dirty for slot in bucket["slots"]
                              if slot[0] == "live")
            moved = len(drawn.moved)
            drawn = self.load(key)
            misses += 1
            self.assertIn("a miss", drawn.text)
            self.assertIn(f": {value}.", drawn.text)
            self.assertEqual(drawn.number("misses"), misses)
            self.assertEqual(len(drawn.moved), (moved + 1) % 8)
        self.assertEqual(len(drawn.read), 16)
        self.assertNotIn("miss", self.load(1).text)

    def test_keys_of_one_hash_are_chained(self):
        self.choose("hash", "poor")
        drawn = self.click("fill", 14)
        self.assertEqual(sum(b["overflow"] for b in drawn.read), 0)
        tags = {slot[3] for bucket in drawn.read for slot in bucket["slots"] if slot[0] == "live"}
        self.assertEqual(len(tags), 1)
        drawn = self.click("fill", 1)
        self.assertEqual(sorted(b["overflow"] for b in drawn.read)[-1], 1)
        self.assertEqual(drawn.number("overflow"), 1)
        self.assertIn("overflow bucket of", self.load(15).text)

    def test_many_buckets_are_drawn_dense_and_complete(self):
        self.click("fill", 500)
        drawn = self.click("fill", 500)
        self.assertEqual(len(drawn.live()), 1000)
        self.assertTrue(self.find("#syncmap .buckets.dense").is_displayed())
        drawn = self.click("erase random", 500)
        erased = sum(name.startswith("erase ") for name in drawn.syncmap["log"])
        self.assertGreater(erased, 0)
        self.assertEqual(len(drawn.live()), drawn.number("size"))

    # --- the classic map ------------------------------------------------------------------------

    def test_the_classic_map_expunges_and_promotes_after_as_many_misses_as_dirty_has_entries(self):
        for key in (1, 2, 3):
            drawn = self.store(key, key)
        self.assertEqual((drawn.entries("read"), len(drawn.entries("dirty"))), ({}, 3))
        drawn = self.click("for each")
        self.assertEqual(drawn.entries("read"), {"1": "live", "2": "live", "3": "live"})
        self.assertEqual(drawn.entries("dirty"), {})
        self.assertEqual(self.erase(2).entries("read")["2"], "nil")
        drawn = self.store(4, 4)
        self.assertEqual(drawn.entries("read"), {"1": "live", "2": "expunged", "3": "live"})
        self.assertEqual(drawn.entries("dirty"), {"1": "live", "3": "live", "4": "live"})
        self.assertEqual(drawn.number("expunged", "classic"), 1)
        for miss in (1, 2):
            drawn = self.load(4)
            self.assertEqual(drawn.number("misses", "classic"), miss)
            self.assertEqual(drawn.classic["numbers"]["amended"], "yes")
        drawn = self.load(4)
        self.assertEqual(drawn.classic["numbers"]["amended"], "no")
        self.assertEqual(drawn.entries("read"), {"1": "live", "3": "live", "4": "live"})
        self.assertIn("promoted", drawn.classic_text)

    # --- the end of things ----------------------------------------------------------------------

    def test_after_clear_all_is_empty_and_reclaim_destroys_what_was_there(self):
        self.click("fill", 100)
        drawn = self.click("clear")
        self.expect_contents(drawn, {})
        self.assertEqual((drawn.read, drawn.dirty), ([], []))
        self.assertEqual((drawn.entries("read"), drawn.entries("dirty")), ({}, {}))
        self.assertGreater(drawn.number("retired"), 0)
        drawn = self.click("reclaim")
        self.assertEqual((drawn.number("retired"), drawn.number("bytes")), (0, 0))

    def test_replaced_strings_are_retired_and_replaced_numbers_are_not(self):
        self.store(1, 1)
        self.assertEqual(self.store(1, 2).number("retired"), 0)
        self.choose("entries", "words")
        self.store("sky", "blue")
        drawn = self.store("sky", "grey")
        self.expect_contents(drawn, {"sky": "grey"})
        self.assertEqual(drawn.number("retired"), 1)
        self.assertEqual(self.click("reclaim").number("retired"), 0)

    # --- the page itself --------------------------------------------------------------------------

    def test_random_steps_do_what_the_log_says(self):
        for entries in ("numbers", "words"):
            self.choose("entries", entries)
            model, seen = {}, 0
            self.click("fill", 30)
            for _ in range(12):
                drawn = self.click("random", 10)
                for name in drawn.syncmap["log"][seen:]:
                    stored = re.fullmatch(r"store (\S+) = (\S+)", name)
                    if stored:
                        model[stored[1]] = stored[2]
                    elif name.startswith("erase "):
                        model.pop(name.split()[1], None)
                seen = len(drawn.syncmap["log"])
                self.expect_contents(drawn, model)

    def test_a_seed_gives_the_same_again_and_back_undoes_the_last(self):
        def thirty(seed):
            self.type("seed", seed)
            self.find("#restart").click()
            drawn = [self.click("random", 10) for _ in range(3)]
            return drawn[-2].all, drawn[-1].all
        before, after = thirty(7)
        self.find("#back").click()
        self.assertEqual(self.look().all, before)
        self.assertEqual(thirty(7)[1], after)
        self.assertNotEqual(thirty(8)[1], after)

    def test_every_step_of_every_tour_reaches_what_its_caption_says(self):
        tours = len(self.browser.find_elements(By.CSS_SELECTOR, "#tours button"))
        self.assertGreaterEqual(tours, 4)
        for i in range(tours):
            self.browser.find_elements(By.CSS_SELECTOR, "#tours button")[i].click()
            captions = []
            while True:
                caption = self.find("#caption")
                captions.append(caption.text)
                self.assertEqual(caption.get_attribute("data-reached"), "true", caption.text)
                self.assertNotEqual(caption.text, "")
                self.look()
                if not self.find("#next").is_displayed():
                    break
                self.find("#next").click()
            self.assertEqual(len(captions), len(set(captions)))
            self.assertGreater(len(captions), 2)
        self.find("#stop").click()
        self.assertFalse(self.find("#tour").is_displayed())

    def test_the_page_begins_with_the_first_tour_or_with_the_one_that_is_asked_for(self):
        pressed = lambda: self.find("#tours [aria-pressed=true]").get_attribute("data-tour")
        self.assertFalse(self.find("#tour").is_displayed())
        self.open("")
        self.assertTrue(self.find("#tour").is_displayed())
        self.assertEqual((pressed(), self.look().number("size")), ("start", 1))
        self.open("#overflow")
        self.assertEqual((pressed(), self.look().number("size")), ("overflow", 14))

    def test_a_wide_page_has_both_maps_and_a_narrow_one_a_tab_each(self):
        self.click("fill", 45)
        shown = lambda: [self.find("#" + panel).is_displayed() for panel in ("syncmap", "classic")]
        fits = "return document.documentElement.scrollWidth <= window.innerWidth"
        self.assertEqual(shown(), [True, True])
        self.assertTrue(self.browser.execute_script(fits))
        self.resize(420, 900)
        self.assertEqual(shown(), [True, False])
        self.assertTrue(self.browser.execute_script(fits), "nothing is wider than a telephone")
        self.find("#tab-classic").click()
        self.assertEqual(shown(), [False, True])
        self.assertTrue(self.browser.execute_script(fits))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=2)
