// SPDX-License-Identifier: BSL-1.0
//
// Growing and shrinking under load: at every moment of a move each key has exactly one place.
#include <barrier>
#include <memory>
#include <utility>

#include "concurrent_owner.hpp"

namespace {

using namespace concurrent;

template <class Config>
class resize_stress : public ::testing::Test {};
TYPED_TEST_SUITE(resize_stress, stress_configs);

// Catches: a reader that finds neither the old place of an entry nor its new one.
TYPED_TEST(resize_stress, readers_miss_no_key_that_stays) {
    constexpr std::size_t staying = TypeParam::keys / 8;
    constexpr std::size_t coming = TypeParam::keys - staying;
    promises kept;
    typename TypeParam::map m;
    for (std::size_t i = 0; i < staying; ++i)
        m.store(TypeParam::make_key(i), TypeParam::make_value(i, 1));
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t i = 0; i < TypeParam::rounds(300'000); ++i) {
                const std::size_t number = staying + i % coming;
                if (i / coming % 2 == 0)
                    m.store(TypeParam::make_key(number), TypeParam::make_value(number, 1));
                else
                    m.erase(TypeParam::make_key(number));
            }
        },
        [&, roll = dice(1)]() mutable {
            const std::size_t number = roll(staying);
            kept.require(std::as_const(m).load(TypeParam::make_key(number)) ==
                             TypeParam::make_value(number, 1),
                         "a key that stays is found");
        },
        [&, roll = dice(2)]() mutable {
            const std::size_t number = roll(staying);
            kept.require(!m.load_or_store(TypeParam::make_key(TypeParam::keys + number),
                                          TypeParam::make_value(number, 1))
                              .second,
                         "a key that nobody else stores is not found");
            kept.require(m.erase(TypeParam::make_key(TypeParam::keys + number)),
                         "a key is found where it was just stored");
        });
}

// Catches: an insertion that is lost because its bucket was moving, and a promotion that comes
// before the last bucket has moved.
TYPED_TEST(resize_stress, growing_from_nothing_and_shrinking_to_nothing_lose_no_entry) {
    constexpr std::size_t each = TypeParam::crowded ? 60 : 4000;
    promises kept;
    typename TypeParam::map m;
    std::barrier pause(threads);
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        for (std::size_t round = 1; round <= scaled(20); ++round) {
            for (std::size_t i = 0; i < each; ++i) {
                const std::size_t mine = i * threads + which;
                m.store(TypeParam::make_key(mine), TypeParam::make_value(mine, round));
                const std::size_t earlier = roll(i + 1) * threads + which;
                kept.require(m.load(TypeParam::make_key(earlier)) ==
                                 TypeParam::make_value(earlier, round),
                             "what a thread has stored is there while the map grows");
            }
            pause.arrive_and_wait();
            if (which == 0) kept.require(m.size() == each * threads, "all insertions count");
            pause.arrive_and_wait();
            for (std::size_t i = 0; i < each; ++i) {
                const std::size_t mine = i * threads + which;
                kept.require(m.erase(TypeParam::make_key(mine)),
                             "what a thread has stored is there while the map shrinks");
            }
            pause.arrive_and_wait();
            if (which == 0)
                kept.require(m.empty() && m.snapshot().empty(), "an emptied map is empty");
            pause.arrive_and_wait();
        }
    });
}

// Catches: a key that is inserted into both tables by two threads.
TYPED_TEST(resize_stress, a_key_that_all_insert_while_the_map_grows_is_there_once) {
    constexpr std::size_t keys = TypeParam::crowded ? 100 : 3000;
    for (std::size_t round = 0; round < scaled(10); ++round) {
        typename TypeParam::map m;
        std::atomic<std::size_t> inserted{0};
        in_parallel(threads, [&](std::size_t which) {
            for (std::size_t i = 0; i < keys; ++i) {
                const auto value = TypeParam::make_value(i, which);
                inserted += !m.load_or_store(TypeParam::make_key(i), value).second;
            }
        });
        ASSERT_EQ(inserted, keys);
        ASSERT_EQ(m.size(), keys);
        ASSERT_EQ(m.snapshot().size(), keys);
    }
}

// Catches: a requested size that overtakes a move under way, or starts a second one.
TYPED_TEST(resize_stress, reserve_and_shrink_to_fit_change_no_result) {
    promises kept;
    typename TypeParam::map m;
    in_parallel(
        3,
        [&](std::size_t which) {
            owner<TypeParam> mine(m, which, kept);
            for (std::size_t i = 0; i < TypeParam::rounds(100'000); ++i) mine.act();
            mine.look_at_all();
        },
        [&, roll = dice(7)]() mutable {
            m.reserve(roll(4 * TypeParam::keys));
            for (std::size_t i = 0; i < 200; ++i)
                static_cast<void>(m.load(TypeParam::make_key(4 * i + 3)));
            m.shrink_to_fit();
            for (std::size_t i = 0; i < 200; ++i)
                static_cast<void>(m.load(TypeParam::make_key(4 * i + 3)));
        });
}

// Catches: mistakes in a table's first allocation and its first growth, which are rare in one map.
TYPED_TEST(resize_stress, many_small_maps_are_filled_by_all_threads) {
    constexpr std::size_t each = 12;
    promises kept;
    auto m = std::make_unique<typename TypeParam::map>();
    std::barrier pause(threads);
    in_parallel(threads, [&](std::size_t which) {
        for (std::size_t round = 1; round <= scaled(2000); ++round) {
            pause.arrive_and_wait();
            for (std::size_t i = 0; i < each; ++i) {
                const std::size_t number = i * threads + which;
                m->store(TypeParam::make_key(number), TypeParam::make_value(number, round));
            }
            for (std::size_t i = 0; i < each; ++i) {
                const std::size_t number = i * threads + which;
                kept.require(m->load(TypeParam::make_key(number)) ==
                                 TypeParam::make_value(number, round),
                             "what a thread has stored in a small map is there");
            }
            pause.arrive_and_wait();
            if (which != 0) continue;
            kept.require(m->size() == each * threads, "a small map counts all entries");
            m = std::make_unique<typename TypeParam::map>();
        }
    });
}

}  // namespace
