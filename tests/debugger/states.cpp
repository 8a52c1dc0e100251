// SPDX-License-Identifier: BSL-1.0
//
// Maps in every state, for a debugger to look at: states.py compares what gdb prints with what is said here,
// in `expectations`, by models that are no maps of ours.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <syncmap/syncmap.hpp>
#include <utility>
#include <vector>

// What gdb is to print for an expression, where main() calls stop_here(): the head in full, the entries in
// any order, a line each.
struct expectation {
    const char* expression;
    const char* head;
    const char* entries;
};
expectation expectations[64];

#if defined(__OPTIMIZE__)
extern const bool optimised = true;
#else
extern const bool optimised = false;
#endif

extern "C" [[gnu::noinline]] void stop_here() { asm volatile(""); }
extern "C" [[gnu::noinline]] void about_to_move() { asm volatile(""); }

struct point {
    std::int32_t x, y, z;
    auto operator<=>(const point&) const = default;
};
template <>
struct std::hash<point> {
    std::size_t operator()(const point& p) const noexcept {
        return syncmap::hash<std::pair<std::int32_t, std::int32_t>>{}({p.x, p.y ^ p.z});
    }
};

namespace {

// However the compiler optimises.
void keep_in_memory(const auto&... objects) {
    (..., [](const void* o) { asm volatile("" : : "r"(o) : "memory"); }(&objects));
}

struct constant_hash {
    std::uint64_t operator()(const auto&) const { return 42; }
};
struct reading {
    std::string unit;
    double value;
};
struct matrix {
    std::int32_t cells[6];
};

// As gdb prints them.
std::string shown(std::uint64_t x) { return std::to_string(x); }
std::string shown(std::int32_t x) { return std::to_string(x); }
std::string shown(bool x) { return x ? "true" : "false"; }
std::string shown(char x) { return std::to_string(x) + " '" + x + "'"; }
std::string shown(const std::string& x) { return '"' + x + '"'; }
std::string shown(const point& p) {
    return "{x = " + shown(p.x) + ", y = " + shown(p.y) + ", z = " + shown(p.z) + "}";
}
std::string shown(const reading& r) {
    return "{unit = " + shown(r.unit) + ", value = " + shown(static_cast<std::int32_t>(r.value)) +
           "}";
}

void expect(const char* expression, const std::string& head, const std::string& entries = {}) {
    static std::size_t next = 0;
    static std::vector<std::unique_ptr<std::string>> kept;
    const auto keep = [](const std::string& text) {
        return kept.emplace_back(std::make_unique<std::string>(text))->c_str();
    };
    expectations[next++] = {expression, keep(head), keep(entries)};
}

// A map, and what is in it.
template <class Key, class T, class Hash = syncmap::hash<Key>>
struct pair_of {
    syncmap::map<Key, T, Hash> map;
    std::map<Key, T> model;

    void store(const Key& key, const T& value) {
        map.store(key, value);
        model.insert_or_assign(key, value);
    }
    void erase(const Key& key) {
        map.erase(key);
        model.erase(key);
    }
    void expect_shown(const char* expression) const {
        const syncmap::map_stats stats = map.stats();
        std::string head = "syncmap::map with " + std::to_string(model.size()) +
                           (model.size() == 1 ? " element" : " elements");
        if (stats.amended)
            head += ", amended: " + std::to_string(stats.moved_buckets) + " of " +
                    std::to_string(stats.buckets) + " buckets moved";
        std::string entries;
        for (const auto& [key, value] : model)
            entries += "[" + shown(key) + "] = " + shown(value) + "\n";
        expect(expression, head, entries);
    }
};

std::string name(std::uint64_t i) {
    return (i % 2 != 0 ? "k" : "a key that is too long to be stored in place ") + std::to_string(i);
}

template <class Map>
void move_half(Map& m, auto overwrite) {
    for (std::uint64_t i = 0; m.map.stats().moved_buckets * 2 < m.map.stats().buckets; ++i)
        overwrite(i * 7);
}

using numbers = pair_of<std::uint64_t, std::uint64_t>;
using names = pair_of<std::string, std::string>;

}  // namespace

int main() {
    numbers flat;  // with dead slots, and one that is used again
    for (std::uint64_t i = 0; i < 9; ++i) flat.store(i, 3 * i);
    for (std::uint64_t i = 0; i < 9; i += 2) flat.erase(i);
    flat.store(100, 1);
    flat.expect_shown("flat.map");

    pair_of<char, bool> tiny_slots;
    for (char c = 'a'; c <= 'z'; ++c) tiny_slots.store(c, c % 3 == 0);
    tiny_slots.expect_shown("tiny_slots.map");

    pair_of<point, std::int32_t> points;  // keys of one and a half words
    for (std::int32_t i = 0; i < 20; ++i) points.store({i, -i, 7 * i}, -i);
    points.expect_shown("points.map");

    pair_of<std::string, std::int32_t> words;
    for (std::int32_t i = 0; i < 30; ++i) words.store(name(static_cast<std::uint64_t>(i)), i);
    words.expect_shown("words.map");

    names nodes;  // some values in their first box, some in another
    for (std::uint64_t i = 0; i < 12; ++i) nodes.store(name(i), name(i + 1));
    for (std::uint64_t i = 0; i < 12; i += 3) nodes.store(name(i), "another " + name(i));
    nodes.erase(name(4));
    nodes.expect_shown("nodes.map");

    pair_of<std::string, reading> readings;
    readings.store("temperature", {"K", 300});
    readings.expect_shown("readings.map");

    numbers growing;
    growing.map.reserve(140);
    for (std::uint64_t i = 0; i < 140; ++i) growing.store(i, i);
    growing.map.reserve(3000);
    move_half(growing, [&](std::uint64_t i) { growing.store(i % 140, i); });
    growing.erase(11);
    growing.expect_shown("growing.map");

    names growing_nodes;
    growing_nodes.map.reserve(140);
    for (std::uint64_t i = 0; i < 140; ++i) growing_nodes.store(name(i), name(i));
    growing_nodes.map.reserve(300);
    move_half(growing_nodes, [&](std::uint64_t i) { growing_nodes.store(name(i % 140), "moved"); });
    growing_nodes.expect_shown("growing_nodes.map");

    numbers shrinking;
    shrinking.map.reserve(160);
    for (std::uint64_t i = 0; i < 20; ++i) shrinking.store(i, i);
    shrinking.map.shrink_to_fit();
    move_half(shrinking, [&](std::uint64_t i) { shrinking.store(i % 20, i); });
    shrinking.expect_shown("shrinking.map");

    pair_of<std::uint64_t, std::uint64_t, constant_hash>
        chained;  // in overflow buckets, with holes
    for (std::uint64_t i = 0; i < 60; ++i) chained.store(i, i);
    for (std::uint64_t i = 0; i < 60; i += 3) chained.erase(i);
    chained.expect_shown("chained.map");

    pair_of<std::string, std::string, constant_hash> chain_moved;
    chain_moved.map.reserve(160);
    for (std::uint64_t i = 0; i < 60; ++i) chain_moved.store(name(i), name(i));
    chain_moved.map.reserve(3000);
    chain_moved.store(name(0), "first of those that have moved");
    chain_moved.expect_shown("chain_moved.map");

    numbers large;  // more entries than gdb shows by default, counted in cells
    for (std::uint64_t i = 0; i < 4000; ++i) large.store(i, 2 * i);
    large.expect_shown("large.map");

    numbers empty;
    empty.expect_shown("empty.map");
    numbers reserved;
    reserved.map.reserve(1000);
    reserved.expect_shown("reserved.map");
    numbers cleared;
    cleared.map.store(1, 1);
    cleared.map.clear();
    cleared.expect_shown("cleared.map");
    names all_dead;
    for (std::uint64_t i = 0; i < 9; ++i) all_dead.store(name(i), name(i));
    for (std::uint64_t i = 0; i < 9; ++i) all_dead.erase(name(i));
    all_dead.expect_shown("all_dead.map");

    const auto& reference = nodes.map;
    nodes.expect_shown("reference");
    const auto* const pointer = &growing.map;
    growing.expect_shown("*pointer");

    syncmap::any_map things;
    things.store("answer", 42);
    things.store(7, matrix{{1, 2, 3, 4, 5, 6}});
    things.store(8UL, std::string("a text that is too long to be stored in place"));
    things.store(point{1, 2, 3}, reading{"m", 9});
    things.store('c', syncmap::any());
    const double* const nowhere = nullptr;
    things.store(true, nowhere);
    expect("things", "syncmap::any_map with 6 elements",
           "[(std::string) \"answer\"] = (int) 42\n"
           "[(int) 7] = ((anonymous namespace)::matrix) {cells = {1, 2, 3, 4, 5, 6}}\n"
           "[(unsigned long) 8] = (std::string) \"a text that is too long to be stored in place\"\n"
           "[(point) {x = 1, y = 2, z = 3}] = ((anonymous namespace)::reading) {unit = \"m\", "
           "value = 9}\n"
           "[(bool) true] = (double const*) 0x0\n"
           "[(char) 99 'c'] = empty syncmap::any\n");

    syncmap::any one(1);
    expect("one", "(int) 1");
    syncmap::any empty_any;
    expect("empty_any", "empty syncmap::any");

    syncmap::pinned<std::string> pinned = nodes.map.pin(name(0));
    expect("pinned", "syncmap::pinned", "get() = \"another " + name(0) + "\"\n");
    syncmap::pinned<std::uint64_t> pinned_word = flat.map.pin(3);
    expect("pinned_word", "syncmap::pinned", "get() = 9\n");
    syncmap::pinned<std::uint64_t> pinned_nothing = flat.map.pin(4);
    expect("pinned_nothing", "empty syncmap::pinned");

    syncmap::set<std::string> strings{"one", "two", "three"};
    expect("strings", "syncmap::set with 3 elements", "\"one\"\n\"two\"\n\"three\"\n");
    syncmap::set<char> letters;  // slots of one byte
    for (const char c : {'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l'})
        letters.insert(c);
    letters.erase('f');
    expect("letters", "syncmap::set with 11 elements",
           "97 'a'\n98 'b'\n99 'c'\n100 'd'\n101 'e'\n103 'g'\n104 'h'\n105 'i'\n106 'j'\n"
           "107 'k'\n108 'l'\n");

    syncmap::map_stats stats = growing.map.stats();
    stats.load_factor = 7.25;
    stats.promotions = 1;
    std::ostringstream line;
    line << stats;
    expect("stats", line.str());
    syncmap::map_stats flat_stats = flat.map.stats();
    std::ostringstream flat_line;
    flat_line << flat_stats;
    expect("flat_stats", flat_line.str());

    // Not a map: what a variable that has not been initialised may look like.
    alignas(numbers) unsigned char bytes[sizeof(numbers)];
    std::fill(std::begin(bytes), std::end(bytes), static_cast<unsigned char>(0xa5));
    auto* const garbage = reinterpret_cast<numbers*>(bytes);
    keep_in_memory(garbage, stats, flat_stats, one, empty_any, pinned, pinned_word, pinned_nothing,
                   pointer);
    stop_here();

    // Moves while the debugger looks at each step of it; nothing is added, erased or changed.
    numbers stepwise;
    stepwise.map.reserve(160);
    for (std::uint64_t i = 0; i < 20; ++i) stepwise.store(i, i);
    stepwise.map.shrink_to_fit();
    stepwise.expect_shown("stepwise.map");
    about_to_move();
    for (std::uint64_t i = 0; i < 20; ++i) stepwise.map.store(i, i);
    return reference.size() == nodes.model.size() && stepwise.map.size() == 20 ? 0 : 1;
}
