// SPDX-License-Identifier: BSL-1.0
//
// size, reserve, shrink_to_fit and stats; tables that grow, shrink and come back a little at a
// time. What a table may look like is documented at map_stats.
#include <algorithm>
#include <cstdint>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

#include "support.hpp"
#include "support_memory.hpp"

namespace {

using namespace support;

using number_map = syncmap::map<std::uint64_t, std::uint64_t>;
using propagating_allocator =
    tracking_allocator<std::pair<const std::uint64_t, std::uint64_t>, true>;
using propagating_map = syncmap::map<std::uint64_t, std::uint64_t, syncmap::hash<std::uint64_t>,
                                     std::equal_to<>, propagating_allocator>;

template <class Config>
class capacity : public ::testing::Test {};
TYPED_TEST_SUITE(capacity, configs);

TYPED_TEST(capacity, size_counts_what_each_member_does) {
    typename TypeParam::map m;
    const auto key = &TypeParam::make_key;
    const auto value = &TypeParam::make_value;
    using result = typename TypeParam::result;
    const auto is = [&](std::size_t n) {
        return m.size() == n && m.empty() == (n == 0) && m.stats().size == n;
    };
    EXPECT_TRUE(is(0));
    m.store(key(1), value(1));
    m.store(key(1), value(2));
    EXPECT_TRUE(is(1));
    (void)m.exchange(key(2), value(2));
    (void)m.exchange(key(2), value(2));
    EXPECT_TRUE(is(2));
    (void)m.load_or_store(key(3), value(3));
    (void)m.load_or_store(key(3), value(3));
    EXPECT_TRUE(is(3));
    (void)m.load_or_compute(key(4), [&] { return value(4); });
    (void)m.try_emplace(key(5), value(5));
    (void)m.try_emplace(key(5), value(5));
    EXPECT_TRUE(is(5));
    m.update(key(6), [&](const auto*) -> result { return value(6); });
    m.update(key(6), [&](const auto*) -> result { return value(7); });
    EXPECT_TRUE(is(6));
    m.update(key(6), [&](const auto*) -> result { return std::nullopt; });
    m.update(key(6), [&](const auto*) -> result { return std::nullopt; });
    EXPECT_TRUE(is(5));
    m.compare_exchange(key(5), value(5), value(6));
    EXPECT_TRUE(is(5));
    m.compare_and_erase(key(5), value(5));
    EXPECT_TRUE(is(5));
    m.compare_and_erase(key(5), value(6));
    EXPECT_TRUE(is(4));
    (void)m.load_and_erase(key(4));
    (void)m.load_and_erase(key(4));
    m.erase(key(3));
    m.erase(key(3));
    EXPECT_TRUE(is(2));
    m.erase_if([&](const auto& k, const auto&) { return k == key(2); });
    EXPECT_TRUE(is(1));
    m.clear();
    EXPECT_TRUE(is(0));
}

TYPED_TEST(capacity, reserve_keeps_every_entry_before_during_and_after_the_move) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    m.reserve(3000);
    expect_holds(m, model_of<TypeParam>(0, 100));
    for (std::size_t i = 0; i < 100; ++i) {
        m.store(TypeParam::make_key(i), TypeParam::make_value(i));
        EXPECT_EQ(m.load(TypeParam::make_key(99 - i)), TypeParam::make_value(99 - i));
    }
    expect_holds(m, model_of<TypeParam>(0, 100));
}

TYPED_TEST(capacity, shrink_to_fit_keeps_every_entry_before_during_and_after_the_move) {
    typename TypeParam::map m(2000);
    fill<TypeParam>(m, 0, 60);
    m.shrink_to_fit();
    expect_holds(m, model_of<TypeParam>(0, 60));
    for (std::size_t i = 0; i < 400; ++i) (void)m.load(TypeParam::make_key(i));
    expect_holds(m, model_of<TypeParam>(0, 60));
    fill<TypeParam>(m, 60, 200);
    expect_holds(m, model_of<TypeParam>(0, 200));
}

TEST(capacity_reserve, is_done_on_return_when_the_map_is_empty) {
    for (const std::size_t n : {1u, 50u, 5000u, 100000u}) {
        number_map m;
        m.reserve(n);
        const auto before = m.stats();
        EXPECT_GE(before.buckets * 14, n);
        for (std::uint64_t i = 0; i < n; ++i) m.store(i, i);
        const auto after = m.stats();
        EXPECT_EQ(after.buckets, before.buckets);
        EXPECT_FALSE(after.amended);
        EXPECT_EQ(after.promotions, before.promotions);
    }
}

TEST(capacity_reserve, starts_a_successor_that_use_completes) {
    number_map m;
    for (std::uint64_t i = 0; i < 300; ++i) m.store(i, i);
    for (std::uint64_t i = 0; m.stats().amended; ++i) m.store(i % 300, i % 300);
    const auto before = m.stats();
    m.reserve(20000);
    EXPECT_TRUE(m.stats().amended);
    EXPECT_LE(m.stats().moved_buckets, move_limit);
    for (std::uint64_t i = 0; i < 300 && m.stats().amended; ++i) m.store(i, i);
    const auto after = m.stats();
    EXPECT_FALSE(after.amended);
    EXPECT_EQ(after.promotions, before.promotions + 1);
    EXPECT_GE(after.buckets * 14, 20000u);
    for (std::uint64_t i = 0; i < 20000; ++i) m.store(i, i);
    EXPECT_EQ(m.stats().buckets, after.buckets);
    EXPECT_EQ(m.stats().promotions, after.promotions);
}

TEST(capacity_reserve, does_nothing_where_there_is_room_already) {
    number_map m(1000);
    for (std::uint64_t i = 0; i < 500; ++i) m.store(i, i);
    const auto before = m.stats();
    m.reserve(0);
    m.reserve(10);
    m.reserve(1000);
    EXPECT_EQ(m.stats().buckets, before.buckets);
    EXPECT_FALSE(m.stats().amended);
}

TEST(capacity_reserve, refuses_the_impossible_and_changes_nothing) {
    number_map m;
    const auto refused = [&](std::size_t n) {
        try {
            m.reserve(n);
        } catch (const std::length_error&) {
            return true;
        } catch (const std::bad_alloc&) {
            return true;
        }
        return false;
    };
    EXPECT_TRUE(refused(std::numeric_limits<std::size_t>::max()));
    EXPECT_TRUE(refused(std::numeric_limits<std::size_t>::max() / 16));
    EXPECT_TRUE(m.empty());
    for (std::uint64_t i = 0; i < 100; ++i) m.store(i, i);
    EXPECT_TRUE(refused(std::numeric_limits<std::size_t>::max()));
    for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(m.load(i), i);
    EXPECT_EQ(m.size(), 100u);
}

TEST(capacity_shrink, to_fit_starts_a_smaller_successor_that_use_completes) {
    number_map m(10000);
    const std::size_t large = m.stats().buckets;
    for (std::uint64_t i = 0; i < 100; ++i) m.store(i, i);
    m.shrink_to_fit();
    EXPECT_TRUE(m.stats().amended);
    for (std::uint64_t i = 0; i < 20000; ++i) {
        m.store(i % 100, i % 100);
        (void)m.load(i);
    }
    const auto after = m.stats();
    EXPECT_FALSE(after.amended);
    EXPECT_LT(after.buckets, large / 16);
    EXPECT_LE(after.buckets * 14, 1000u);
    for (std::uint64_t i = 0; i < 100; ++i) EXPECT_EQ(m.load(i), i);
}

TEST(capacity_shrink, to_fit_does_nothing_where_everything_fits) {
    number_map m;
    m.shrink_to_fit();
    EXPECT_EQ(m.stats().buckets, 0u);
    for (std::uint64_t i = 0; i < 9; ++i) m.store(i, i);
    m.shrink_to_fit();
    EXPECT_EQ(m.stats().buckets, 1u);
    EXPECT_EQ(m.size(), 9u);
}

// Nobody calls shrink_to_fit here: erasing starts it, reading completes it.
TEST(capacity_shrink, gives_memory_back_by_itself) {
    constexpr std::uint64_t n = 100000;
    tracking_resource here, there;
    propagating_map fresh{propagating_allocator(there)};
    for (std::uint64_t i = 0; i < n / 100; ++i) fresh.store(i, i);
    fresh.reclaim();

    propagating_map m{propagating_allocator(here)};
    for (std::uint64_t i = 0; i < n; ++i) m.store(i, i);
    for (std::uint64_t i = n / 100; i < n; ++i) m.erase(i);
    for (std::uint64_t i = 0; i < n; ++i) EXPECT_EQ(m.load(i).has_value(), i < n / 100);
    m.reclaim();
    EXPECT_EQ(m.size(), n / 100);
    EXPECT_LE(here.bytes(), 2 * there.bytes());
}

TEST(capacity_shrink, gives_back_the_memory_of_strings_as_well) {
    tracking_resource memory;
    using map = syncmap::map<std::string, std::string, syncmap::hash<std::string>, std::equal_to<>,
                             tracking_allocator<std::pair<const std::string, std::string>, true>>;
    map m{tracking_allocator<std::pair<const std::string, std::string>, true>(memory)};
    for (std::size_t i = 0; i < 5000; ++i) m.store(node::make_key(i), node::make_value(i));
    const std::size_t full = memory.bytes();
    for (std::size_t i = 0; i < 5000; ++i) m.erase(node::make_key(i));
    for (std::size_t i = 0; i < 5000; ++i) (void)m.load(node::make_key(i));
    m.reclaim();
    EXPECT_LT(memory.bytes(), full / 20);
}

// What a map keeps that has once been large (docs/guarantees.md, I).
constexpr std::size_t kept_of_large = 6 * 1024;

template <class T>
std::size_t bytes_after_shrinking_to(int keep) {
    using allocator = support::tracking_allocator<std::pair<const int, T>, false>;
    using map = syncmap::map<int, T, syncmap::hash<int>, std::equal_to<>, allocator>;
    support::tracking_resource memory;
    map m{allocator(memory)};
    for (int i = 0; i < 20'000; ++i) m.store(i, T{});
    for (int i = keep; i < 20'000; ++i) m.erase(i);
    for (int round = 0; round < 20; ++round) {
        m.shrink_to_fit();
        for (int i = 0; i < 500; ++i) {
            m.erase(1000 + i);
            if (keep != 0) m.store(i % keep, T{});
        }
        m.reclaim();
    }
    return memory.bytes();
}
template <class T>
std::size_t bytes_of_a_fresh_map_with(int keep) {
    using allocator = support::tracking_allocator<std::pair<const int, T>, false>;
    support::tracking_resource memory;
    syncmap::map<int, T, syncmap::hash<int>, std::equal_to<>, allocator> m{allocator(memory)};
    for (int i = 0; i < keep; ++i) m.store(i, T{});
    m.reclaim();
    return memory.bytes();
}

TEST(capacity_shrink, leaves_at_most_twice_what_a_fresh_map_takes_and_a_few_kibibytes) {
    for (const int keep : {0, 1, 10, 50, 1000}) {
        EXPECT_LE(bytes_after_shrinking_to<long>(keep),
                  2 * bytes_of_a_fresh_map_with<long>(keep) + kept_of_large)
            << keep;
        EXPECT_LE(bytes_after_shrinking_to<std::string>(keep),
                  2 * bytes_of_a_fresh_map_with<std::string>(keep) + kept_of_large)
            << keep;
    }
    EXPECT_EQ(bytes_of_a_fresh_map_with<std::string>(0), 0U);
}

// Dead slots and overflow must not make a table grow that holds no more than before.
TEST(capacity_churn, does_not_grow_a_table_of_constant_size) {
    number_map m;
    for (std::uint64_t i = 0; i < 1000; ++i) m.store(i, i);
    const std::size_t buckets = m.stats().buckets;
    std::size_t most = 0, most_overflow = 0;
    for (std::uint64_t i = 0; i < scaled(300000); ++i) {
        m.erase(i);
        m.store(i + 1000, i);
        if (i % 64 == 0) {
            most = std::max(most, m.stats().buckets);
            most_overflow = std::max(most_overflow, m.stats().overflow_buckets);
        }
    }
    EXPECT_EQ(m.size(), 1000u);
    EXPECT_LE(most, 2 * buckets);
    EXPECT_LE(most_overflow, most);
}

TEST(capacity_churn, of_one_slot_goes_on_forever) {
    number_map m;
    for (std::uint64_t i = 0; i < scaled(100000); ++i) {
        m.store(i, i);
        EXPECT_EQ(m.load(i), i);
        EXPECT_TRUE(m.erase(i));
    }
    EXPECT_TRUE(m.empty());
    EXPECT_LE(m.stats().buckets, 2u);
    EXPECT_LE(m.stats().overflow_buckets, 2u);
}

TEST(capacity_stats, count_misses_and_promotions_as_loads_drive_a_move) {
    number_map m;
    for (std::uint64_t i = 0; i < 1000; ++i) m.store(i, i);
    for (std::uint64_t i = 0; m.stats().amended; ++i) m.store(i % 1000, i % 1000);
    m.reserve(10000);
    const auto before = m.stats();
    ASSERT_TRUE(before.amended);
    m.store(0, 0);  // something has moved now, so that loads can meet it
    for (std::uint64_t i = 0; i < 20000 && m.stats().amended; ++i) (void)m.load(i % 2000);
    EXPECT_FALSE(m.stats().amended);
    EXPECT_GT(m.stats().misses, before.misses);
    EXPECT_EQ(m.stats().promotions, before.promotions + 1);
    EXPECT_EQ(m.stats().moved_buckets, 0u);
}

TEST(capacity_stats, describe_a_table_that_is_neither_too_full_nor_too_empty) {
    number_map m;
    for (std::uint64_t i = 0; i < 20000; ++i) {
        m.store(i, i);
        const auto stats = m.stats();
        ASSERT_GT(stats.buckets, 0u);
        ASSERT_LE(stats.moved_buckets, stats.buckets);
        ASSERT_TRUE(stats.amended || stats.moved_buckets == 0);
        ASSERT_LE(static_cast<double>(stats.size), 14.0 * static_cast<double>(stats.buckets));
        ASSERT_DOUBLE_EQ(stats.load_factor,
                         static_cast<double>(stats.size) / static_cast<double>(stats.buckets));
        ASSERT_TRUE(stats.amended || stats.load_factor <= 10.5);
        ASSERT_LE(stats.overflow_buckets, stats.buckets / 4 + 2);
    }
}

}  // namespace
