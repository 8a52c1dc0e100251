# SPDX-License-Identifier: BSL-1.0
"""Makes what Doxygen needs for the pages around the reference: pages.py TOP OUT HTML [--machine]

TOP is the repository. README.md becomes the front page; every other *.md at the top or in docs/ becomes a
page and an entry of the menu; and whatever these link to comes along, so that no link leads nowhere: further
documents, sources (as pages with the file in them), folders (as lists), pictures (copied to HTML).
The pages are written to OUT, with the top that all have (header.html) and what the search finds in them
(sections.json).

The text is rendered by cmark-gfm, and is put between \\htmlonly and \\endhtmlonly: Doxygen's own idea of
Markdown differs from what code hosts show. It still sees headings and C++, for contents and highlighting.
"""

import functools
import html
import json
import os
import re
import shutil
import sys

from document import Document, is_outside

# The guides on the front page and in the menu. One that is not here is an error, so that somebody decides.
GROUPS = [
    ("Use it", ["docs/choosing.md", "docs/from-go.md", "docs/from-cpp.md", "docs/cluster.md", "examples/README.md",
                "docs/debugging.md", "docs/abi.md", "CHANGELOG.md"]),
    ("Trust it", ["docs/guarantees.md", "docs/performance.md", "bench/README.md", "docs/verification.md",
                  "docs/coverage.md", "SECURITY.md"]),
    ("Change it", ["docs/design.md", "CONTRIBUTING.md"]),
]

HEADING_OR_CODE = re.compile(r"<h([1-6])>.*?</h\1>|"
                             r'<pre><code(?: class="language-(\w+)")?>(.*?)</code></pre>\n?', re.S)
SECTIONS = {2: "section", 3: "subsection", 4: "subsubsection"}


def page_name(path):
    """Of the file that Doxygen makes, and the page's label in it."""
    if path == "README.md":
        return "index"
    if path.endswith("/README.md"):
        path = os.path.dirname(path)
    elif path.endswith(".md"):
        path = os.path.basename(path)[: -len(".md")].lower()
    else:
        path = "source_" + path
    return re.sub(r"[^\w-]", "_", path)


def raw(fragment):
    """Lets Doxygen pass a piece of HTML through."""
    return f"@htmlonly[block]\n{fragment}\n@endhtmlonly\n" if fragment.strip() else ""


def escaped(title):
    """A title in which Doxygen finds nothing to interpret."""
    return re.sub(r'([\\@&$#<>%"*_`~])', r"\\\1", title)


class Site:
    """What is written so far (known), and what is still to be (waiting). Paths are relative to the repository."""

    def __init__(self, top, out, html_folder, machine):
        self.top, self.out, self.html, self.machine = top, out, html_folder, machine
        self.waiting, self.known, self.sections = [], set(), []
        self.document = functools.cache(lambda path: Document(top, path))  # which runs a program
        self.readme = self.document("README.md")

    # --- which pages there are ---

    def guides(self):
        """What the menu lists: [(group, paths)]."""
        grouped = [path for _, paths in GROUPS for path in paths]
        found = [f"docs/{name}" for name in os.listdir(f"{self.top}/docs") if name.endswith(".md")]
        found += [name for name in os.listdir(self.top) if name.endswith(".md") and name != "README.md"]
        if missing := sorted(set(found) - set(grouped)):
            raise SystemExit(f"pages.py: in no group of the menu: {' '.join(missing)}")
        return GROUPS

    def links(self, paths, prefix=""):
        return "".join(f'<li><a href="{prefix}{self.want(path)}">{html.escape(self.document(path).title)}</a></li>\n'
                       for path in paths)

    def want(self, path):
        """Sees to it that `path` is in the site; where it is, as an address relative to the front page."""
        source = f"{self.top}/{path}"
        if not os.path.exists(source):
            raise SystemExit(f"pages.py: a document links to {path}, which does not exist")
        if path.endswith((".svg", ".png")):
            os.makedirs(os.path.dirname(f"{self.html}/{path}"), exist_ok=True)
            shutil.copyfile(source, f"{self.html}/{path}")
            return path
        if re.fullmatch(r"(etcd/)?include/syncmap/(etcd/)?\w+\.hpp", path):  # Doxygen shows these by itself
            name = os.path.basename(path)
            core, etcd = f"include/syncmap/{name}", f"etcd/include/syncmap/etcd/{name}"
            if all(os.path.exists(f"{self.top}/{other}") for other in (core, etcd)):
                name = path  # there are two of this name
            return name.replace("_", "__").replace(".", "_8").replace("/", "_2") + "_source.html"
        if path not in self.known:
            if page_name(path) in map(page_name, self.known):
                raise SystemExit(f"pages.py: {path} and another file would be the same page")
            self.known.add(path)
            self.waiting.append(path)
        return page_name(path) + ".html"

    # --- what is in them ---

    def rewrite(self, document, link):
        if is_outside(link):
            return link
        path, fragment = document.resolve(link)
        return (self.want(path) if path else "") + (f"#{fragment}" if fragment else "")

    def body(self, document):
        """A document as Doxygen gets it, but for its title."""
        text = document.with_links(lambda link: self.rewrite(document, link))
        text = re.sub(r"<p>(<img [^>]*>)</p>", r'<p class="wide">\1</p>', text)
        headings = iter(document.headings)
        label = page_name(document.path)
        parts = []
        at = 0
        for found in HEADING_OR_CODE.finditer(text):
            before, at = text[at:found.start()], found.end()
            level, language, code = found.groups()
            if level:
                depth, title, anchor = next(headings)
                if depth in SECTIONS:
                    section = re.sub(r"\W", "_", f"{label}__{anchor}")
                    parts += [raw(before), raw(f'<a id="{html.escape(anchor)}"></a>'),
                              f"@{SECTIONS[depth]} {section} {escaped(title)}\n"]
                else:
                    parts.append(raw(before))
            elif language == "cpp":
                parts += [raw(before), f"@code{{.cpp}}\n{html.unescape(code)}@endcode\n"]
            else:
                parts.append(raw(before + found[0]))
        return "\n".join(parts + [raw(text[at:])])

    def note_sections(self, document):
        """For the search: each section by its title, with its text, and each question in it."""
        page = page_name(document.path) + ".html"
        texts = document.texts()
        for (level, title, anchor), text, questions in zip(document.headings, texts, document.questions()):
            where = f"{page}#{anchor}" if level > 1 else page
            self.sections.append([title, document.title if level > 1 else "guide", where, text])
            self.sections += [[question, title, where, answer] for question, answer in questions]

    def document_page(self, path):
        document = self.document(path)
        self.note_sections(document)
        has_contents = sum(link.startswith("#") for link in document.links()) > 5
        contents = "@tableofcontents{HTML:2}\n" if len(document.headings) > 5 and not has_contents else ""
        return f"{escaped(document.title)} {{#{page_name(path)}}}", contents + self.body(document)

    def source_page(self, path):
        self.sections.append([path, "source", page_name(path) + ".html", ""])
        if os.path.isdir(f"{self.top}/{path}"):
            names = sorted(os.listdir(f"{self.top}/{path}"))
            listing = "".join(f"<li><code>{html.escape(name)}</code></li>" for name in names)
            return f"{escaped(path)}/ {{#{page_name(path)}}}", raw(f"<ul>{listing}</ul>")
        with open(f"{self.top}/{path}", encoding="utf-8") as file:
            text = file.read()
        if path.endswith((".hpp", ".cpp")):
            return f"{escaped(path)} {{#{page_name(path)}}}", f"@code{{.cpp}}\n{text}\n@endcode\n"
        return f"{escaped(path)} {{#{page_name(path)}}}", raw(f"<pre><code>{html.escape(text)}</code></pre>")

    def front_page(self, guides):
        """The README, with doors to everything else behind its first paragraphs."""
        self.note_sections(self.readme)
        body = self.body(self.readme)
        doors = [("namespacesyncmap.html", "Reference", "every class and member: what it promises and costs")]
        if self.machine:
            doors.insert(0, ("machine/index.html", "See it work", "a map in your browser: its tables, step by step"))
            self.sections.append(["See it work", "page", doors[0][0], doors[0][2]])
        cards = "".join(f'<a href="{to}"><b>{name}</b> <span>{what}</span></a>' for to, name, what in doors)
        lists = "".join(f"<section><b>{name}</b><ul>{self.links(paths)}</ul></section>" for name, paths in guides)
        nav = raw(f'<nav class="doors">{cards}</nav><nav class="guides">{lists}</nav>')
        first = body.index("@section")
        first = body.rindex("@htmlonly", 0, first)  # the section's anchor
        return "syncmap {#mainpage}", body[:first] + nav + body[first:]

    def header(self, guides):
        entries = "".join(f'<li class="group">{name}</li>\n{self.links(paths, "$relpath^")}'
                          for name, paths in guides)
        machine = '<a href="$relpath^machine/index.html">See it work</a>' if self.machine else ""
        with open(os.path.join(os.path.dirname(__file__), "header.html"), encoding="utf-8") as file:
            return file.read().replace("<!-- guides -->", entries).replace("<!-- machine -->", machine)

    def write(self, name, title, text):
        with open(f"{self.out}/{name}.md", "w", encoding="utf-8") as file:
            file.write(f"# {title}\n\n{text}")

    def make(self):
        guides = self.guides()
        self.known.add("README.md")
        self.write("index", *self.front_page(guides))
        while self.waiting:
            path = self.waiting.pop()
            page = self.document_page if path.endswith(".md") else self.source_page
            self.write(page_name(path), *page(path))
        with open(f"{self.out}/header.html", "w", encoding="utf-8") as file:
            file.write(self.header(guides))
        with open(f"{self.out}/sections.json", "w", encoding="utf-8") as file:
            json.dump(self.sections, file)
        print(f"{sum(len(paths) for _, paths in guides)} guides, {len(self.known)} pages")


if __name__ == "__main__":
    top, out, html_folder = sys.argv[1:4]
    for folder in (out, html_folder):
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
    Site(top, out, html_folder, "--machine" in sys.argv[4:]).make()
