# SPDX-License-Identifier: BSL-1.0
"""What gdb prints of the maps of states.cpp is what that program says they hold: while it runs, in a
core file that is written then, and while buckets move; and nonsense in memory is called so.
"""
import os
import sys
import tempfile

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import common
from common import check, printed


def check_expectations():
    common.select_main()
    array = gdb.parse_and_eval("expectations")
    count = 0
    while array[count]["expression"]:
        expression, head, entries = (array[count][f].string() for f in ("expression", "head", "entries"))
        shown_head, shown_entries = printed(expression)
        check(shown_head == head, "head of " + expression, shown_head, "not", head)
        expected = entries.splitlines()
        check(sorted(shown_entries) == sorted(expected), "entries of " + expression,
              sorted(shown_entries), "not", sorted(expected))
        count += 1
    check(count >= 28, "there are expectations", count)
    print(count, "values as expected")


def check_tables():
    """The summary of the tables, from which nothing may be missing."""
    text = gdb.execute("info syncmap chained", to_string=True)  # a struct that has the map as a member
    check("with 40 elements\n" in text and " 8 of 8 buckets current, with 40 live and 20 dead" in text, text)
    check("4 overflow buckets, 0 locked" in text, text)
    text = gdb.execute("info syncmap growing.map", to_string=True)
    moved = int(text.split("amended: ")[1].split()[0])
    read, dirty = text.splitlines()[1:3]
    check(read.startswith("read  at ") and " %d of 16 buckets current" % (16 - moved) in read, text)
    check(dirty.startswith("dirty at ") and " %d of 512 buckets current" % (32 * moved) in dirty, text)
    live = [int(line.split("with ")[1].split()[0]) for line in (read, dirty)]
    check(sum(live) == 139 and min(live) > 0, text)
    text = gdb.execute("info syncmap empty.map", to_string=True)
    check(text == "with 0 elements\n0 retired (0 bytes)\n", text)
    for nothing, says in (("1", "no map of syncmap"), ("stats", "no map of syncmap"),
                          ("", "Of which map?"), ("no_such_name", "No symbol")):
        try:
            gdb.execute("info syncmap " + nothing)
            check(False, "that is no map", nothing)
        except gdb.error as error:
            check(says in str(error) and "Say: info syncmap EXPRESSION" in str(error), str(error))


class Patched:
    """Nonsense in the program's memory, for a block."""

    def __init__(self, place, number):
        self.at, self.size = int(place.address), place.type.sizeof
        self.bytes = number.to_bytes(self.size, sys.byteorder)

    def __enter__(self):
        inferior = gdb.selected_inferior()
        self.old = bytes(inferior.read_memory(self.at, self.size))
        inferior.write_memory(self.at, self.bytes)

    def __exit__(self, *_):
        gdb.selected_inferior().write_memory(self.at, self.old)


def check_nonsense():
    value = gdb.parse_and_eval
    head, _ = printed("garbage->map")
    check(head.startswith("syncmap::map, not readable: Cannot access memory at address 0xa5a5"), head)
    with Patched(value("garbage->map.impl_.read_"), int(value("&garbage->map"))):
        head, entries = printed("garbage->map")
        check(head.startswith("syncmap::map, not readable: there is no table at 0x"), head)
        check(not entries, "no entries of what is no table", entries)
    main = sys.modules["__main__"]
    table = main.Map(value("nodes.map")).read
    for place, number in ((table.value["bits"], 200), (table.value["bits"], table.bits + 1),
                          (table.value["locks"], table.locks + 4), (table.value["slot"], 0)):
        with Patched(place, number):
            check("there is no table at %#x" % table.address in printed("nodes.map")[0], "a bad table")
    whole = printed("nodes.map")[1]
    slot = next(slot for i in range(table.buckets) for b in table.chain(i) for slot in b.live())
    with Patched(slot["node_"], 8):
        entries = printed("nodes.map")[1]
        check(len(entries) == len(whole) and len(set(entries) - set(whole)) == 1, "one bad node", entries)
        check(any("Cannot access memory" in e and "not readable" in e for e in entries), "is said")
    # A thread that links or erases an entry may have got no further than its tag, or has
    # made its node a link in a list.
    node = main.loaded(slot["node_"]).dereference()
    word = node.cast(node.type.fields()[0].type.fields()[0].type)["link_"]
    for place, number in ((slot["node_"], 0), (word, 0), (word, int(node.address) | 3)):
        with Patched(place, number):
            entries = printed("nodes.map")[1]
            check(len(entries) == len(whole) - 1 and set(entries) < set(whole), "is left out", entries)
    table = main.Map(value("chained.map")).read
    bucket = next(i for i in range(table.buckets) if table.home(i).overflow)
    first = main.loaded(table.value["chains"][bucket])
    with Patched(first["next"], int(first)):
        check("the chain of bucket %d is a circle" % bucket in printed("chained.map")[1][-1], "a circle")
    check_expectations()


def check_each_step_of_moving():
    gdb.execute("continue", to_string=True)
    common.select_main()
    expected = sorted("[%d] = %d" % (i, i) for i in range(20))
    breakpoint_in_a_move = gdb.Breakpoint("tag_group::set_moved")
    steps = 0
    while True:
        gdb.execute("continue", to_string=True)
        if not gdb.selected_thread():
            break
        common.select_main()
        shown = printed("stepwise.map")[1]
        check(sorted(shown) == expected, "entries at step %d of moving" % steps, sorted(shown))
        steps += 1
    breakpoint_in_a_move.delete()
    check(gdb.parse_and_eval("$_exitcode") == 0, "the program goes on as if nobody had looked")
    # Optimised, it has been made part of other code, and may be nowhere in particular.
    check(steps >= 16 or gdb.parse_and_eval("optimised"), "there are steps of moving", steps)
    print(steps, "steps of moving")


def test():
    gdb.Breakpoint("about_to_move")
    common.start("stop_here")
    check_expectations()
    check_tables()
    with tempfile.TemporaryDirectory() as folder:
        core = os.path.join(folder, "core")
        gdb.execute("generate-core-file " + core, to_string=True)
        check_nonsense()
        check_each_step_of_moving()
        gdb.execute("core-file " + core, to_string=True)
        check_expectations()
        check_tables()
        gdb.execute("core-file")


common.run(test)
