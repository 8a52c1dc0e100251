// SPDX-License-Identifier: BSL-1.0
//
// Every member without exceptions, RTTI or a test framework, on entries that are stored flat and in
// nodes, first by one thread and then by several.
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <syncmap/map.hpp>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "../check.hpp"

namespace {

constexpr std::uint64_t keys = 3000;  // enough to grow several times

struct flat {
    using map = syncmap::map<std::uint64_t, std::uint64_t>;
    static std::uint64_t key(std::uint64_t n) { return n; }
    static std::uint64_t value(std::uint64_t n) { return 3 * n + 1; }
};
struct node {
    using map = syncmap::map<std::string, std::string>;
    static std::string key(std::uint64_t n) { return "a key of a length " + std::to_string(n); }
    static std::string value(std::uint64_t n) { return "a value of some " + std::to_string(n); }
};

template <class Kind>
void every_member() {
    using map = typename Kind::map;
    using key = typename map::key_type;
    using value = typename map::mapped_type;
    const auto k = Kind::key;
    const auto v = Kind::value;

    map m;
    check(m.empty() && m.stats().buckets == 0, "a new map is empty");
    for (std::uint64_t n = 0; n < keys; ++n) m.store(k(n), v(n));
    check(m.size() == keys, "store inserts");
    for (std::uint64_t n = 0; n < keys; ++n) check(m.load(k(n)) == v(n), "load finds");
    check(!m.load(k(keys)).has_value() && !m.contains(k(keys)), "what is not there is not found");
    check(m.contains(k(1)), "contains finds");
    std::optional<value> seen;
    check(m.visit(k(2), [&](const value& x) { seen = x; }) && seen == v(2), "visit shows");
    check(!m.visit(k(keys), [](const value&) {}), "visit says when there is nothing");
    {
        syncmap::pinned<value> pin = m.pin(k(3));
        m.erase(k(3));
        m.store(k(3), v(4));
        m.reclaim();
        check(pin && *pin == v(3) && pin.get() != nullptr, "a handle keeps its value");
        auto moved = std::move(pin);
        check(*moved == v(3), "a handle can be moved");
        moved.reset();
        check(!moved && !m.pin(k(keys)), "a handle can be empty");
        m.store(k(3), v(3));
    }
    check(m.load_or_store(k(4), v(0)) == std::pair(v(4), true), "load_or_store loads");
    check(m.load_or_store(k(keys), v(keys)) == std::pair(v(keys), false), "load_or_store stores");
    check(m.load_or_compute(k(5), [&] { return v(0); }).second, "load_or_compute loads");
    check(m.load_and_erase(k(keys)) == v(keys), "load_and_erase gives what it erases");
    check(!m.load_and_erase(k(keys)).has_value(), "load_and_erase says when there is nothing");
    check(!m.load_or_compute(k(keys), [&] { return v(keys); }).second, "load_or_compute stores");
    check(m.erase(k(keys)) && !m.erase(k(keys)), "erase says whether it did");
    check(m.try_emplace(k(keys), v(keys)).second, "try_emplace inserts");
    check(*m.try_emplace(k(keys), v(0)).first == v(keys), "try_emplace inserts once");
    check(m.exchange(k(6), v(7)) == v(6) && m.exchange(k(6), v(6)) == v(7), "exchange gives both");
    check(!m.compare_exchange(k(6), v(0), v(1)), "compare_exchange compares");
    check(m.compare_exchange(k(6), v(6), v(8)) && m.load(k(6)) == v(8), "compare_exchange sets");
    check(!m.compare_and_erase(k(6), v(6)), "compare_and_erase compares");
    check(m.compare_and_erase(k(6), v(8)) && !m.contains(k(6)), "compare_and_erase erases");
    const auto insert = [&](const value* x) { return x ? std::nullopt : std::optional(v(6)); };
    check(m.update(k(6), insert) == v(6), "update inserts");
    check(!m.update(k(6), insert).has_value() && !m.contains(k(6)), "update erases");
    m.update(k(6), insert);
    const auto once = [&](const value* x) -> syncmap::change<value> {
        if (x != nullptr) return syncmap::unchanged;
        return v(7);
    };
    check(m.update(k(6), once) == v(6), "update leaves as it is");
    check(!m.erase_if(k(6), [&](const value& x) { return x == v(7); }), "erase_if asks");
    check(m.erase_if(k(6), [&](const value& x) { return x == v(6); }), "erase_if erases");
    check(m.update(k(6), once) == v(7) && m.exchange(k(6), v(6)) == v(7), "update inserts");

    const std::array<key, 3> some{k(1), k(keys + 1), k(2)};
    std::array<std::optional<value>, 3> out;
    check(m.load_many(some, std::span(out)) == 2 && out[0] == v(1) && !out[1] && out[2] == v(2),
          "load_many finds what is there");
    std::size_t sum = 0;
    check(m.visit_many(some, [&](std::size_t i, const value&) { sum += i; }) == 2 && sum == 2,
          "visit_many tells the index");

    std::size_t visited = 0;
    m.for_each([&](const key&, const value&) { ++visited; });
    check(visited == keys + 1 && m.snapshot().size() == visited, "for_each shows all");
    m.for_each([&](const key&, const value&) { return ++visited < keys + 5; });
    check(visited == keys + 5, "for_each can be stopped");
    visited = 0;
    for (std::size_t part = 0; part < 5; ++part)
        m.for_each(part, 5, [&](const key&, const value&) { ++visited; });
    check(visited == keys + 1, "for_each shows all in parts");
    check(m.erase_if([&](const key& x, const value&) { return x == k(keys); }) == 1, "erase_if");

    m.reserve(10 * keys);
    m.shrink_to_fit();
    check(m.size() == keys, "reserve and shrink_to_fit keep all entries");
    map other = std::move(m);
    check(other.size() == keys && m.empty(), "a map can be moved");
    swap(m, other);
    check(m.size() == keys && other.empty(), "maps can be swapped");
    other = std::move(m);
    check(other.load(k(1)) == v(1), "a map can be assigned");
    other.clear();
    check(other.empty() && !other.contains(k(1)), "clear empties");
    other.reclaim();
    check(other.stats().retired_objects == 0, "reclaim destroys what was cleared");

    const map listed{{k(1), v(1)}, {k(2), v(2)}, {k(1), v(3)}};
    check(listed.size() == 2 && listed.load(k(1)) == v(1), "a map can be made of a list");
    const auto pairs = listed.snapshot();
    const map ranged(pairs.begin(), pairs.end());
    check(ranged.size() == 2, "a map can be made of a range");
    check(map(100).empty(), "a map can be made with room");
    static_assert(std::is_same_v<decltype(listed.get_allocator()), typename map::allocator_type>);
    check(listed.hash_function()(k(1)) == listed.hash_function()(k(1)), "a map shows its hash");
    check(listed.key_eq()(k(1), k(1)), "a map shows its equality");
}

void keys_of_another_type() {
    syncmap::map<std::string, int> m;
    m.store(std::string_view("a key"), 1);
    check(m.load("a key") == 1 && m.erase(std::string_view("a key")), "views find strings");
}

template <class Kind>
void several_threads() {
    typename Kind::map m;
    const auto counter = Kind::key(keys);
    std::vector<std::thread> threads;
    for (std::uint64_t t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < 30'000; ++i) {
                const std::uint64_t n = i * 4 % keys + t;
                m.store(Kind::key(n), Kind::value(n));
                check(m.load(Kind::key(n)) == Kind::value(n), "threads find what they store");
                if (i % 3 != 0) check(m.erase(Kind::key(n)), "threads erase what they store");
                const auto pin = m.pin(Kind::key((i * 7 + 1) % keys));
                check(!pin || *pin == Kind::value((i * 7 + 1) % keys),
                      "handles show the key's value");
                m.update(counter, [&](const auto* v) {
                    return std::optional(v != nullptr ? *v : Kind::value(1));
                });
                m.erase(counter);
                if (t == 0 && i % 3000 == 0) {
                    m.for_each([&](const auto&, const auto&) { return true; });
                    m.reclaim();
                }
            }
        });
    for (auto& thread : threads) thread.join();
    check(m.snapshot().size() == m.size(), "size is exact when all threads have ended");
    m.reclaim();
    check(m.stats().retired_objects == 0, "no thread that has ended keeps anything");
}

}  // namespace

int main() {
    every_member<flat>();
    every_member<node>();
    keys_of_another_type();
    several_threads<flat>();
    several_threads<node>();
}
