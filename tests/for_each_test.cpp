// SPDX-License-Identifier: BSL-1.0
//
// for_each and snapshot: each element once, and a callback that may do anything.
#include <algorithm>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class for_each : public ::testing::Test {};
TYPED_TEST_SUITE(for_each, configs);

TYPED_TEST(for_each, visits_nothing_in_an_empty_map) {
    const typename TypeParam::map m;
    m.for_each([](const auto&, const auto&) { ADD_FAILURE(); });
    EXPECT_TRUE(m.snapshot().empty());
}

// At every size from 0 on: growth is under way at some of them.
TYPED_TEST(for_each, visits_every_element_once_at_every_size) {
    typename TypeParam::map m;
    for (std::size_t n = 0; n < 120; ++n) {
        const auto seen = contents(m);
        ASSERT_EQ(seen, model_of<TypeParam>(0, n));
        m.store(TypeParam::make_key(n), TypeParam::make_value(n));
    }
    for (std::size_t n = 120; n-- > 0;) {
        m.erase(TypeParam::make_key(n));
        ASSERT_EQ(contents(m), model_of<TypeParam>(0, n));
    }
}

TYPED_TEST(for_each, stops_when_told_to) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (const int limit : {1, 2, 15, 50, 99}) {
        int calls = 0;
        m.for_each([&](const auto&, const auto&) { return ++calls < limit; });
        EXPECT_EQ(calls, limit);
    }
}

TYPED_TEST(for_each, visits_everything_when_always_told_to_go_on) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    int calls = 0;
    m.for_each([&](const auto&, const auto&) { return ++calls != 0; });
    EXPECT_EQ(calls, 100);
}

TYPED_TEST(for_each, lets_an_exception_out_and_stays_usable) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (int limit = 0; limit < 100; limit += 9) {
        int calls = 0;
        EXPECT_THROW(m.for_each([&](const auto&, const auto&) {
            if (calls++ == limit) throw std::runtime_error("no");
        }),
                     std::runtime_error);
    }
    expect_holds(m, model_of<TypeParam>(0, 100));
}

TYPED_TEST(for_each, may_erase_what_it_visits) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    std::set<typename TypeParam::key> visited;
    m.for_each([&](const auto& key, const auto&) {
        EXPECT_TRUE(visited.insert(key).second);
        EXPECT_TRUE(m.erase(key));
    });
    EXPECT_EQ(visited.size(), 150u);
    EXPECT_TRUE(m.empty());
}

// The erased key comes back into some slot, perhaps a later one of the same bucket.
TYPED_TEST(for_each, shows_no_key_twice_that_is_erased_and_stored_again) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    std::multiset<typename TypeParam::key> visited;
    std::size_t next = 1000;
    m.for_each([&](const auto& key, const auto& value) {
        visited.insert(key);
        const auto copy = key;
        m.erase(copy);
        m.store(TypeParam::make_key(next), TypeParam::make_value(next));
        m.erase(TypeParam::make_key(next++));
        m.store(copy, value);
    });
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(visited.count(TypeParam::make_key(i)), 1u) << i;
}

TYPED_TEST(for_each, misses_no_key_that_stays_while_the_map_grows_and_shrinks) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    std::multiset<typename TypeParam::key> visited;
    std::size_t calls = 0;
    m.for_each([&](const auto& key, const auto&) {
        visited.insert(key);
        if (++calls > 60) return;
        const std::size_t base = 1000 + 10 * calls;
        fill<TypeParam>(m, base, base + 10);
        m.erase_if(
            [](const auto&, const auto& value) { return value == TypeParam::make_value(0); });
        if (calls == 30) m.shrink_to_fit();
        if (calls == 40) m.reserve(2000);
    });
    for (std::size_t i = 1; i < 60; ++i) EXPECT_EQ(visited.count(TypeParam::make_key(i)), 1u) << i;
    for (const auto& key : visited) EXPECT_EQ(visited.count(key), 1u);
}

// The smaller table's buckets do not begin where the walk has come to: what they hold from before
// must not be shown again, nor anything behind be left out. Wherever in the walk that happens.
TYPED_TEST(for_each, shows_no_key_twice_when_the_table_shrinks_under_it) {
    for (std::size_t when = 1; when < 150; when += 7) {
        typename TypeParam::map m;
        m.reserve(150);
        fill<TypeParam>(m, 0, 150);
        std::multiset<typename TypeParam::key> visited;
        m.for_each([&](const auto& key, const auto&) {
            visited.insert(key);
            if (visited.size() != when) return;
            for (std::size_t i = 20; i < 150; ++i) m.erase(TypeParam::make_key(i));
            m.shrink_to_fit();
            for (std::size_t i = 0; i < 400; ++i)
                m.store(TypeParam::make_key(i % 20), TypeParam::make_value(i));
            EXPECT_FALSE(m.stats().amended);
        });
        for (std::size_t i = 0; i < 20; ++i)
            EXPECT_EQ(visited.count(TypeParam::make_key(i)), 1u) << i << " at " << when;
        for (const auto& key : visited) EXPECT_EQ(visited.count(key), 1u);
    }
}

TYPED_TEST(for_each, ends_although_its_callback_clears_the_map) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    std::set<typename TypeParam::key> visited;
    m.for_each([&](const auto& key, const auto& value) {
        EXPECT_TRUE(visited.insert(key).second);
        m.clear();
        m.reclaim();
        EXPECT_FALSE(value == typename TypeParam::value{});
    });
    EXPECT_GE(visited.size(), 1u);
    EXPECT_LE(visited.size(), 100u);
    EXPECT_TRUE(m.empty());
}

TYPED_TEST(for_each, nests) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 40);
    std::size_t pairs = 0;
    m.for_each(
        [&](const auto&, const auto&) { m.for_each([&](const auto&, const auto&) { ++pairs; }); });
    EXPECT_EQ(pairs, 1600u);
}

TYPED_TEST(for_each, snapshot_copies_every_element) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 120);
    auto all = std::as_const(m).snapshot();
    static_assert(
        std::is_same_v<decltype(all),
                       std::vector<std::pair<typename TypeParam::key, typename TypeParam::value>>>);
    m.clear();
    std::sort(all.begin(), all.end());
    const auto model = model_of<TypeParam>(0, 120);
    ASSERT_EQ(all.size(), model.size());
    EXPECT_TRUE(std::equal(all.begin(), all.end(), model.begin(), [](const auto& a, const auto& b) {
        return a.first == b.first && a.second == b.second;
    }));
}

TEST(for_each_immovable, shows_the_values_themselves) {
    syncmap::map<int, immovable> m;
    for (int i = 0; i < 100; ++i) m.try_emplace(i, i);
    int sum = 0;
    m.for_each([&](int key, const immovable& value) {
        EXPECT_EQ(value.self, &value);
        EXPECT_EQ(value.number, key);
        sum += key;
    });
    EXPECT_EQ(sum, 4950);
}

// One element is held back while its callback runs, and nothing afterwards.
TEST(for_each_reclamation, holds_nothing_after_it_returned) {
    struct tag;
    using value = counted<tag>;
    syncmap::map<int, value> m;
    for (int i = 0; i < 300; ++i) m.store(i, value(i));
    m.for_each([&](int key, const value&) {
        if (key % 2 == 0) m.erase(key);
        return key != 123;
    });
    m.clear();
    EXPECT_EQ(live_after_reclaim<value>(m), 0);
}

}  // namespace
