# SPDX-License-Identifier: BSL-1.0
"""For tests that run inside gdb, by `gdb -batch -x TEST.py`: how they begin, look and end."""
import os
import re
import traceback

import gdb

here = os.path.dirname(os.path.abspath(__file__))
root = os.path.dirname(os.path.dirname(here))


class LibcxxString:
    """gdb brings no printer for libc++'s std::string."""

    def __init__(self, value):
        raw = bytes(gdb.selected_inferior().read_memory(int(value.address), value.type.sizeof))
        self.size, self.at = raw[0] >> 1, int(value.address) + 1
        if raw[0] & 1:
            self.size, self.at = (int.from_bytes(raw[i:i + 8], "little") for i in (8, 16))

    def to_string(self):
        return bytes(gdb.selected_inferior().read_memory(self.at, self.size)).decode()

    def display_hint(self):
        return "string"


def libcxx_string(value):
    name = gdb.types.get_basic_type(value.type).name or ""
    return LibcxxString(value) if name.startswith("std::__1::basic_string<char") else None


def check(kept, what, *details):
    if not kept:
        raise AssertionError(": ".join([what, *map(str, details)]))


def set_up():
    for setting in ("pagination off", "confirm off", "width 0", "print elements unlimited",
                    # A container may forbid what gdb does with these by default.
                    "startup-with-shell off", "disable-randomization off", "debuginfod enabled off"):
        gdb.execute("set " + setting)
    gdb.execute("source " + os.path.join(root, "debuggers", "syncmap-gdb.py"))
    gdb.pretty_printers.append(libcxx_string)


def start(function):
    """Runs the program up to a function of its own."""
    gdb.Breakpoint(function)
    try:
        gdb.execute("run", to_string=True)
    except gdb.error as error:
        check(False, "gdb cannot run a program here (is ptrace forbidden, or /proc missing?)", error)
    check(gdb.selected_thread() is not None, "the program stops at " + function)


def select_main():
    frame = gdb.newest_frame()
    while frame.name() != "main":
        frame = frame.older()
    frame.select()


def printed(expression):
    """What gdb prints: the head, and the entries as a list."""
    text = gdb.execute("output " + expression, to_string=True)
    head, _, body = text.partition(" = {")
    # The entries of a map begin with a bracket, and nothing in them that follows a comma does.
    return head, re.split(r", (?=\[)" if body.startswith("[") else ", ", body[:-1]) if body else []


def run(test):
    try:
        set_up()
        test()
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc()
        gdb.execute("quit 1")
    print("passed")
