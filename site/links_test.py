# SPDX-License-Identifier: BSL-1.0
"""Whether every link in a folder of HTML files leads somewhere: links_test.py FOLDER

Looks at every href and src. What leads out of the folder must be on another host, and is not followed.
"""

import os
import sys
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """The links of a page, with their lines, and what can be linked to in it."""

    def __init__(self, path):
        super().__init__()
        self.links, self.anchors = [], {"", "top"}
        with open(path, encoding="utf-8") as file:
            self.feed(file.read())

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in ("href", "src", "action", "poster") and value is not None:
                self.links.append((self.getpos()[0], value))
            elif name == "id" or (name == "name" and tag == "a"):
                self.anchors.add(value)


def check(folder):
    pages = {}
    for where, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".html"):
                path = os.path.normpath(os.path.join(where, name))
                pages[path] = Page(path)
    broken, checked = [], 0
    for path, page in sorted(pages.items()):
        for line, link in page.links:
            parts = urlsplit(link)
            if parts.scheme in ("http", "https", "data") or link.startswith("javascript:toggle"):
                continue
            checked += 1
            target = os.path.normpath(os.path.join(os.path.dirname(path), unquote(parts.path))) \
                if parts.path else path
            inside = os.path.commonpath([target, os.path.normpath(folder)]) == os.path.normpath(folder)
            if parts.scheme or parts.netloc or not inside or not os.path.isfile(target):
                broken.append(f"{path}:{line}: {link}: no such file")
            elif target in pages and unquote(parts.fragment) not in pages[target].anchors:
                broken.append(f"{path}:{line}: {link}: no such anchor")
    return len(pages), checked, broken


if __name__ == "__main__":
    pages, checked, broken = check(sys.argv[1])
    print("\n".join(broken))
    print(f"{pages} pages, {checked} links, {len(broken)} broken")
    sys.exit(bool(broken) or pages == 0 or checked == 0)
