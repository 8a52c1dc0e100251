# SPDX-License-Identifier: BSL-1.0
"""Whether the links in the repository's documents lead somewhere: markdown_links_test.py TOP

As a reader sees them on a code host: files and folders of the repository, and headings by the anchors they get.
"""

import os
import re
import sys

from document import Document, is_outside

OURS = ("build", "bench-results", ".git")  # not part of the repository


def documents(top):
    for where, folders, names in os.walk(top):
        folders[:] = [name for name in folders if where != top or name not in OURS]
        for name in names:
            if name.endswith(".md"):
                yield os.path.relpath(os.path.join(where, name), top)


def check(top):
    known = {path: Document(top, path) for path in documents(top)}
    broken, checked = [], 0
    for document in known.values():
        for link in document.links():
            if is_outside(link):
                continue
            checked += 1
            path, fragment = document.resolve(link)
            path = path or document.path
            anchors = {anchor for _, _, anchor in known[path].headings} if path in known else set()
            if path.startswith("..") or not os.path.exists(os.path.join(top, path)):
                broken.append(f"{document.path}: {link}: no such file")
            elif fragment and fragment not in anchors and not re.fullmatch(r"L\d+(-L\d+)?", fragment):
                broken.append(f"{document.path}: {link}: no such heading")
    return len(known), checked, broken


if __name__ == "__main__":
    count, checked, broken = check(sys.argv[1])
    print("\n".join(broken))
    print(f"{count} documents, {checked} links, {len(broken)} broken")
    sys.exit(bool(broken) or count == 0 or checked == 0)
