# SPDX-License-Identifier: BSL-1.0
"""The visualizers for Visual Studio, which runs elsewhere, tried as far as gdb can: every expression in
the file is evaluated on an object of its type, and what the list of a map's entries does is done, step
by step. Only the insides of std::atomic, which are another library's, have a stand-in (of libstdc++).
"""
import os
import re
import sys
import xml.etree.ElementTree as xml

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import common
from common import check

SPACE = "{http://schemas.microsoft.com/vstudio/debugger/natvis/2010}"
POINTERS = {"read_", "successor", "chains", "overflows", "next", "node_"}  # atomic ones
MAPS = ["flat", "tiny_slots", "points", "words", "nodes", "growing_nodes", "shrinking", "chained"]
tried = set()


def tag(element):
    return element.tag.removeprefix(SPACE) if isinstance(element.tag, str) else "comment"


def atomic(found):
    return found[1] + found[2] + ("._M_b._M_p" if found[1] in POINTERS else "._M_i")


class View:
    """A visualizer, on an object."""

    def __init__(self, types, value):
        self.types, self.address, matching = types, int(value.address), []
        for self.type in bases(gdb.types.get_basic_type(value.type)):  # one serves for derived types, too
            matching = matching or [t for t in types
                                    if re.fullmatch(re.escape(t.get("Name")).replace(r"\*", ".*"), self.type.name)]
            if matching:
                break
        check(len(matching) == 1, "a visualizer", value.type)
        self.element, self.variables = matching[0], set()

    def evaluate(self, text):
        tried.add(text)
        text = re.sub(r"\$T(\d)", lambda t: str(self.type.template_argument(int(t[1]) - 1)), text)
        text = re.sub(r"(\w+)((?:\[[^\]]*\])?)\._Storage\._Value", atomic, text).replace("nullptr", "0")
        text = re.sub(r"\bthis\b", "((%s*)%d)" % (self.type, self.address), text)
        names = {f.name for base in bases(self.type) for f in base.fields()} | self.variables
        text = re.sub(r"(?<![\w$.>])(?<!->)([A-Za-z_]\w*)\b", lambda name: self.full(name[1], names), text)
        return gdb.parse_and_eval(text)

    def full(self, name, names):
        if name not in names:
            return name
        if name in self.variables:
            return "$" + name
        return "((%s*)%d)->%s" % (self.type, self.address, name)

    def holds(self, element):
        return element.get("Condition") is None or bool(self.evaluate(element.get("Condition")))

    def display(self):
        for choice in self.element.findall(SPACE + "DisplayString"):
            if self.holds(choice):
                return re.sub(r"\{(.*?)\}", lambda e: self.shown(self.evaluate(e[1])), choice.text)
        return ""

    def shown(self, value):
        name = gdb.types.get_basic_type(value.type).name or ""
        return View(self.types, value).display() if name.startswith("syncmap::") else value.format_string()

    def items(self):
        """(name, value) of what it expands to."""
        for element in self.element.findall(SPACE + "Expand/*"):
            if not self.holds(element):
                continue
            if tag(element) == "ExpandedItem":
                value = self.evaluate(element.text)
                ours = (gdb.types.get_basic_type(value.type).name or "").startswith("syncmap::")
                yield from View(self.types, value).items() if ours else [(None, value)]
            else:
                yield from [(element.get("Name"), self.evaluate(element.text))] \
                    if tag(element) == "Item" else self.walk(element)

    def walk(self, block):
        """Runs the statements of a list. Returns true at a break."""
        for statement in block:
            kind = tag(statement)
            if kind == "Variable":
                value = self.evaluate(statement.get("InitialValue"))
                self.variables.add(statement.get("Name"))
                gdb.set_convenience_variable(statement.get("Name"), value)
            elif kind == "comment" or (kind != "Loop" and not self.holds(statement)):
                continue
            elif kind == "Exec":
                self.evaluate(statement.text)
            elif kind == "Item":
                yield statement.get("Name"), self.evaluate(statement.text)
            elif kind == "Break":
                return True
            elif kind == "If":
                if (yield from self.walk(statement)):
                    return True
            elif kind == "Loop":
                while self.holds(statement) and not (yield from self.walk(statement)):
                    pass
            else:
                raise AssertionError("no such statement: " + kind)
        return False


def bases(type_):
    """A type, what it is derived from, and its members without a name."""
    yield type_
    for field in type_.fields():
        if field.is_base_class or not field.name:
            yield from bases(gdb.types.get_basic_type(field.type))


def expressions(types):
    """All there are in the file."""
    found = set()
    for element in (e for t in types for e in t.iter()):
        found |= {element.get(a) for a in ("Condition", "InitialValue") if element.get(a)}
        if tag(element) == "DisplayString":
            found |= set(re.findall(r"\{(.*?)\}", element.text))
        elif tag(element) in ("Exec", "Item", "ExpandedItem"):
            found.add(element.text)
    return found


def test():
    types = xml.parse(os.path.join(common.root, "debuggers", "syncmap.natvis")).getroot().findall(SPACE + "Type")
    common.start("stop_here")
    common.select_main()
    array = gdb.parse_and_eval("expectations")
    expected = {}
    while array[len(expected)]["expression"]:
        one = array[len(expected)]
        expected[one["expression"].string()] = (one["head"].string(), one["entries"].string().splitlines())
    for name in MAPS:
        view = View(types, gdb.parse_and_eval(name + ".map"))
        head, entries = expected[name + ".map"]
        check(("amended" in head) == ("amended" in view.display()), name, head, view.display())
        shown = []
        for _, slot in view.items():
            (key_name, key), (value_name, value) = View(types, slot).items()
            View(types, slot).display()
            check((key_name, value_name) == ("key", "value"), "names", key_name, value_name)
            shown.append("[%s] = %s" % (key.format_string(), value.format_string()))
        check(sorted(shown) == sorted(entries), name, sorted(shown), "not", sorted(entries))
    stored = "value_._M_payload._M_payload._M_value"  # in the std::optional of libstdc++
    for name, text in (("empty.map", "empty"), ("pinned", "0x"), ("pinned_word", "9"), ("one", "a value"),
                       ("pinned_word." + stored, "9"), ("empty_any", "empty"),
                       ("flat_stats", "5 entries in 1 buckets, 0 retired"),
                       ("stats", "139 entries in 16 buckets, amended")):
        view = View(types, gdb.parse_and_eval(name))
        check(text in view.display(), "display of " + name, view.display())
        list(view.items())
    for name in ("strings", "letters"):
        view = View(types, gdb.parse_and_eval(name))
        keys = [next(View(types, slot).items())[1].format_string() for _, slot in view.items()]
        check("buckets" in view.display() and sorted(keys) == sorted(expected[name][1]), name, keys)
    check(not list(View(types, gdb.parse_and_eval("empty.map")).items()), "an empty map has no entries")
    check(not expressions(types) - tried, "all have been evaluated", expressions(types) - tried)
    print("%d expressions on %d maps" % (len(tried), len(MAPS)))


common.run(test)
