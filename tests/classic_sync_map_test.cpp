// SPDX-License-Identifier: BSL-1.0
//
// White-box tests of the oracle, step by step: which table knows a key, in which state, and how
// many misses have been counted so far.

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "reference/classic_sync_map.hpp"

namespace {

using syncmap::reference::classic_sync_map;
using syncmap::reference::entry_state;
using enum entry_state;

using int_map = classic_sync_map<int, int>;
using inspection = int_map::inspection;

constexpr std::nullopt_t none = std::nullopt;

template <class Map>
void store_and_promote(Map& m, int first, int last) {
    for (int key = first; key <= last; ++key) m.store(key, key * 10);
    m.for_each([](int, const auto&) {});
}

TEST(classic_sync_map, starts_empty_and_clean) {
    int_map m;
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, false, 0}));
    EXPECT_EQ(m.load(1), none);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, false, 0}));
}

TEST(classic_sync_map, a_new_key_amends_read_and_copies_the_live_entries_to_dirty) {
    int_map m;
    m.store(1, 10);
    EXPECT_EQ(m.inspect(), (inspection{true, 0, 0, true, 1}));
    store_and_promote(m, 2, 4);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 4, false, 0}));
    m.erase(3);
    m.store(5, 50);
    EXPECT_EQ(m.inspect(), (inspection{true, 0, 4, true, 4}));  // 1, 2, 4 and the new one
    EXPECT_EQ(m.dirty_entry(3), absent);
    m.store(6, 60);  // no second copy
    EXPECT_EQ(m.inspect(), (inspection{true, 0, 4, true, 5}));
}

TEST(classic_sync_map, as_many_misses_as_dirty_has_keys_promote_it) {
    int_map m;
    store_and_promote(m, 1, 2);
    m.store(3, 30);
    EXPECT_EQ(m.load(3), 30);  // found or not: a miss
    EXPECT_EQ(m.load(99), none);
    EXPECT_EQ(m.load(1), 10);  // found in read: none
    EXPECT_EQ(m.inspect(), (inspection{true, 2, 2, true, 3}));
    EXPECT_EQ(m.load(3), 30);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
    EXPECT_EQ(m.load(99), none);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
}

TEST(classic_sync_map, an_erased_key_goes_through_nil_and_expunged_and_comes_back_through_dirty) {
    int_map m;
    store_and_promote(m, 1, 2);
    EXPECT_EQ(m.read_entry(1), live);
    m.erase(1);
    EXPECT_EQ(m.read_entry(1), nil);
    m.store(3, 30);
    EXPECT_EQ(m.read_entry(1), expunged);
    EXPECT_EQ(m.dirty_entry(1), absent);
    m.store(1, 11);
    EXPECT_EQ(m.read_entry(1), live);
    EXPECT_EQ(m.dirty_entry(1), live);
    EXPECT_EQ(m.inspect(), (inspection{true, 0, 2, true, 3}));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(m.load(3), 30);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
    EXPECT_EQ(m.load(1), 11);
}

TEST(classic_sync_map, load_or_store_brings_an_expunged_key_back_through_dirty) {
    int_map m;
    store_and_promote(m, 1, 2);
    m.erase(1);
    m.store(3, 30);
    ASSERT_EQ(m.read_entry(1), expunged);
    EXPECT_EQ(m.load_or_store(1, 11), (std::pair{11, false}));
    EXPECT_EQ(m.read_entry(1), live);
    EXPECT_EQ(m.dirty_entry(1), live);
    m.for_each([](int, int) {});
    EXPECT_EQ(m.load_or_store(1, 12), (std::pair{11, true}));
}

TEST(classic_sync_map, an_expunged_key_is_forgotten_by_the_promotion) {
    int_map m;
    store_and_promote(m, 1, 2);
    m.erase(1);
    m.store(3, 30);
    ASSERT_EQ(m.read_entry(1), expunged);
    m.for_each([](int, int) {});
    EXPECT_EQ(m.read_entry(1), absent);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 2, false, 0}));
}

TEST(classic_sync_map, a_nil_key_that_dirty_has_survives_one_promotion_and_is_then_expunged) {
    int_map m;
    store_and_promote(m, 1, 2);
    m.store(3, 30);
    m.erase(1);
    EXPECT_EQ(m.read_entry(1), nil);
    EXPECT_EQ(m.dirty_entry(1), nil);
    m.for_each([](int, int) {});
    EXPECT_EQ(m.read_entry(1), nil);
    m.store(4, 40);
    EXPECT_EQ(m.read_entry(1), expunged);
}

TEST(classic_sync_map, storing_over_an_existing_key_does_not_touch_dirty) {
    int_map m;
    store_and_promote(m, 1, 3);
    m.store(1, 11);
    EXPECT_EQ(m.exchange(2, 22), 20);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
    m.erase(3);
    m.store(3, 33);  // nil, not yet expunged: in place as well
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
}

TEST(classic_sync_map, read_and_dirty_share_their_entries) {
    int_map m;
    store_and_promote(m, 1, 2);
    m.store(3, 30);
    m.store(1, 11);
    m.erase(2);
    EXPECT_EQ(m.dirty_entry(2), nil);
    m.for_each([](int, int) {});
    EXPECT_EQ(m.load(1), 11);
    EXPECT_EQ(m.load(2), none);
}

TEST(classic_sync_map, erasing_a_key_that_only_dirty_has_removes_it_there_and_counts_a_miss) {
    int_map m;
    store_and_promote(m, 1, 3);
    m.store(4, 40);
    EXPECT_TRUE(m.erase(4));
    EXPECT_EQ(m.dirty_entry(4), absent);
    EXPECT_EQ(m.inspect(), (inspection{true, 1, 3, true, 3}));
    EXPECT_FALSE(m.erase(4));  // not there, still a miss
    EXPECT_EQ(m.inspect(), (inspection{true, 2, 3, true, 3}));
    EXPECT_EQ(m.load_and_erase(4), none);  // the third one promotes
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
}

TEST(classic_sync_map, the_only_key_erased_from_dirty_promotes_an_empty_table) {
    int_map m;
    m.store(1, 10);
    EXPECT_EQ(m.load_and_erase(1), 10);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, false, 0}));
}

TEST(classic_sync_map, for_each_promotes_an_amended_map_and_leaves_a_clean_one_alone) {
    int_map m;
    store_and_promote(m, 1, 3);
    m.store(4, 40);
    m.load(4);
    m.erase(2);
    std::set<std::pair<int, int>> seen;
    m.for_each([&](int key, int value) {
        EXPECT_EQ(m.inspect(), (inspection{false, 0, 4, false, 0}));
        EXPECT_TRUE(seen.emplace(key, value).second);
    });
    EXPECT_EQ(seen, (std::set<std::pair<int, int>>{{1, 10}, {3, 30}, {4, 40}}));
    m.for_each([](int, int) {});
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 4, false, 0}));
}

TEST(classic_sync_map, for_each_stops_at_false) {
    int_map m;
    store_and_promote(m, 1, 9);
    int calls = 0;
    m.for_each([&](int, int) { return ++calls < 4; });
    EXPECT_EQ(calls, 4);
}

TEST(classic_sync_map, for_each_visits_the_snapshot_while_its_callback_changes_the_map) {
    int_map m;
    store_and_promote(m, 1, 5);
    std::set<int> seen;
    m.for_each([&](int key, int) {
        EXPECT_TRUE(seen.insert(key).second);
        m.store(key + 100, 0);        // new keys are not visited
        if (key % 2 == 1) m.clear();  // and the snapshot outlives the table
        m.for_each([](int, int) {});
    });
    EXPECT_EQ(seen, (std::set<int>{1, 2, 3, 4, 5}));
}

TEST(classic_sync_map, clear_empties_both_tables_and_keeps_the_empty_dirty) {
    int_map m;
    store_and_promote(m, 1, 3);
    m.store(4, 40);
    m.load(4);
    m.clear();
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, true, 0}));
    for (int key = 1; key <= 4; ++key) EXPECT_EQ(m.load(key), none);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, true, 0}));
    m.store(5, 50);
    EXPECT_EQ(m.inspect(), (inspection{true, 0, 0, true, 1}));
    EXPECT_EQ(m.load(5), 50);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 1, false, 0}));
    m.clear();
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, false, 0}));
}

TEST(classic_sync_map, clear_also_drops_what_was_already_erased) {
    int_map m;
    store_and_promote(m, 1, 3);
    for (int key = 1; key <= 3; ++key) m.erase(key);
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 3, false, 0}));
    m.clear();
    EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, false, 0}));
}

TEST(classic_sync_map, the_value_of_an_erased_key_dies_at_once) {
    classic_sync_map<int, std::shared_ptr<int>> m;
    const auto value = std::make_shared<int>(7);
    for (const bool promoted : {false, true}) {
        m.store(1, value);
        m.store(2, nullptr);
        if (promoted) m.for_each([](int, const auto&) {});
        EXPECT_EQ(value.use_count(), 2);
        m.erase(1);
        EXPECT_EQ(value.use_count(), 1);
    }
}

}  // namespace
