# SPDX-License-Identifier: BSL-1.0
#
# A browser without a window, and what a page that it has opened shows. Used by clicks_test.py.
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common import utils

# Everything that the tables show, without what marks the last change.
DRAWN = """
const all_of = (selector) => [...document.querySelectorAll(selector)];
const text_of = (e) => (e && !e.hidden ? e.textContent : "");
const slot_of = (s) => [s.classList[1], s.dataset.key || "", s.dataset.value || "",
                        text_of(s.querySelector("i"))];
const drawn = {};
for (const panel of ["syncmap", "classic"]) {
  drawn[panel] = {numbers: {}, tables: {}, sentences: [], log: []};
  const in_panel = (what) => all_of("#" + panel + " " + what);
  for (const e of in_panel("[data-number]")) drawn[panel].numbers[e.dataset.number] = e.textContent;
  drawn[panel].sentences = in_panel(".now li").map((e) => e.textContent);
  drawn[panel].log = in_panel(".log > li > b").map((e) => e.textContent).reverse();
}
for (const name of ["read", "dirty"]) {
  drawn.syncmap.tables[name] = all_of("#syncmap .table." + name + " .bucket").map((b) => ({
    moved: b.classList.contains("moved"), begun: !b.classList.contains("unbegun"),
    heirs: b.dataset.heirs || "", overflow: b.querySelectorAll(".slots.overflow").length,
    slots: [...b.querySelectorAll(".slot")].map(slot_of)}));
  drawn.classic.tables[name] = all_of("#classic .table." + name + " .entry").map(
    (e) => [e.dataset.key, e.classList[1], e.textContent]);
}
drawn.agree = document.getElementById("disagree").hidden;
drawn.error = text_of(document.getElementById("error"));
return drawn;
"""


class Driver(Service):
    """Asked for by its address: a bare system may not know what localhost is."""

    @property
    def service_url(self):
        return f"http://127.0.0.1:{self.port}"

    def is_connectable(self):
        return utils.is_connectable(self.port, "127.0.0.1")


def open_browser(chromium, chromedriver, profile):
    options = Options()
    options.binary_location = chromium
    for argument in ("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
                     "--disable-dev-shm-usage --disable-background-networking "
                     "--disable-component-update --disable-sync --remote-debugging-pipe").split():
        options.add_argument(argument)
    options.add_argument("--user-data-dir=" + profile)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(service=Driver(chromedriver), options=options)


class Drawn:
    """What the page shows at a moment."""

    def __init__(self, shown):
        self.all = shown
        self.syncmap, self.classic = shown["syncmap"], shown["classic"]
        self.read, self.dirty = (self.syncmap["tables"][name] for name in ("read", "dirty"))
        self.text = " ".join(self.syncmap["sentences"])
        self.classic_text = " ".join(self.classic["sentences"])

    def number(self, name, panel="syncmap"):
        return int(self.all[panel]["numbers"][name])

    @property
    def moved(self):
        return [i for i, bucket in enumerate(self.read) if bucket["moved"]]

    def live(self):
        """The entries of all slots that are drawn as true."""
        return [(key, value) for bucket in self.read + self.dirty if not bucket["moved"]
                for kind, key, value, _ in bucket["slots"] if kind == "live"]

    def slots(self, kind):
        return sum(slot[0] == kind for bucket in self.read + self.dirty for slot in bucket["slots"])

    def entries(self, table):
        return {key: state for key, state, _ in self.classic["tables"][table]}
