// SPDX-License-Identifier: BSL-1.0
//
// Small values that are changed in place, by a mutable member, through what a map lends.
#include <atomic>
#include <optional>
#include <string>
#include <syncmap/in_place.hpp>
#include <syncmap/map.hpp>
#include <type_traits>

#include "support.hpp"

namespace {

// What the documents recommend.
struct atomic_counter {
    mutable std::atomic<long> n{0};
    void add() const { n.fetch_add(1, std::memory_order_relaxed); }
};

struct plain_counter {
    mutable long n = 0;
    void add() const { std::atomic_ref(n).fetch_add(1, std::memory_order_relaxed); }
    friend bool operator==(const plain_counter& a, const plain_counter& b) { return a.n == b.n; }
};

// What happens without a word from its author, so that the documents tell the truth.
struct lost_counter {
    mutable long n = 0;
    void add() const { std::atomic_ref(n).fetch_add(1, std::memory_order_relaxed); }
};

}  // namespace

template <>
inline constexpr bool syncmap::in_place<plain_counter> = true;

namespace {

template <class Map, class Key>
long adds(Map& m, const Key& key) {
    for (int i = 0; i < 6; ++i) m.try_emplace(key).first->add();
    EXPECT_TRUE(m.visit(key, [](const auto& c) { c.add(); }));
    m.pin(key)->add();
    m.for_each([](const Key&, const auto& c) { c.add(); });
    return static_cast<long>(m.pin(key)->n);
}

template <class Counter>
class in_place : public ::testing::Test {};
using counters = ::testing::Types<atomic_counter, plain_counter>;
TYPED_TEST_SUITE(in_place, counters);

TYPED_TEST(in_place, all_see_what_one_has_changed) {
    syncmap::map<int, TypeParam> flat_keys;
    EXPECT_EQ(adds(flat_keys, 1), 9);
    syncmap::map<std::string, TypeParam> node_keys;
    EXPECT_EQ(adds(node_keys, std::string("a")), 9);
    const auto handle = flat_keys.pin(1);
    const auto another = flat_keys.pin(1);
    EXPECT_EQ(handle.get(), another.get());
}

TYPED_TEST(in_place, values_stay_where_they_are_while_the_map_grows) {
    syncmap::map<int, TypeParam> m;
    const auto handle = m.try_emplace(0).first;
    for (int i = 1; i < 1000; ++i) m.try_emplace(i);
    m.pin(0)->add();
    EXPECT_EQ(handle->n, 1);
}

TEST(in_place_values, are_otherwise_like_all_others) {
    syncmap::map<int, plain_counter> m;
    m.store(1, plain_counter{5});
    EXPECT_EQ(m.load(1)->n, 5);
    m.pin(1)->add();
    EXPECT_TRUE(m.compare_exchange(1, plain_counter{6}, plain_counter{7}));
    EXPECT_EQ(m.exchange(1, plain_counter{8})->n, 7);
    m.update(1, [](const plain_counter* c) { return std::optional(plain_counter{c->n + 1}); });
    EXPECT_EQ(m.load_and_erase(1)->n, 9);
    EXPECT_EQ(m.erase_if([](int, const plain_counter&) { return true; }), 0u);
}

TEST(in_place_values, are_seen_as_copies_unless_somebody_says_so) {
    static_assert(!syncmap::in_place<lost_counter> && !syncmap::in_place<int>);
    static_assert(std::is_trivially_copyable_v<lost_counter>);
    syncmap::map<int, lost_counter> m;
    EXPECT_EQ(adds(m, 1), 0);
}

}  // namespace
