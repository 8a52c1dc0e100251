// SPDX-License-Identifier: BSL-1.0
//
// Operations of many threads on the same keys are atomic: no update is lost, nothing is taken
// twice, one of several wins, and a load that sees a store sees what was done before it.
#include <algorithm>
#include <array>
#include <numeric>
#include <optional>
#include <utility>

#include "concurrent_support.hpp"

namespace {

using namespace concurrent;

template <class Config>
class atomicity : public ::testing::Test {
protected:
    // More keys come and go meanwhile, so that what the test looks at keeps moving to new tables.
    auto commotion(typename Config::map& m) {
        return [&m, i = std::size_t{0}]() mutable {
            const std::size_t number = first_other + i % Config::keys;
            if (i / Config::keys % 2 == 0)
                m.store(Config::make_key(number), Config::make_value(number, 1));
            else
                m.erase(Config::make_key(number));
            ++i;
        };
    }
    static constexpr std::size_t first_other = 1'000'000;
};
TYPED_TEST_SUITE(atomicity, stress_configs);

// Catches: a lost update; an update that is applied in a table that has been left.
TYPED_TEST(atomicity, no_increment_by_update_is_lost) {
    constexpr std::size_t counters = 3;
    const std::size_t rounds = TypeParam::rounds(90'000);
    typename TypeParam::map m;
    in_parallel(
        threads,
        [&](std::size_t) {
            for (std::size_t i = 0; i < rounds; ++i) {
                const std::size_t c = i % counters;
                m.update(TypeParam::make_key(c), [&](const auto* current) {
                    const std::size_t n = current != nullptr ? TypeParam::version_of(*current) : 0;
                    return std::optional(TypeParam::make_value(c, n + 1));
                });
            }
        },
        this->commotion(m));
    std::size_t sum = 0;
    for (std::size_t c = 0; c < counters; ++c)
        sum += TypeParam::version_of(m.load(TypeParam::make_key(c)).value());
    EXPECT_EQ(sum, threads * rounds);
}

// Catches: an erasing update that erases a newer value than the one it was shown.
TYPED_TEST(atomicity, update_erases_no_value_it_has_not_shown) {
    const std::size_t rounds = TypeParam::rounds(90'000);
    typename TypeParam::map m;
    std::atomic<std::size_t> added{0};
    std::atomic<std::size_t> collected{0};
    in_parallel(
        threads,
        [&](std::size_t which) {
            for (std::size_t i = 0; i < rounds; ++i) {
                std::size_t n = 0;
                const bool collect = (i + which) % 4 == 0;
                m.update(TypeParam::make_key(0), [&](const auto* current) {
                    n = current != nullptr ? TypeParam::version_of(*current) : 0;
                    return collect ? std::nullopt : std::optional(TypeParam::make_value(0, n + 1));
                });
                collect ? collected += n : added += 1;
            }
        },
        this->commotion(m));
    if (const auto rest = m.load(TypeParam::make_key(0))) collected += TypeParam::version_of(*rest);
    EXPECT_EQ(collected, added);
}

// Catches: a compare_exchange that replaces a value which is no longer the expected one.
TYPED_TEST(atomicity, no_increment_by_compare_exchange_is_lost) {
    const std::size_t rounds = TypeParam::rounds(60'000);
    const auto key = TypeParam::make_key(0);
    typename TypeParam::map m;
    m.store(key, TypeParam::make_value(0, 0));
    in_parallel(
        threads,
        [&](std::size_t) {
            for (std::size_t i = 0; i < rounds; ++i)
                for (;;) {
                    const auto current = m.load(key).value();
                    const auto next = TypeParam::make_value(0, TypeParam::version_of(current) + 1);
                    if (m.compare_exchange(key, current, next)) break;
                }
        },
        this->commotion(m));
    EXPECT_EQ(TypeParam::version_of(m.load(key).value()), threads * rounds);
}

// Tokens are put into the map and taken out of it in every way there is; none appears or is lost.
// Catches: two threads that take one value, and a value that is replaced without being returned.
TYPED_TEST(atomicity, every_value_is_taken_out_exactly_once) {
    constexpr std::size_t places = 5;
    constexpr std::size_t per_thread = 4;
    constexpr std::size_t nothing = threads * per_thread;
    typename TypeParam::map m;
    std::vector<std::vector<std::size_t>> hands(threads);
    in_parallel(threads, [&](std::size_t which) {
        auto& hand = hands[which];
        for (std::size_t t = 0; t < per_thread; ++t) hand.push_back(which * per_thread + t);
        dice roll(which);
        const auto take = [&](const auto& value) { hand.push_back(TypeParam::version_of(value)); };
        for (std::size_t i = 0; i < TypeParam::rounds(120'000); ++i) {
            const std::size_t place = roll(places);
            const auto key = TypeParam::make_key(place);
            // Without a token in hand: the ways to take one.
            const std::size_t way = roll(hand.empty() ? 4 : 9);
            if (way == 0) {
                if (const auto taken = m.load_and_erase(key)) take(*taken);
            } else if (way == 1) {
                const auto seen = m.load(key);
                if (seen && m.compare_and_erase(key, *seen)) take(*seen);
            } else if (way == 2) {
                std::size_t taken = nothing;
                m.update(key, [&](const auto* current) {
                    taken = current != nullptr ? TypeParam::version_of(*current) : nothing;
                    return std::optional<typename TypeParam::value>();
                });
                if (taken != nothing) hand.push_back(taken);
            } else if (way == 3) {
                std::optional<typename TypeParam::value> shown;
                const std::size_t erased = m.erase_if([&](const auto& k, const auto& value) {
                    if (k == key) shown = value;
                    return k == key;
                });
                if (erased == 1) take(shown.value());
            } else {
                const std::size_t token = hand.back();
                const auto put = TypeParam::make_value(place, token);
                hand.pop_back();
                if (way == 4) {
                    if (const auto replaced = m.exchange(key, put)) take(*replaced);
                } else if (way == 5) {
                    if (m.load_or_store(key, put).second) hand.push_back(token);
                } else if (way == 6) {
                    if (!m.try_emplace(key, put).second) hand.push_back(token);
                } else if (way == 7) {
                    const auto seen = m.load(key);
                    if (seen && m.compare_exchange(key, *seen, put))
                        take(*seen);
                    else
                        hand.push_back(token);
                } else {
                    std::size_t replaced = nothing;
                    m.update(key, [&](const auto* current) {
                        replaced = current != nullptr ? TypeParam::version_of(*current) : nothing;
                        return std::optional(put);
                    });
                    if (replaced != nothing) hand.push_back(replaced);
                }
            }
        }
    });
    std::vector<std::size_t> found;
    for (const auto& hand : hands) found.insert(found.end(), hand.begin(), hand.end());
    m.for_each([&](const auto&, const auto& v) { found.push_back(TypeParam::version_of(v)); });
    std::sort(found.begin(), found.end());
    std::vector<std::size_t> all(threads * per_thread);
    std::iota(all.begin(), all.end(), std::size_t{0});
    EXPECT_EQ(found, all);
}

// All threads go through the same keys; who is ahead inserts slowly, so the others catch up.
// Catches: two winners, and a loser that gets another value than the winner's.
TYPED_TEST(atomicity, of_racing_inserters_one_wins_and_all_get_its_value) {
    constexpr std::size_t keys = TypeParam::crowded ? 200 : 10'000;
    promises kept;
    for (std::size_t round = 0; round < scaled(TypeParam::crowded ? 50 : 10); ++round) {
        typename TypeParam::map m;
        std::vector<std::vector<std::size_t>> got(threads, std::vector<std::size_t>(keys));
        std::vector<std::atomic<unsigned>> winners(keys);
        in_parallel(threads, [&](std::size_t which) {
            for (std::size_t i = 0; i < keys; ++i) {
                const auto key = TypeParam::make_key(i);
                const auto mine = TypeParam::make_value(i, which);
                std::optional<std::pair<typename TypeParam::value, bool>> result;
                if ((i + which) % 3 == 0) {
                    result = m.load_or_store(key, mine);
                } else if ((i + which) % 3 == 1) {
                    result = m.load_or_compute(key, [&] { return mine; });
                } else {
                    const auto [pin, inserted] = m.try_emplace(key, mine);
                    result.emplace(*pin, !inserted);
                }
                got[which][i] = TypeParam::version_of(result->first);
                if (result->second) continue;
                ++winners[i];
                kept.require(got[which][i] == which, "the winner gets its own value");
            }
        });
        EXPECT_EQ(m.size(), keys);
        for (std::size_t i = 0; i < keys; ++i) {
            kept.require(winners[i] == 1, "exactly one wins");
            const auto there = m.load(TypeParam::make_key(i)).value();
            for (const auto& all : got)
                kept.require(all[i] == TypeParam::version_of(there), "all get the winner's value");
        }
    }
}

// Catches: an entry that is erased twice, or whose eraser is told that there was none.
TYPED_TEST(atomicity, of_racing_erasers_one_wins) {
    constexpr std::size_t keys = TypeParam::crowded ? 200 : 10'000;
    promises kept;
    for (std::size_t round = 0; round < scaled(TypeParam::crowded ? 50 : 10); ++round) {
        typename TypeParam::map m;
        for (std::size_t i = 0; i < keys; ++i)
            m.store(TypeParam::make_key(i), TypeParam::make_value(i, 7));
        std::vector<std::atomic<unsigned>> winners(keys);
        in_parallel(threads, [&](std::size_t which) {
            for (std::size_t i = 0; i < keys; ++i) {
                const auto key = TypeParam::make_key(i);
                const auto value = TypeParam::make_value(i, 7);
                bool won = false;
                if ((i + which) % 4 == 0) {
                    won = m.erase(key);
                } else if ((i + which) % 4 == 1) {
                    const auto taken = m.load_and_erase(key);
                    kept.require(!taken || *taken == value, "the winner gets what it erased");
                    won = taken.has_value();
                } else if ((i + which) % 4 == 2) {
                    won = m.compare_and_erase(key, value);
                } else {
                    m.update(key, [&](const auto* current) {
                        won = current != nullptr;
                        return std::optional<typename TypeParam::value>();
                    });
                }
                winners[i] += won;
            }
        });
        for (const auto& w : winners) kept.require(w == 1, "exactly one wins");
        EXPECT_TRUE(m.empty());
    }
}

// The memory is plain: ThreadSanitizer, or a weak processor, shows a missing order.
// Catches: a value that is published or read without release and acquire, in any member.
TYPED_TEST(atomicity, a_load_that_sees_a_store_sees_what_was_done_before_it) {
    const std::size_t keys = TypeParam::crowded ? 400 : scaled(60'000);
    promises kept;
    typename TypeParam::map m;
    std::vector<std::size_t> written(keys);
    for (std::size_t i = 0; i < keys; i += 2)
        m.store(TypeParam::make_key(i), TypeParam::make_value(i, 1));
    in_parallel(2, [&](std::size_t which) {
        for (std::size_t i = 0; i < keys; ++i) {
            const auto key = TypeParam::make_key(i);
            const auto signal = TypeParam::make_value(i, 2);
            if (which == 0) {
                written[i] = i + 1;
                const bool replaces = i % 2 == 0;
                if (i % 8 < 2)
                    m.store(key, signal);
                else if (i % 8 < 4)
                    m.update(key, [&](const auto*) { return std::optional(signal); });
                else if (i % 8 < 6)
                    m.exchange(key, signal);
                else if (replaces)
                    m.compare_exchange(key, TypeParam::make_value(i, 1), signal);
                else
                    m.load_or_store(key, signal);
                continue;
            }
            bool seen = false;
            while (!seen) {
                const auto look = [&](const auto& value) { seen = value == signal; };
                if (i % 6 < 2) {
                    if (const auto value = m.load(key)) look(*value);
                } else if (i % 6 < 4) {
                    m.visit(key, look);
                } else if (const auto pin = m.pin(key)) {
                    look(*pin);
                }
            }
            kept.require(written[i] == i + 1, "what was written before the store is visible");
        }
    });
}

// Catches: two owners of a lock that is made of an entry, or an unlock that publishes nothing.
TYPED_TEST(atomicity, an_entry_can_be_a_lock) {
    const std::size_t rounds = TypeParam::rounds(30'000);
    const auto key = TypeParam::make_key(0);
    typename TypeParam::map m;
    std::size_t counter = 0;  // guarded by the entry
    in_parallel(
        threads,
        [&](std::size_t which) {
            const auto mine = TypeParam::make_value(0, which);
            for (std::size_t i = 0; i < rounds; ++i) {
                while (m.load_or_store(key, mine).second) std::this_thread::yield();
                ++counter;
                ASSERT_TRUE(m.compare_and_erase(key, mine));
            }
        },
        this->commotion(m));
    EXPECT_EQ(counter, threads * rounds);
}

}  // namespace
