# SPDX-License-Identifier: BSL-1.0
"""A Markdown file as code hosts show it: cmark-gfm renders it, headings get the anchors that hosts give them."""

import html
import posixpath
import re
import subprocess

LINK = re.compile(r'(<(?:a|img|source)\b[^>]*?\b(?:href|src|srcset)=")([^"]*)(")')


def plain(fragment):
    """The text of a piece of HTML."""
    return html.unescape(re.sub(r"<[^>]*>", "", fragment))


def anchor(title, seen):
    """What a code host makes of a heading: GitHub's rule, which others follow."""
    base = re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
    count = seen.get(base, 0)
    seen[base] = count + 1
    return f"{base}-{count}" if count else base


def is_outside(target):
    """Whether a link leads out of the repository."""
    return re.match(r"[a-z][a-z0-9+.-]*:|//", target) is not None


class Document:
    """The file `path`, relative to the folder `top`: its title, its HTML and what can be linked to in it."""

    def __init__(self, top, path):
        self.path = path
        rendered = subprocess.run(
            ["cmark-gfm", "--unsafe", "-e", "table", "-e", "strikethrough", "-e", "autolink",
             f"{top}/{path}"], check=True, capture_output=True, text=True, encoding="utf-8").stdout
        # Comments are for the tests of the code in the documents. (In code, < is &lt; by now.)
        self.html = re.sub(r"<!--.*?-->\n?", "", rendered, flags=re.S)
        seen = {}
        self.headings = [(int(level), plain(text), anchor(plain(text), seen))
                         for level, text in re.findall(r"<h([1-6])>(.*?)</h\1>", self.html, re.S)]
        self.title = self.headings[0][1] if self.headings else path

    def bodies(self):
        """The HTML below each heading, down to the next."""
        return re.split(r"<h[1-6]>.*?</h[1-6]>", self.html, flags=re.S)[1:]

    def texts(self):
        """The text below each heading, down to the next."""
        return [" ".join(plain(body).split()) for body in self.bodies()]

    def questions(self):
        """Below each heading, the paragraphs that begin with a question: (question, answer)."""
        return [[(" ".join(plain(question).split()), " ".join(plain(answer).split()))
                 for question, answer in re.findall(r"<p><strong>((?:(?!</strong>).)*\?)</strong>(.*?)</p>", body, re.S)]
                for body in self.bodies()]

    def resolve(self, link):
        """(path in the repository or "" for this file itself, anchor or "") of a link in this document."""
        path, _, fragment = html.unescape(link).partition("#")
        if path:
            path = posixpath.normpath(posixpath.join(posixpath.dirname(self.path), path))
        return path, fragment

    def links(self):
        """All targets of links and images, as they are written."""
        return [target for _, target, _ in LINK.findall(self.html)]

    def with_links(self, rewrite):
        """The HTML with each target replaced by rewrite(target)."""
        return LINK.sub(lambda m: m[1] + html.escape(rewrite(html.unescape(m[2]))) + m[3], self.html)
