# SPDX-License-Identifier: BSL-1.0
"""Whatever the threads of threads.cpp are doing when they are stopped: no key is printed twice, none
that stays is missing, and each has the value that belongs to it.
"""
import os
import re
import sys

import gdb

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import common
from common import check, printed

KEPT, THREADS = 50, 3  # as in threads.cpp


def check_map(name, value_of):
    head, entries = printed(name)
    size = int(re.match(r"syncmap::map with (\d+) elements", head)[1])
    keys = []
    for entry in entries:
        key, value = re.fullmatch(r"\[(\d+)\] = (.*)", entry).groups()
        check(value == value_of(int(key)), "a key's own value", entry)
        keys.append(int(key))
    check(len(set(keys)) == len(keys), "no key twice", sorted(keys))
    check(set(range(KEPT)) <= set(keys), "none is missing", sorted(keys))
    check(abs(size - len(keys)) <= THREADS, "each thread is about to count one", size, len(keys))
    check(gdb.execute("info syncmap " + name, to_string=True).startswith("with "), "info syncmap")
    return "amended" in head, len(keys)


def test():
    common.start("tick")
    states = []
    while gdb.selected_thread():
        common.select_main()
        states.append(check_map("flat", str))
        states.append(check_map("nodes", lambda i: '"a text that is too long for its object %d"' % i))
        gdb.execute("continue", to_string=True)
    check(len(states) == 24, "so many looks", len(states))
    check(len({size for _, size in states}) > 2, "there is something going on", states)
    check(gdb.parse_and_eval("$_exitcode") == 0, "the program goes on as if nobody had looked")
    amended = sum(amended for amended, _ in states)
    check(amended > 0, "maps are amended now and then")
    print(amended, "of", len(states), "looks at an amended map")


common.run(test)
