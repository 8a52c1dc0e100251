# SPDX-License-Identifier: BSL-1.0
"""What is left to do after Doxygen: finish.py XML HTML SECTIONS HEADER [MACHINE]

Shortens the names of members in the pages of classes, and their lists at the top of the page, and writes the index of the search: all classes and members
from Doxygen's XML, and the sections of the documents from the file that pages.py has left. The page that runs the map, MACHINE, gets the bar of HEADER, which all
others have.
"""

import glob
import json
import re
import sys
import xml.etree.ElementTree as ElementTree

SCOPE = re.compile(r'(<td class="memname">[^\n]*?)'
                   r'(?:<a class="el" href="[^"]*">)?syncmap::(?:etcd::)?\w+(?:</a>)?(?:&lt;.*?&gt;)?::')
# A row of the list of members: the first for what it is, the second for the sentence about it. What is the same for
# another kind of argument is not listed beside it, and constraints stand where the member is described.
LISTED = re.compile(r'<tr class="(?:memitem|memdesc|separator):(\w+)"[^>]*>.*?</tr>\n?', re.S)
SAME_AGAIN = re.compile(r'<tr class="memdesc:(\w+)"[^>]*><td class="mdescLeft">[^\n]*<td class="mdescRight">'
                        r'The same for bit-fields ')
CONSTRAINT = re.compile(r'(<td class="mem(?:Templ|Item)Params"[^>]*>[^\n]*?)\s*(?:<br />)?\s*\n?requires [^\n]*?</td>')
OWN_TEMPLATE = re.compile(r'(<div class="memproto">\n)<div class="memtemplate">\n[^\n]*</div>\n')


def text(element):
    """All text in an element, spaces made single."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def address(refid, is_member):
    """Where Doxygen puts what has this id."""
    if not is_member:
        return refid + ".html"
    page, _, member = refid.rpartition("_1")
    return f"{page}.html#{member}"


def reference(xml_folder):
    """An entry for each public class, and each of its members."""
    paths = [path for pattern in ("class*", "struct*", "namespacesyncmap", "namespacesyncmap_1_1etcd")
             for path in glob.glob(f"{xml_folder}/{pattern}.xml")]
    # Of what is found equally well, the core's comes first.
    for path in sorted(paths, key=lambda p: ("syncmap_1_1etcd" in p, p)):
        compound = ElementTree.parse(path).getroot().find("compounddef")
        kind, name = compound.get("kind"), compound.findtext("compoundname")
        if kind != "namespace":
            yield [name.replace("syncmap::", ""), kind, address(compound.get("id"), False),
                   text(compound.find("briefdescription")) + " " + text(compound.find("detaileddescription"))]
        for member in compound.iter("memberdef"):
            brief = text(member.find("briefdescription"))
            if member.get("prot") == "public" and brief and not brief.startswith("The same for bit-fields "):
                yield [member.findtext("name"), name, address(member.get("id"), True),
                       brief + " " + text(member.find("detaileddescription"))]


def shorten(html_folder):
    """Without the class before each member's name, which the page is about, and the class's own template<>."""
    for path in glob.glob(f"{html_folder}/class*.html") + glob.glob(f"{html_folder}/struct*.html"):
        with open(path, encoding="utf-8") as file:
            page = file.read()
        page = SCOPE.sub(r"\1", page)
        page = re.sub(r'(<div class="title">[^\n]*?)(?: Class| Struct)(?: Template)? Reference', r"\1", page)
        again = set(SAME_AGAIN.findall(page))
        page = LISTED.sub(lambda row: "" if row[1] in again else row[0], page)
        page = CONSTRAINT.sub(r"\1</td>", page)
        if "compoundTemplParams" in page:
            page = OWN_TEMPLATE.sub(r"\1", page)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page)


def give_bar(machine, header, html_folder):
    """Puts the bar into a page that Doxygen has not made, one folder further down."""
    with open(header, encoding="utf-8") as file:
        bar = re.search(r'<nav class="bar">.*?</nav>', file.read(), re.S)[0]
    with open(machine, encoding="utf-8") as file:
        page = file.read()
    with open(f"{html_folder}/index.html", encoding="utf-8") as file:
        version = re.search(r"<small>(.*?)</small>", file.read())[1]
    bar = bar.replace("$relpath^", "../").replace("$projectname", "syncmap").replace("$projectnumber", version)
    page = page.replace('<link rel="stylesheet" href="style.css">', '<link rel="stylesheet" href="../bar.css">\n'
                        '<link rel="stylesheet" href="style.css">\n<script src="../search.js" defer></script>')
    page = re.sub(r'<nav class="bar">.*?</nav>', lambda _: bar, page, count=1, flags=re.S)
    with open(machine, "w", encoding="utf-8") as file:
        file.write(page)


if __name__ == "__main__":
    xml_folder, html_folder, sections, header = sys.argv[1:5]
    shorten(html_folder)
    for machine in sys.argv[5:]:
        give_bar(machine, header, html_folder)
    entries = list(reference(xml_folder))
    with open(sections, encoding="utf-8") as file:
        entries += json.load(file)
    with open(f"{html_folder}/search-index.js", "w", encoding="utf-8") as file:
        file.write("var search_index = " + json.dumps(entries, ensure_ascii=False, indent=0) + ";\n")
    print(f"{len(entries)} entries in the index")
