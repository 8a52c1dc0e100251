// SPDX-License-Identifier: BSL-1.0
//
// White-box tests of the oracle: every member, tried in every state that a key can be in. What it
// returns, where that leaves the key in both tables, and whether it was a miss.

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "reference/classic_sync_map.hpp"

namespace {

using syncmap::reference::classic_sync_map;
using syncmap::reference::entry_state;
using enum entry_state;

using int_map = classic_sync_map<int, int>;
using inspection = int_map::inspection;

constexpr std::nullopt_t none = std::nullopt;

// Where key 1 stands (value 7 if live). "Amended" means: another key made a dirty table. In all
// states there are enough other keys that none of the few misses promotes.
enum class where {
    missing_clean,
    missing_amended,
    live_clean,
    live_amended,
    nil_clean,
    nil_amended,
    expunged_amended,
    live_in_dirty_only,
    nil_in_dirty_only
};

constexpr int k = 1;

void bring_to(int_map& m, where to) {
    for (int other = 100; other < 104; ++other) m.store(other, other);
    const bool in_read = to != where::missing_clean && to != where::missing_amended &&
                         to != where::live_in_dirty_only && to != where::nil_in_dirty_only;
    if (in_read) m.store(k, 7);
    m.for_each([](int, int) {});
    if (to == where::nil_clean || to == where::expunged_amended) m.erase(k);
    if (to != where::missing_clean && to != where::live_clean && to != where::nil_clean) {
        m.store(200, 200);
    }
    if (to == where::nil_amended) m.erase(k);
    if (to == where::live_in_dirty_only || to == where::nil_in_dirty_only) m.store(k, 7);
    if (to == where::nil_in_dirty_only) m.compare_and_erase(k, 7);
}

struct expectation {
    where from;
    std::optional<int> result;
    entry_state read, dirty;  // afterwards
    std::size_t misses;       // counted by the operation
    std::optional<int> value;
};

// One row for each state, in the order of `where`.
using expectations = std::array<expectation, 9>;

template <class Operation>
void check(const expectations& table, Operation operation) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        const expectation& row = table[i];
        ASSERT_EQ(static_cast<std::size_t>(row.from), i);
        SCOPED_TRACE("row " + std::to_string(i));
        int_map m;
        bring_to(m, row.from);
        const inspection before = m.inspect();
        EXPECT_EQ(operation(m), row.result);
        const inspection after = m.inspect();
        EXPECT_EQ(m.read_entry(k), row.read);
        EXPECT_EQ(m.dirty_entry(k), row.dirty);
        EXPECT_EQ(after.misses - before.misses, row.misses);
        EXPECT_EQ(after.read_size, before.read_size);
        EXPECT_EQ(m.load(k), row.value);
        m.for_each([](int, int) {});  // and the promotion loses nothing
        EXPECT_EQ(m.load(k), row.value);
    }
}

TEST(classic_sync_map, load_in_every_state) {
    const expectations table{{
        {where::missing_clean, none, absent, absent, 0, none},
        {where::missing_amended, none, absent, absent, 1, none},
        {where::live_clean, 7, live, absent, 0, 7},
        {where::live_amended, 7, live, live, 0, 7},
        {where::nil_clean, none, nil, absent, 0, none},
        {where::nil_amended, none, nil, nil, 0, none},
        {where::expunged_amended, none, expunged, absent, 0, none},
        {where::live_in_dirty_only, 7, absent, live, 1, 7},
        {where::nil_in_dirty_only, none, absent, nil, 1, none},
    }};
    check(table, [](int_map& m) { return m.load(k); });
}

TEST(classic_sync_map, store_and_exchange_in_every_state) {
    const expectations table{{
        {where::missing_clean, none, absent, live, 0, 9},
        {where::missing_amended, none, absent, live, 0, 9},
        {where::live_clean, 7, live, absent, 0, 9},
        {where::live_amended, 7, live, live, 0, 9},
        {where::nil_clean, none, live, absent, 0, 9},
        {where::nil_amended, none, live, live, 0, 9},
        {where::expunged_amended, none, live, live, 0, 9},
        {where::live_in_dirty_only, 7, absent, live, 0, 9},
        {where::nil_in_dirty_only, none, absent, live, 0, 9},
    }};
    check(table, [](int_map& m) { return m.exchange(k, 9); });

    expectations without_result = table;
    for (expectation& row : without_result) row.result = none;
    check(without_result, [](int_map& m) {
        m.store(k, 9);
        return std::optional<int>();
    });
}

TEST(classic_sync_map, load_or_store_in_every_state) {
    const expectations table{{
        {where::missing_clean, none, absent, live, 0, 9},
        {where::missing_amended, none, absent, live, 0, 9},
        {where::live_clean, 7, live, absent, 0, 7},
        {where::live_amended, 7, live, live, 0, 7},
        {where::nil_clean, none, live, absent, 0, 9},
        {where::nil_amended, none, live, live, 0, 9},
        {where::expunged_amended, none, live, live, 0, 9},
        {where::live_in_dirty_only, 7, absent, live, 1, 7},
        {where::nil_in_dirty_only, none, absent, live, 1, 9},
    }};
    check(table, [](int_map& m) {
        const auto [value, loaded] = m.load_or_store(k, 9);
        EXPECT_EQ(value, loaded ? 7 : 9);
        return loaded ? std::optional(value) : none;
    });
}

TEST(classic_sync_map, erase_and_load_and_erase_in_every_state) {
    const expectations table{{
        {where::missing_clean, none, absent, absent, 0, none},
        {where::missing_amended, none, absent, absent, 1, none},
        {where::live_clean, 7, nil, absent, 0, none},
        {where::live_amended, 7, nil, nil, 0, none},
        {where::nil_clean, none, nil, absent, 0, none},
        {where::nil_amended, none, nil, nil, 0, none},
        {where::expunged_amended, none, expunged, absent, 0, none},
        {where::live_in_dirty_only, 7, absent, absent, 1, none},
        {where::nil_in_dirty_only, none, absent, absent, 1, none},
    }};
    check(table, [](int_map& m) { return m.load_and_erase(k); });
    check(table, [](int_map& m) { return m.erase(k) ? std::optional(7) : none; });
}

// For the two compare members the result is 1 (true) or 0.
TEST(classic_sync_map, compare_exchange_in_every_state) {
    const expectations equal{{
        {where::missing_clean, 0, absent, absent, 0, none},
        {where::missing_amended, 0, absent, absent, 0, none},  // not a miss: nothing was found
        {where::live_clean, 1, live, absent, 0, 9},
        {where::live_amended, 1, live, live, 0, 9},
        {where::nil_clean, 0, nil, absent, 0, none},
        {where::nil_amended, 0, nil, nil, 0, none},
        {where::expunged_amended, 0, expunged, absent, 0, none},
        {where::live_in_dirty_only, 1, absent, live, 1, 9},
        {where::nil_in_dirty_only, 0, absent, nil, 1, none},
    }};
    check(equal, [](int_map& m) { return std::optional<int>(m.compare_exchange(k, 7, 9)); });

    expectations unequal = equal;
    for (expectation& row : unequal) {
        row.result = 0;
        if (row.value) row.value = 7;
    }
    check(unequal, [](int_map& m) { return std::optional<int>(m.compare_exchange(k, 8, 9)); });
}

TEST(classic_sync_map, compare_and_erase_in_every_state) {
    const expectations equal{{
        {where::missing_clean, 0, absent, absent, 0, none},
        {where::missing_amended, 0, absent, absent, 1, none},
        {where::live_clean, 1, nil, absent, 0, none},
        {where::live_amended, 1, nil, nil, 0, none},
        {where::nil_clean, 0, nil, absent, 0, none},
        {where::nil_amended, 0, nil, nil, 0, none},
        {where::expunged_amended, 0, expunged, absent, 0, none},
        {where::live_in_dirty_only, 1, absent, nil, 1, none},  // stays in dirty, as nil
        {where::nil_in_dirty_only, 0, absent, nil, 1, none},
    }};
    check(equal, [](int_map& m) { return std::optional<int>(m.compare_and_erase(k, 7)); });

    const expectations unequal{{
        {where::missing_clean, 0, absent, absent, 0, none},
        {where::missing_amended, 0, absent, absent, 1, none},
        {where::live_clean, 0, live, absent, 0, 7},
        {where::live_amended, 0, live, live, 0, 7},
        {where::nil_clean, 0, nil, absent, 0, none},
        {where::nil_amended, 0, nil, nil, 0, none},
        {where::expunged_amended, 0, expunged, absent, 0, none},
        {where::live_in_dirty_only, 0, absent, live, 1, 7},
        {where::nil_in_dirty_only, 0, absent, nil, 1, none},
    }};
    check(unequal, [](int_map& m) { return std::optional<int>(m.compare_and_erase(k, 8)); });
}

TEST(classic_sync_map, clear_in_every_state) {
    for (int state = 0; state <= static_cast<int>(where::nil_in_dirty_only); ++state) {
        SCOPED_TRACE("state " + std::to_string(state));
        int_map m;
        bring_to(m, static_cast<where>(state));
        const bool had_dirty = m.inspect().dirty_present;
        m.clear();
        EXPECT_EQ(m.inspect(), (inspection{false, 0, 0, had_dirty, 0}));
        EXPECT_EQ(m.load(k), none);
        EXPECT_EQ(m.load_or_store(k, 9), (std::pair{9, false}));
        EXPECT_EQ(m.load(k), 9);
    }
}

}  // namespace
