// SPDX-License-Identifier: BSL-1.0
//
// White-box tests of the oracle under interference. Hooks in the hash and in the values' == run
// "another thread's" operation at the one moment that counts; real threads do the rest.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <latch>
#include <map>
#include <optional>
#include <random>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "reference/classic_sync_map.hpp"

namespace {

using syncmap::reference::classic_sync_map;
using syncmap::reference::entry_state;

constexpr int k = 1;

// What "another thread" does at the next hash of k, or at the next comparison of two values.
// A hash of k comes first when an operation looks into `read`, before it can hold the lock.
std::function<void()> at_next_hash, at_next_comparison;

void fire(std::function<void()>& hook) {
    if (hook) std::exchange(hook, nullptr)();
}

struct hooked_hash {
    std::size_t operator()(int key) const {
        if (key == k) fire(at_next_hash);
        return std::hash<int>()(key);
    }
};

struct number {
    int value;
    friend bool operator==(const number& a, const number& b) {
        fire(at_next_comparison);
        return a.value == b.value;
    }
};

using hooked_map = classic_sync_map<int, number, hooked_hash>;

// read = {2}, dirty = {2, k}, k has the value 7.
void bring_k_to_dirty(hooked_map& m) {
    m.store(2, {20});
    m.for_each([](int, number) {});
    m.store(k, {7});
}

using hooked_operation = std::function<bool(hooked_map&)>;

// Each is true if it finds k with the value 7.
const std::vector<hooked_operation> operations_that_find_7{
    [](hooked_map& m) { return m.load(k) == number{7}; },
    [](hooked_map& m) { return m.exchange(k, {9}) == number{7}; },
    [](hooked_map& m) { return m.load_or_store(k, {9}).second; },
    [](hooked_map& m) { return m.load_and_erase(k) == number{7}; },
    [](hooked_map& m) { return m.erase(k); },
    [](hooked_map& m) { return m.compare_exchange(k, {7}, {9}); },
    [](hooked_map& m) { return m.compare_and_erase(k, {7}); },
};

TEST(classic_sync_map, a_promotion_before_the_lock_is_noticed_and_no_miss_is_counted) {
    for (const hooked_operation& operation : operations_that_find_7) {
        hooked_map m;
        bring_k_to_dirty(m);
        at_next_hash = [&] { m.for_each([](int, number) {}); };
        EXPECT_TRUE(operation(m));
        EXPECT_FALSE(at_next_hash);
        const auto [amended, misses, read_size, dirty_present, dirty_size] = m.inspect();
        EXPECT_FALSE(amended);
        EXPECT_FALSE(dirty_present);
        EXPECT_EQ(misses, 0u);
        EXPECT_EQ(read_size, 2u);
    }
}

TEST(classic_sync_map, a_clear_before_the_lock_is_noticed_and_no_miss_is_counted) {
    for (const hooked_operation& operation : operations_that_find_7) {
        hooked_map m;
        bring_k_to_dirty(m);
        at_next_hash = [&] { m.clear(); };
        EXPECT_FALSE(operation(m));
        EXPECT_FALSE(at_next_hash);
        EXPECT_EQ(m.inspect().misses, 0u);
        EXPECT_EQ(m.inspect().read_size, 0u);
        EXPECT_TRUE(m.inspect().dirty_present);
    }
}

TEST(classic_sync_map, an_entry_expunged_before_the_store_reaches_it_comes_back_through_dirty) {
    const std::vector<std::function<void(hooked_map&)>> stores{
        [](hooked_map& m) { m.store(k, {9}); },
        [](hooked_map& m) { EXPECT_FALSE(m.exchange(k, {9})); },
        [](hooked_map& m) { EXPECT_FALSE(m.load_or_store(k, {9}).second); },
    };
    for (const auto& store : stores) {
        hooked_map m;
        bring_k_to_dirty(m);
        m.for_each([](int, number) {});
        m.erase(k);
        at_next_hash = [&] { m.store(3, {30}); };
        store(m);
        EXPECT_FALSE(at_next_hash);
        EXPECT_EQ(m.read_entry(k), entry_state::live);
        EXPECT_EQ(m.dirty_entry(k), entry_state::live);
    }
}

TEST(classic_sync_map, a_value_replaced_after_the_comparison_is_compared_again) {
    const std::vector<hooked_operation> compare_members{
        [](hooked_map& m) { return m.compare_exchange(k, {7}, {9}); },
        [](hooked_map& m) { return m.compare_and_erase(k, {7}); },
    };
    for (const hooked_operation& operation : compare_members) {
        hooked_map m;
        bring_k_to_dirty(m);
        m.for_each([](int, number) {});
        at_next_comparison = [&] { m.store(k, {8}); };
        EXPECT_FALSE(operation(m));
        EXPECT_EQ(m.load(k), number{8});
        m.store(k, {7});
        at_next_comparison = [&] { m.erase(k); };
        EXPECT_FALSE(operation(m));
        EXPECT_FALSE(m.load(k));
        m.store(k, {7});
        at_next_comparison = [&] { m.store(k, {7}); };  // an equal one
        EXPECT_TRUE(operation(m));
        EXPECT_NE(m.load(k), number{7});
    }
}

// The comparison of a value that only dirty has runs under the lock: whatever asked for the lock
// in there would never return.
TEST(classic_sync_map, operations_on_keys_of_read_do_not_take_the_lock) {
    hooked_map m;
    bring_k_to_dirty(m);
    int done = 0;
    at_next_comparison = [&] {
        done += m.load(2) == number{20};
        m.store(2, {21});
        done += m.exchange(2, {22}) == number{21};
        done += m.load_or_store(2, {23}).second;
        done += m.compare_exchange(2, {22}, {24});
        done += m.load_and_erase(2) == number{24};
        done += !m.load_or_store(2, {25}).second;  // nil: in place
        done += m.compare_and_erase(2, {25});
        done += !m.erase(2);
    };
    EXPECT_TRUE(m.compare_exchange(k, {7}, {9}));
    EXPECT_EQ(done, 8);
}

// The sleep is only to let the other thread come as far as the lock, having seen an amended map.
TEST(classic_sync_map, for_each_notices_a_promotion_while_it_waits_for_the_lock) {
    hooked_map m;
    bring_k_to_dirty(m);
    m.load(k);
    std::thread other;
    int visited = 0;
    at_next_comparison = [&] {  // under the lock, and before the miss that promotes
        other = std::thread([&] { m.for_each([&](int, number) { ++visited; }); });
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    };
    EXPECT_TRUE(m.compare_exchange(k, {7}, {9}));
    EXPECT_FALSE(m.inspect().amended);
    other.join();
    EXPECT_EQ(visited, 2);
}

constexpr int thread_count = 4;

template <class Work>
void run_threads(Work work) {
    std::latch start(thread_count);
    std::vector<std::thread> threads;
    for (int t = 0; t < thread_count; ++t) {
        threads.emplace_back([&, t] {
            start.arrive_and_wait();
            work(t);
        });
    }
    for (std::thread& thread : threads) thread.join();
}

// Keys that one thread alone writes follow its own std::map. On the shared keys every thread
// counts up, and at times takes the count away: in the end nothing is lost and nothing doubled.
TEST(classic_sync_map, threads_with_keys_of_their_own_and_shared_counters) {
    constexpr int rounds = 6000;
    constexpr unsigned own_keys = 24, counters = 3;
    classic_sync_map<int, int> m;
    std::array<long, thread_count> taken{};

    const auto count_up = [&](int counter) {
        for (auto [value, loaded] = m.load_or_store(counter, 1); loaded;
             std::tie(value, loaded) = m.load_or_store(counter, 1)) {
            if (m.compare_exchange(counter, value, value + 1)) return;
        }
    };

    run_threads([&](int t) {
        std::mt19937 random(static_cast<unsigned>(t));
        std::map<int, int> mine;
        const auto expected = [&](int key) {
            const auto it = mine.find(key);
            return it == mine.end() ? std::nullopt : std::optional(it->second);
        };
        for (int round = 0; round < rounds; ++round) {
            const int key = 1000 * (t + 1) + static_cast<int>(random() % own_keys);
            const std::optional<int> before = expected(key);
            switch (random() % 9) {
            case 0: EXPECT_EQ(m.load(key), before); break;
            case 1:
                m.store(key, round);
                mine[key] = round;
                break;
            case 2:
                EXPECT_EQ(m.exchange(key, round), before);
                mine[key] = round;
                break;
            case 3:
                EXPECT_EQ(m.load_or_store(key, round),
                          std::pair(before.value_or(round), before.has_value()));
                mine.emplace(key, round);
                break;
            case 4:
                EXPECT_EQ(m.load_and_erase(key), before);
                mine.erase(key);
                break;
            case 5:
                EXPECT_EQ(m.erase(key), before.has_value());
                mine.erase(key);
                break;
            case 6:
                EXPECT_EQ(m.compare_exchange(key, before.value_or(0), round), before.has_value());
                if (before) mine[key] = round;
                break;
            case 7:
                EXPECT_EQ(m.compare_and_erase(key, before.value_or(0)), before.has_value());
                mine.erase(key);
                break;
            case 8:
                std::map<int, int> seen;
                m.for_each([&](int seen_key, int value) {
                    if (seen_key / 1000 != t + 1) return;
                    EXPECT_TRUE(seen.emplace(seen_key, value).second);
                });
                EXPECT_EQ(seen, mine);
                break;
            }
            const int counter = static_cast<int>(random() % counters);
            count_up(counter);
            if (random() % 8 == 0) {
                taken[static_cast<std::size_t>(t)] += m.load_and_erase(counter).value_or(0);
            }
        }
    });

    long total = 0;
    for (const long each : taken) total += each;
    for (int counter = 0; counter < static_cast<int>(counters); ++counter) {
        total += m.load(counter).value_or(0);
    }
    EXPECT_EQ(total, long{thread_count} * rounds);
}

struct trade {
    std::vector<int> put_in, handed_out;  // sorted
};

// All values are different, all threads want the same few keys.
trade trade_values(bool with_clear) {
    constexpr int rounds = 30000;
    classic_sync_map<int, int> m;
    std::array<trade, thread_count> trades;

    run_threads([&](int t) {
        std::mt19937 random(static_cast<unsigned>(t));
        trade& mine = trades[static_cast<std::size_t>(t)];
        for (int round = 0; round < rounds; ++round) {
            const int key = static_cast<int>(random() % 3);
            const int value = round * thread_count + t;
            std::optional<int> got;
            switch (random() % 4) {
            case 0:
            case 1:
                got = m.exchange(key, value);
                mine.put_in.push_back(value);
                break;
            case 2: got = m.load_and_erase(key); break;
            case 3:
                if (!m.load_or_store(key, value).second) mine.put_in.push_back(value);
                break;
            }
            if (got) mine.handed_out.push_back(*got);
            if (with_clear && random() % 64 == 0) m.clear();
        }
    });

    trade all;
    m.for_each([&](int, int value) { all.handed_out.push_back(value); });
    for (const trade& each : trades) {
        all.put_in.insert(all.put_in.end(), each.put_in.begin(), each.put_in.end());
        all.handed_out.insert(all.handed_out.end(), each.handed_out.begin(), each.handed_out.end());
    }
    std::ranges::sort(all.put_in);
    std::ranges::sort(all.handed_out);
    return all;
}

TEST(classic_sync_map, every_value_put_in_is_handed_out_once) {
    const trade all = trade_values(false);
    EXPECT_TRUE(all.put_in == all.handed_out);
}

TEST(classic_sync_map, no_value_is_handed_out_twice_while_the_map_is_cleared) {
    const trade all = trade_values(true);
    EXPECT_EQ(std::ranges::adjacent_find(all.handed_out), all.handed_out.end());
    EXPECT_TRUE(std::ranges::includes(all.put_in, all.handed_out));
}

}  // namespace
