// SPDX-License-Identifier: BSL-1.0
//
// What several maps get wrong about their size: size() that races, reserve() that makes no room, and
// tables that never shrink.
#include <thread>

#include "concurrent_support.hpp"
#include "support_memory.hpp"

namespace trap_capacity {
namespace {

using namespace concurrent;
using support::tracking_resource;

template <class Key, class T>
using tracked = syncmap::map<Key, T, syncmap::hash<Key>, std::equal_to<>,
                             std::pmr::polymorphic_allocator<std::pair<const Key, T>>>;

// Small maps count in one place, large ones in several.
void size_is_right(std::uint64_t each) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    promises kept;
    in_parallel(
        threads,
        [&](std::size_t me) {
            for (std::size_t round = 0; round < scaled(120'000) / each; ++round) {
                for (std::uint64_t n = 0; n < each; ++n) m.store(n * threads + me, n);
                for (std::uint64_t n = me == 0 ? each / 2 : 0; n < each; ++n)
                    m.erase(n * threads + me);
            }
        },
        // A count that has gone below zero shows as a very large one.
        [&] {
            kept.require(m.size() <= threads * each, "size() is a number of entries there were");
        },
        [&] { kept.require(m.stats().size <= threads * each, "so is that of stats()"); });
    EXPECT_EQ(m.size(), each / 2);
    EXPECT_EQ(m.snapshot().size(), each / 2);
}

TEST(trap_from_several, size_races_with_nobody_and_is_exact_when_all_is_quiet) {
    size_is_right(100);
    size_is_right(3000);
}

TEST(trap_from_several, reserve_makes_room_for_all_that_it_was_asked_for) {
    for (const std::size_t n : {1u, 10u, 11u, 1000u, 20'000u}) {
        tracking_resource memory;
        tracked<std::uint64_t, std::uint64_t> m(&memory);
        m.reserve(n);
        EXPECT_GT(memory.allocations(), 0u);
        const std::size_t buckets = m.stats().buckets;
        EXPECT_GE(buckets * 14, n);
        const std::size_t before = memory.allocations();
        for (std::uint64_t key = 0; key < n; ++key) m.store(key, key);
        EXPECT_EQ(m.stats().buckets, buckets) << "no other table was needed";
        EXPECT_FALSE(m.stats().amended);
        EXPECT_LE(memory.allocations() - before, m.stats().overflow_buckets);
    }
}

TEST(trap_from_several, reserve_on_a_filled_map_makes_room_too) {
    tracking_resource memory;
    tracked<std::uint64_t, std::uint64_t> m(&memory);
    for (std::uint64_t key = 0; key < 500; ++key) m.store(key, key);
    m.reserve(20'000);
    EXPECT_TRUE(m.stats().amended);
    for (std::uint64_t key = 0; key < 20'000; ++key) m.store(key, key);
    EXPECT_FALSE(m.stats().amended);
    EXPECT_GE(m.stats().buckets, 2000u);
    EXPECT_LE(m.stats().promotions, 8u) << "one for what was reserved, not one for each doubling";
}

template <class Map, class Make>
void shrinks(const Make& make) {
    constexpr std::size_t many = 20'000;
    constexpr std::size_t few = 50;
    tracking_resource memory;
    tracking_resource other;
    Map m(&memory);
    Map fresh(&other);
    for (std::size_t n = 0; n < many; ++n) m.store(make(n), make(n));
    const std::size_t full = memory.bytes();
    for (std::size_t n = few; n < many; ++n) m.erase(make(n));
    for (std::size_t n = 0; n < few; ++n) fresh.store(make(n), make(n));
    for (std::size_t i = 0; i < many; ++i)
        m.store(make(i % few), make(i % few));  // about as many operations as there were entries
    m.reclaim();
    EXPECT_LE(memory.bytes(), 2 * other.bytes() + 4096) << "of " << full << " when it was full";
    EXPECT_EQ(m.size(), few);
}

TEST(trap_from_several, a_table_shrinks_when_its_entries_are_erased) {
    shrinks<tracked<std::uint64_t, std::uint64_t>>([](std::size_t n) { return std::uint64_t{n}; });
    shrinks<tracked<std::string, std::string>>([](std::size_t n) { return std::to_string(n); });
}

}  // namespace
}  // namespace trap_capacity
