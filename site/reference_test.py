# SPDX-License-Identifier: BSL-1.0
"""Whether the reference is whole: reference_test.py XML HTML NAMESPACE=HEADERS...

Doxygen sees that nothing is without a comment. This sees that the comments have all their parts:
  every function        progress, complexity, exceptions (unless it is noexcept), each parameter `by its name`
  those of containers   memory order and the counterpart in Go, too; but not construction, destruction and
                        what is "not concurrent-safe"
A part may also be in the comment of the class, which is on the same page. `@otherwise` stands for all parts but Go.
"""

import os
import re
import sys
import xml.etree.ElementTree as ElementTree

CONTAINERS = ("map", "any_map", "set")


def public_types(headers):
    """Names of the classes that the headers define outside `detail`, read without Doxygen."""
    for name in sorted(os.listdir(headers)):
        if not name.endswith(".hpp"):
            continue
        with open(os.path.join(headers, name), encoding="utf-8") as file:
            text = re.sub(r"^namespace detail \{.*?^\}  // namespace detail|^namespace detail \{\n.*?^\}$", "",
                          file.read(), flags=re.M | re.S)
        yield from re.findall(r"^(?:class|struct) (\w+)(?: final)?(?: : [^{;]*)? \{", text, re.M)


def described(element):
    """The comment of a class or member: its parts by name, the names it mentions as code, and its text."""
    comment = ElementTree.Element("comment")
    for tag in ("briefdescription", "detaileddescription"):
        if element.find(tag) is not None:
            comment.append(element.find(tag))
    parts = {section.findtext("title"): "".join(section.itertext()) for section in comment.iter("simplesect")
             if section.get("kind") == "par"}
    code = " ".join("".join(word.itertext()) for tag in ("computeroutput", "parametername")
                    for word in comment.iter(tag))
    return parts, set(re.findall(r"\w+", code)), "".join(comment.itertext()).strip()


def gaps(function, cls, cls_comment):
    """What is missing in a function's comment."""
    parts, words, text = described(function)
    cls_parts, cls_words, _ = cls_comment
    name = function.findtext("name")
    if not text:
        yield "any comment"
        return
    given = set(parts) | set(cls_parts)
    arguments = function.findtext("argsstring") or ""
    if arguments.endswith("=delete"):
        return
    throws = not name.startswith("~") and not re.search(r" noexcept(?!\()", arguments)
    needed = ["Progress", "Complexity"] + (["Exceptions"] if throws else [])
    if cls in CONTAINERS and name.lstrip("~") != cls and not re.search(r"[Nn]ot\s+concurrent-safe", text):
        needed += ["Memory order", "Go"]
    for part in needed:
        if part not in given and (part == "Go" or "Otherwise" not in given):
            yield part
    for parameter in function.findall("param"):
        declared = parameter.findtext("declname")
        if declared and declared not in words | cls_words:
            yield f"parameter {declared}"


def check(xml, html, folders):
    problems, functions = [], 0
    index = ElementTree.parse(f"{xml}/index.xml").getroot()
    compounds = {c.findtext("name"): c for c in index.iter("compound")
                 if c.get("kind") in ("class", "struct", "namespace")}
    types = [f"{space}::{name}" for space, headers in folders for name in public_types(headers)]
    for name in types:
        found = compounds.get(name)
        if found is None or not os.path.isfile(f"{html}/{found.get('refid')}.html"):
            problems.append(f"{name}: has no page")
    for name, compound in sorted(compounds.items()):
        if name != "syncmap" and not name.startswith("syncmap::"):
            continue
        definition = ElementTree.parse(f"{xml}/{compound.get('refid')}.xml").getroot().find("compounddef")
        comment = described(definition) if name != "syncmap" else ({}, set(), "")
        for function in definition.iter("memberdef"):
            if function.get("prot") != "public" or function.get("kind") not in ("function", "friend"):
                continue
            if function.get("kind") == "friend" and not function.findtext("argsstring"):
                continue  # a friend class
            functions += 1
            where = f"{name}::{function.findtext('name')}{function.findtext('argsstring')}"
            problems += [f"{where}: lacks {gap}" for gap in gaps(function, name.split("::")[-1], comment)]
    return types, functions, problems


if __name__ == "__main__":
    types, functions, problems = check(*sys.argv[1:3], [folder.split("=", 1) for folder in sys.argv[3:]])
    print("\n".join(problems))
    print(f"{len(types)} classes ({', '.join(types)}), {functions} functions, {len(problems)} problems")
    sys.exit(bool(problems) or len(types) < 18 or functions < 200)
