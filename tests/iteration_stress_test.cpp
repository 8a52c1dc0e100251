// SPDX-License-Identifier: BSL-1.0
//
// for_each, snapshot and erase_if while others insert, erase, overwrite, and make the map grow and
// shrink: no key twice, none missing that was there throughout, each element erased atomically.
#include <array>
#include <barrier>
#include <optional>
#include <utility>

#include "concurrent_support.hpp"

namespace {

using namespace concurrent;

template <class Config>
class iteration_stress : public ::testing::Test {
protected:
    // The first quarter of the keys stays; the rest comes and goes.
    static constexpr std::size_t staying = Config::keys / 4;
    static constexpr std::size_t middle = Config::keys * 5 / 8;
    static constexpr std::size_t iterations = Config::rounds(1'000'000) / Config::keys;

    // Fills and empties the map by turns, so that it grows and shrinks.
    static auto waves(typename Config::map& m) {
        return [&m, i = std::size_t{0}]() mutable {
            constexpr std::size_t width = Config::keys - middle;
            const std::size_t number = middle + i % width;
            if (i / width % 2 == 0)
                m.store(Config::make_key(number), Config::make_value(number, 1));
            else
                m.erase(Config::make_key(number));
            ++i;
        };
    }
    static void store_staying(typename Config::map& m) {
        for (std::size_t i = 0; i < staying; ++i)
            m.store(Config::make_key(i), Config::make_value(i, 0));
    }
    // Erases keys and inserts them again, into slots an iteration may be about to visit.
    static auto toggles(typename Config::map& m) {
        return [&m, roll = dice(5)]() mutable {
            const std::size_t number = staying + roll(middle - staying);
            const auto key = Config::make_key(number);
            if (!m.erase(key)) m.store(key, Config::make_value(number, 1));
        };
    }
};
TYPED_TEST_SUITE(iteration_stress, stress_configs);

// Catches: an entry that is skipped while it moves, shown in both tables, or shown again after it
// was erased and inserted into a later slot; a bucket that is shown as it was long ago.
TYPED_TEST(iteration_stress, shows_no_key_twice_and_all_that_stay) {
    using self = TestFixture;
    promises kept;
    typename TypeParam::map m;
    self::store_staying(m);
    std::size_t overwrites = 0;
    in_parallel(
        2,
        [&](std::size_t which) {
            std::vector<std::size_t> latest(self::staying);
            std::vector<std::size_t> seen_in(TypeParam::keys);
            for (std::size_t round = 1; round <= self::iterations; ++round) {
                std::size_t stayed = 0;
                const auto look = [&](const auto& key, const auto& value) {
                    const std::size_t number = TypeParam::number_of(key);
                    kept.require(seen_in.at(number) != round, "no key is shown twice");
                    seen_in[number] = round;
                    kept.require(TypeParam::is_of(number, value), "a value is the key's own");
                    if (number >= self::staying) return;
                    ++stayed;
                    kept.require(TypeParam::version_of(value) >= latest[number],
                                 "no iteration shows what an earlier one saw replaced");
                    latest[number] = TypeParam::version_of(value);
                };
                if (which == 0)
                    std::as_const(m).for_each(look);
                else
                    for (const auto& [key, value] : std::as_const(m).snapshot()) look(key, value);
                kept.require(stayed == self::staying, "all keys that stay are shown");
            }
        },
        self::waves(m), self::toggles(m),
        [&] {
            const std::size_t number = ++overwrites % self::staying;
            m.store(TypeParam::make_key(number), TypeParam::make_value(number, overwrites));
        });
}

// The map grows and shrinks several times before an iteration comes to its end.
// Catches: a place in one table that is taken for the same place in a table of another size.
TYPED_TEST(iteration_stress, shows_no_key_twice_while_it_goes_on_through_other_tables) {
    using self = TestFixture;
    promises kept;
    typename TypeParam::map m;
    self::store_staying(m);
    in_parallel(2, [&](std::size_t which) {
        for (std::size_t round = 0; round < self::iterations / 16 + 1; ++round) {
            std::vector<bool> seen(TypeParam::keys);
            std::size_t stayed = 0;
            auto change = self::waves(m);
            const std::size_t changes = 1 + (round + which) % 8 * 4;
            std::as_const(m).for_each([&](const auto& key, const auto&) {
                const std::size_t number = TypeParam::number_of(key);
                kept.require(!seen.at(number), "no key is shown twice");
                seen[number] = true;
                stayed += number < self::staying;
                for (std::size_t i = 0; i < changes; ++i) change();
            });
            kept.require(stayed == self::staying, "all keys that stay are shown");
        }
    });
}

// Two threads share each iteration, and take the next part when they are done with one.
// Catches: a part that is one of a table's buckets, not of the hashes; a bucket at the end of a part that is shown by
// both, or by none.
TYPED_TEST(iteration_stress, shows_in_parts_no_key_twice_and_all_that_stay) {
    using self = TestFixture;
    promises kept;
    typename TypeParam::map m;
    self::store_staying(m);
    constexpr std::array<std::size_t, 5> numbers{2, 3, 8, 5, 40};
    std::vector<std::atomic<std::size_t>> seen_in(TypeParam::keys);
    std::atomic<std::size_t> next_part{0};
    std::atomic<std::size_t> stayed{0};
    std::size_t round = 1;
    std::barrier together(2, [&]() noexcept {
        kept.require(stayed == self::staying, "all keys that stay are shown");
        stayed = 0;
        next_part = 0;
        ++round;
    });
    in_parallel(
        2,
        [&](std::size_t) {
            while (round <= self::iterations / 8 + 1) {
                const std::size_t parts = numbers[round % numbers.size()];
                for (std::size_t part; (part = next_part++) < parts;) {
                    std::as_const(m).for_each(part, parts, [&](const auto& key, const auto& value) {
                        const std::size_t number = TypeParam::number_of(key);
                        kept.require(seen_in.at(number).exchange(round) != round,
                                     "no key is shown twice");
                        kept.require(TypeParam::is_of(number, value), "a value is the key's own");
                        if (number < self::staying) ++stayed;
                    });
                }
                together.arrive_and_wait();
            }
        },
        self::waves(m), self::toggles(m));
}

// Catches: an erase_if that counts what another thread erased, or erases what is not counted.
TYPED_TEST(iteration_stress, each_element_is_erased_by_one_thread) {
    using self = TestFixture;
    promises kept;
    typename TypeParam::map m;
    self::store_staying(m);
    std::atomic<std::size_t> inserted{0};
    std::atomic<std::size_t> erased{0};
    in_parallel(
        2,
        [&](std::size_t which) {
            for (std::size_t round = 0; round < self::iterations; ++round)
                erased += m.erase_if([&](const auto& key, const auto&) {
                    const std::size_t number = TypeParam::number_of(key);
                    return number >= self::staying && (number + round + which) % 2 == 0;
                });
        },
        [&, roll = dice(1)]() mutable {
            const std::size_t number = self::staying + roll(TypeParam::keys - self::staying);
            const auto value = TypeParam::make_value(number, 1);
            inserted += !m.load_or_store(TypeParam::make_key(number), value).second;
        },
        [&, roll = dice(2)]() mutable {
            const std::size_t number = self::staying + roll(TypeParam::keys - self::staying);
            erased += m.erase(TypeParam::make_key(number));
        });
    EXPECT_EQ(inserted, erased + m.size() - self::staying);
    for (std::size_t i = 0; i < self::staying; ++i)
        kept.require(m.contains(TypeParam::make_key(i)), "what was to stay has stayed");
}

// Catches: an erase_if that tests one value and erases another.
TYPED_TEST(iteration_stress, erase_if_erases_no_value_it_has_not_tested) {
    promises kept;
    typename TypeParam::map m;
    in_parallel(
        2,
        [&](std::size_t which) {
            std::size_t version = 0;
            std::array<std::size_t, 16> to_be_kept{};
            for (std::size_t i = 0; i < TypeParam::rounds(100'000); ++i) {
                const std::size_t number = (i * 2 + which) % 16;
                const auto key = TypeParam::make_key(number);
                kept.require(i < 8 ||
                                 m.load(key) == TypeParam::make_value(number, to_be_kept[number]),
                             "a value for which the predicate is false is not erased");
                m.store(key, TypeParam::make_value(number, version += 1));  // odd: to be erased
                m.store(key, TypeParam::make_value(number, version += 1));  // even
                to_be_kept[number] = version;
            }
        },
        [&] {
            m.erase_if([](const auto&, const auto& v) {
                const bool doomed = TypeParam::version_of(v) % 2 != 0;
                if (doomed) std::this_thread::yield();  // the owner's chance to replace it
                return doomed;
            });
        });
    EXPECT_EQ(m.size(), 16u);
}

}  // namespace
