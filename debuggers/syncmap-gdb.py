# SPDX-License-Identifier: BSL-1.0
"""How gdb prints maps, sets, anys, handles and statistics of syncmap; docs/debugging.md says how to
load it.

Nothing is called in the program and no lock is asked for: what is printed is what memory holds, of a
process that has stopped or in a core file. include/syncmap/detail/ explains what is read here. The
rules that matter: a bucket is true in one table only (table.hpp, I1), and the flag of a unit's first
source stands for the whole unit (successor.hpp), so that entries which are being moved are seen once.
"""
import itertools
import re

import gdb
import gdb.printing
import gdb.types

SLOTS = 14  # of a bucket: so many of its tag bytes are tags
TAG_BYTES = 16
LOCK_BYTES = 4
DEAD = 1  # a tag: 0 never used, 1 dead, anything else live
AT_ONCE = 1024  # buckets whose tags are read together
MAP_TYPE = re.compile(r"^syncmap::(v\d+::)?(map<.*>|any_map)$")


class Unreadable(Exception):
    """Memory is not what a map would have there; says why."""


def plain(type_):
    return gdb.types.get_basic_type(type_)


def loaded(atomic):
    """What a std::atomic holds: its only member's only member, and so on, in whichever library."""
    while plain(atomic.type).code == gdb.TYPE_CODE_STRUCT:
        fields = plain(atomic.type).fields()
        atomic = atomic[next(f for f in fields if hasattr(f, "bitpos") and f.type.sizeof)]
    return atomic


def seen_as(type_, words):
    """The object that is kept as atomic words, which have its bytes."""
    return words.address.cast(type_.unqualified().pointer()).dereference()


def read_bytes(address, size):
    try:
        return bytes(gdb.selected_inferior().read_memory(address, size))
    except gdb.MemoryError as error:
        raise Unreadable(str(error)) from error


def counted(number, one, many=None):
    return "%d %s" % (number, one if number == 1 else many or one + "s")


class Bucket:
    def __init__(self, tags, slots):
        self.tags, self.slots = tags[:SLOTS], slots
        self.moved, self.overflow = bool(tags[SLOTS] & 1), bool(tags[SLOTS] & 2)

    def live(self):
        return (self.slots[i] for i, tag in enumerate(self.tags) if tag > DEAD)


class Table:
    """A table whose arrays are where its constructor puts them; nothing else is taken for one."""

    def __init__(self, pointer):
        self.address, self.value = int(pointer), pointer.dereference()
        tags, slots, chains, stamps, locks, bits = (
            int(self.value[name])
            for name in ("tags", "slot", "chains", "stamps", "locks", "bits"))
        self.bits, self.buckets = bits, 1 << min(bits, 64)
        word, slot = self.value["chains"].type.sizeof, self.value["slot"].type.target()
        head = (self.value.type.sizeof + TAG_BYTES - 1) // TAG_BYTES * TAG_BYTES
        self.width = min(SLOTS, (chains - slots) // (self.buckets * slot.sizeof))
        if (self.width < 1 or tags != self.address + head
                or slots != tags + TAG_BYTES * self.buckets
                or stamps != chains + word * self.buckets
                or locks != stamps + LOCK_BYTES * self.buckets):
            raise Unreadable("there is no table at %#x" % self.address)
        self.tags, self.locks, self.block = tags, locks, (None, b"")
        self.big_endian = "big endian" in gdb.execute("show endian", to_string=True)

    def successor(self):
        pointer = loaded(self.value["successor"])
        return Table(pointer) if pointer else None

    def in_order(self, tags):
        """As on a little-endian machine: the tags are two 64-bit words."""
        return tags[7::-1] + tags[:7:-1] if self.big_endian else tags

    def home(self, index):
        first = index - index % AT_ONCE
        if self.block[0] != first:
            size = TAG_BYTES * min(AT_ONCE, self.buckets - first)
            self.block = first, read_bytes(self.tags + TAG_BYTES * first, size)
        at = TAG_BYTES * (index - first)
        return Bucket(self.in_order(self.block[1][at:at + TAG_BYTES]),
                      self.value["slot"] + self.width * index)

    def chain(self, index):
        """A bucket, and those that overflow from it."""
        bucket = self.home(index)
        yield bucket
        more = loaded(self.value["chains"][index]) if bucket.overflow else None
        seen = set()
        while more:
            if int(more) in seen:
                raise Unreadable("the chain of bucket %d is a circle" % index)
            seen.add(int(more))
            tags = self.in_order(read_bytes(int(more["tags"].address), TAG_BYTES))
            yield Bucket(tags, more["slot"])
            more = loaded(more["next"])


class Map:
    """What there is to know of a map: its tables, and which of their buckets are true."""

    def __init__(self, value):
        self.impl = value["impl_"]
        pointer = loaded(self.impl["read_"])
        self.read = Table(pointer) if pointer else None
        self.dirty = self.read.successor() if self.read else None
        self.moved = int(loaded(self.read.value["moved"])) if self.dirty else 0

    def size(self):
        if not self.read:
            return 0
        entries = self.read.value["gen"]["entries"]
        total, cells = int(loaded(entries["shared_"])), loaded(entries["cells_"])
        if cells:
            first, last = cells["cell"].type.range()
            total += sum(int(loaded(cells["cell"][i]["count"])) for i in range(first, last + 1))
        return max(total, 0)

    def true_buckets(self):
        """(table, index) of each bucket that is true now."""
        if not self.read:
            return
        if not self.dirty:
            yield from ((self.read, i) for i in range(self.read.buckets))
            return
        units = min(self.read.buckets, self.dirty.buckets)
        for unit in range(units):
            sources = self.read.buckets // units
            table = self.dirty if self.read.home(unit * sources).moved else self.read
            count = table.buckets // units
            yield from ((table, unit * count + i) for i in range(count))

    def entries(self):
        for table, index in self.true_buckets():
            for bucket in table.chain(index):
                for slot in bucket.live():
                    try:
                        entry = entry_of(slot)
                    except gdb.MemoryError as error:
                        entry = str(error), "not readable"
                    if entry is not None:
                        yield entry

    def summary(self):
        text = "with " + counted(self.size(), "element")
        if self.dirty:
            text += ", amended: %d of %s moved" % (self.moved, counted(self.read.buckets, "bucket"))
        return text

    def garbage(self):
        """How many objects are retired, and their bytes."""
        objects = size = 0
        limbos = [loaded(self.impl["garbage_"]["first_"])]
        directory = loaded(self.impl["garbage_"]["others_"])
        if directory:
            places = directory["at"]
            limbos += [loaded(places[i]) for i in range(places.type.range()[1] + 1)]
        for limbo in limbos:
            if limbo:
                objects += int(loaded(limbo["objects"]))
                size += int(loaded(limbo["bytes"]))
        return objects, size


def chosen(value):
    """As what a slot_of or a node_of is derived from."""
    base = next(field.type for field in plain(value.type).fields() if field.is_base_class)
    return value.address.cast(base.pointer()).dereference()


def entry_of(slot):
    """Key and value; None if the entry is being linked or erased."""
    slot = chosen(slot)
    kind = plain(slot.type)
    if "::flat_slot<" in kind.name:
        return (seen_as(kind.template_argument(0), slot["key_"]),
                seen_as(kind.template_argument(1), slot["value_"]))
    node = loaded(slot["node_"])
    if not node:
        return None
    node = chosen(node.dereference())
    if "::word_node<" in plain(node.type).name:
        return node["key_"], seen_as(plain(node.type).template_argument(1), node["value_"])
    keyed, box = (field.type for field in plain(node.type).fields() if field.is_base_class)
    word = loaded(node.cast(keyed)["link_"])
    if not word or word & 7:
        return None
    return node["key_"], word.cast(box.pointer()).dereference()["value_"]


def map_in(value):
    """The map that a value is, or that is a member of it."""
    type_ = plain(value.type)
    if MAP_TYPE.match(type_.name or ""):
        return Map(value)
    for field in type_.fields() if type_.code == gdb.TYPE_CODE_STRUCT else ():
        if MAP_TYPE.match(plain(field.type).name or ""):
            return Map(value[field])
    raise gdb.GdbError("%s is no map of syncmap, and has none. %s" % (value.type, InfoSyncmap.USAGE))


class MapPrinter:
    name = "syncmap::map"

    def __init__(self, value):
        self.value = value

    def to_string(self):
        name = "syncmap::any_map" if plain(self.value.type).name.endswith("any_map") else self.name
        try:
            return "%s %s" % (name, map_in(self.value).summary())
        except (Unreadable, gdb.MemoryError) as error:
            return "%s, not readable: %s" % (name, error)

    def parts(self, entry):
        return entry

    def children(self):
        try:
            entries = map_in(self.value).entries()
        except (Unreadable, gdb.MemoryError):
            return  # to_string() says why
        numbers = itertools.count()
        try:
            for entry in entries:
                for part in self.parts(entry):
                    yield "[%d]" % next(numbers), part
        except (Unreadable, gdb.MemoryError) as error:
            for part in self.parts((str(error), "not readable")):
                yield "[%d]" % next(numbers), part

    def display_hint(self):
        return "map"


class SetPrinter(MapPrinter):
    """A set is a map whose values say nothing."""

    name = "syncmap::set"

    def parts(self, entry):
        return entry[:1]

    def display_hint(self):
        return "array"


def type_named(name):
    """gdb finds no pointers by name, only what they point to."""
    if name.endswith("*"):
        return type_named(name[:-1].strip()).pointer()
    return gdb.lookup_type(name.removesuffix(" const"))


class AnyPrinter:
    def __init__(self, value):
        self.value = value

    def to_string(self):
        operations = self.value["operations_"]
        if not operations:
            return "empty syncmap::any"
        # The type of what it holds is in the name of its table of operations.
        symbol = gdb.execute("info symbol %#x" % int(operations), to_string=True)
        named = re.search(r"\bany_operations_for<(.*)>\(\)::table\b", symbol)
        if not named:
            return "syncmap::any with unknown operations at %#x" % int(operations)
        name = named[1].strip()
        shown = re.sub(r"std::(__cxx11|__1)::basic_string<char, .*?> >", "std::string", name)
        try:
            return "(%s) %s" % (shown, self.held(name).format_string())
        except gdb.error as error:
            return "(%s) <%s>" % (shown, error)

    def held(self, type_name):
        storage = self.value["storage_"]
        detail = plain(self.value["operations_"].type.target()).name.rpartition("::")[0]
        try:
            shared = gdb.lookup_type("%s::shared_value<%s>" % (detail, type_name))
        except gdb.error:  # such values are kept inside
            return seen_as(type_named(type_name), storage)
        return seen_as(shared.pointer(), storage)["value"]


class PinnedPrinter:
    def __init__(self, value):
        element = plain(value.type).template_argument(0).unqualified()
        stored = value["value_"]
        if plain(stored.type).code == gdb.TYPE_CODE_PTR:
            self.held = stored.dereference() if stored else None
        else:  # an optional: the value, then whether there is one
            engaged = stored.address.cast(gdb.lookup_type("char").pointer())[element.sizeof]
            self.held = seen_as(element, stored) if engaged else None

    def to_string(self):
        return "empty syncmap::pinned" if self.held is None else "syncmap::pinned"

    def children(self):
        if self.held is not None:
            yield "get()", self.held


class StatsPrinter:
    """The line that operator<< writes (stats.hpp)."""

    def __init__(self, value):
        self.value = value

    def to_string(self):
        number = {f.name: self.value[f] for f in plain(self.value.type).fields()}
        load = float(number.pop("load_factor"))
        n = {name: int(value) for name, value in number.items()}
        return ", ".join([
            "%s in %s (load %.1f)" % (
                counted(n["size"], "entry", "entries"), counted(n["buckets"], "bucket"),
                (int(load * 20) + 1) // 2 / 10),
            *(["amended (%d moved)" % n["moved_buckets"]] if n["amended"] else []),
            counted(n["misses"], "miss", "misses"), counted(n["promotions"], "promotion"),
            counted(n["overflow_buckets"], "overflow bucket"),
            "%d retired (%s)" % (n["retired_objects"], counted(n["retired_bytes"], "byte"))])


class InfoSyncmap(gdb.Command):
    """Show the tables of a map, or of what has a map as a member: info syncmap EXPRESSION

Says of each table how many buckets it has and how many of them are current; what is in those: live and
dead slots, overflow buckets, locks that are held; and what waits to be destroyed."""

    USAGE = "Say: info syncmap EXPRESSION, for a map, a set, an any_map, or what has one as a member."

    def __init__(self):
        super().__init__("info syncmap", gdb.COMMAND_DATA, gdb.COMPLETE_EXPRESSION)

    def invoke(self, argument, _from_tty):
        if not argument:
            raise gdb.GdbError("Of which map? " + self.USAGE)
        try:
            value = gdb.parse_and_eval(argument)
        except gdb.error as error:
            raise gdb.GdbError("%s %s" % (error, self.USAGE)) from error
        try:
            for line in self.lines(map_in(value)):
                gdb.write(line + "\n")
        except (Unreadable, gdb.MemoryError) as error:
            raise gdb.GdbError("not readable: %s" % error) from error

    def lines(self, shown):
        yield shown.summary()
        tables = [("read ", shown.read), ("dirty", shown.dirty)]
        true = {name: dict.fromkeys(("buckets", "live", "dead", "overflow", "locked"), 0)
                for name, _ in tables}
        for table, index in shown.true_buckets():
            sums = true["read " if table is shown.read else "dirty"]
            sums["locked"] += any(read_bytes(table.locks + LOCK_BYTES * index, LOCK_BYTES))
            for position, bucket in enumerate(table.chain(index)):
                sums["overflow" if position else "buckets"] += 1
                sums["live"] += sum(tag > DEAD for tag in bucket.tags)
                sums["dead"] += bucket.tags.count(DEAD)
        for name, table in tables:
            if table:
                sums = true[name]
                yield "%s at %#x: %d of %s current, with %d live and %d dead slots, %s, %d locked" % (
                    name, table.address, sums["buckets"], counted(table.buckets, "bucket"),
                    sums["live"], sums["dead"], counted(sums["overflow"], "overflow bucket"),
                    sums["locked"])
        if shown.read:
            gen = shown.read.value["gen"]
            yield "%s, %s" % (counted(int(loaded(gen["misses"])), "miss", "misses"),
                              counted(int(loaded(gen["promotions"])), "promotion"))
        yield "%d retired (%s)" % (shown.garbage()[0], counted(shown.garbage()[1], "byte"))


def printers():
    all_of_them = gdb.printing.RegexpCollectionPrettyPrinter("syncmap")
    for name, pattern, printer in (
            ("map", MAP_TYPE.pattern, MapPrinter),
            ("set", r"^syncmap::(v\d+::)?set<.*>$", SetPrinter),
            ("any", r"^syncmap::(v\d+::)?any$", AnyPrinter),
            ("pinned", r"^syncmap::(v\d+::)?pinned<.*>$", PinnedPrinter),
            ("map_stats", r"^syncmap::(v\d+::)?map_stats$", StatsPrinter)):
        all_of_them.add_printer(name, pattern, printer)
    return all_of_them


# For all programs and libraries of the session, also those that are loaded later.
gdb.printing.register_pretty_printer(None, printers(), replace=True)
InfoSyncmap()
