// SPDX-License-Identifier: BSL-1.0
//
// clear while everything else goes on: it takes out all that was there at one moment, and nothing
// that comes later; what it has taken out does not come back.
#include <barrier>
#include <memory>
#include <utility>

#include "concurrent_owner.hpp"

namespace {

using namespace concurrent;

template <class Config>
class clear_stress : public ::testing::Test {};
TYPED_TEST_SUITE(clear_stress, stress_configs);

// Catches: an operation that goes on in the old tables and still promotes, moves or counts.
TYPED_TEST(clear_stress, what_is_cleared_does_not_come_back) {
    promises kept;
    typename TypeParam::map m;
    std::atomic<std::size_t> present{0};
    std::barrier finished(3);
    in_parallel(3, [&](std::size_t which) {
        owner<TypeParam> mine(m, which, kept, entries::may_vanish);
        for (std::size_t i = 0; i < TypeParam::rounds(200'000); ++i) {
            mine.act();
            if (i % 1024 != which) continue;
            mine.clear();
            mine.look_at_all();
        }
        finished.arrive_and_wait();
        mine.look_at_all();
        present += mine.size();
    });
    EXPECT_EQ(m.size(), present);
    EXPECT_EQ(m.snapshot().size(), present);
}

// Catches: a clear that goes through the buckets one after the other.
TYPED_TEST(clear_stress, takes_out_all_entries_at_one_moment) {
    promises kept;
    typename TypeParam::map m;
    in_parallel(
        3,
        [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 1; i < TypeParam::rounds(80'000); ++i) {
                const std::size_t a = roll(TypeParam::keys / threads) * threads + which;
                const std::size_t b = roll(TypeParam::keys / threads) * threads + which;
                if (a == b) continue;
                m.erase(TypeParam::make_key(a));
                m.erase(TypeParam::make_key(b));
                m.store(TypeParam::make_key(a), TypeParam::make_value(a, i));
                m.store(TypeParam::make_key(b), TypeParam::make_value(b, i));
                const bool later = m.contains(TypeParam::make_key(b));
                const bool earlier = m.contains(TypeParam::make_key(a));
                kept.require(later || !earlier, "what takes out the later entry took the earlier");
            }
        },
        [&, i = std::size_t{0}]() mutable {
            if (++i % 256 == 0) m.clear();
            const std::size_t number = i % (TypeParam::keys / threads) * threads + 3;
            m.store(TypeParam::make_key(number), TypeParam::make_value(number, i));
        });
}

// Catches: a store after clear that lands in the tables that have been cleared.
TYPED_TEST(clear_stress, keeps_what_is_stored_after_it) {
    constexpr std::size_t batch = TypeParam::crowded ? 16 : 200;
    promises kept;
    typename TypeParam::map m;
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t round = 1; round <= TypeParam::rounds(800); ++round) {
                m.clear();
                for (std::size_t i = 0; i < batch; ++i)
                    m.store(TypeParam::make_key(i), TypeParam::make_value(i, round));
                for (std::size_t i = 0; i < batch; ++i)
                    kept.require(m.load(TypeParam::make_key(i)) == TypeParam::make_value(i, round),
                                 "what is stored after clear is there");
            }
        },
        [&, roll = dice(1)]() mutable {
            const std::size_t number = batch + roll(TypeParam::keys);
            m.store(TypeParam::make_key(number), TypeParam::make_value(number, 1));
        },
        [&, roll = dice(2)]() mutable {
            const std::size_t number = batch + roll(TypeParam::keys);
            m.erase(TypeParam::make_key(number));
            static_cast<void>(m.load(TypeParam::make_key(number + TypeParam::keys)));
        });
}

// Catches: an insertion that is counted in another state of the map than the one it went into.
TYPED_TEST(clear_stress, size_is_exact_when_all_is_quiet_again) {
    promises kept;
    typename TypeParam::map m;
    std::barrier pause(threads);
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        for (std::size_t round = 0; round < scaled(200); ++round) {
            for (std::size_t i = 0; i < (TypeParam::crowded ? 500 : 2000); ++i) {
                const std::size_t number = roll(TypeParam::keys);
                if (roll(3) == 0)
                    m.erase(TypeParam::make_key(number));
                else
                    m.store(TypeParam::make_key(number), TypeParam::make_value(number, 1));
                if (roll(200) == 0) m.clear();
            }
            pause.arrive_and_wait();
            if (which == 0) {
                std::size_t found = 0;
                for (std::size_t i = 0; i < TypeParam::keys; ++i)
                    found += m.contains(TypeParam::make_key(i));
                kept.require(m.size() == found, "size counts what can be found");
                kept.require(m.snapshot().size() == found, "for_each shows what can be found");
                if (round % 4 == 0) m.clear();
                kept.require(round % 4 != 0 || (m.empty() && m.snapshot().empty()),
                             "a cleared map is empty");
            }
            pause.arrive_and_wait();
        }
    });
}

// Catches: tables, nodes or values of a cleared state that are freed under a thread that still
// uses them, freed twice, or never.
TEST(clear_stress_with_witnesses, every_member_survives_a_clear) {
    using value = witness<struct cleared>;
    promises kept;
    {
        syncmap::map<std::uint64_t, value> m;
        in_parallel(3, [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(100'000); ++i) {
                const std::uint64_t key = roll(500);
                const auto look = [&](const value& v) {
                    kept.require(v.is(key), "a value is alive and the key's own");
                };
                switch (roll(12)) {
                case 0: m.visit(key, look); break;
                case 1:
                    if (const auto pin = m.pin(key)) look(*pin);
                    break;
                case 2:
                    if (const auto old = m.exchange(key, value(key))) look(*old);
                    break;
                case 3: look(m.load_or_compute(key, [&] { return value(key); }).first); break;
                case 4: look(*m.try_emplace(key, key).first); break;
                case 5:
                    m.update(key, [&](const value* v) {
                        if (v != nullptr) look(*v);
                        return std::optional<value>(key);
                    });
                    break;
                case 6:
                    if (const auto old = m.load_and_erase(key)) look(*old);
                    break;
                case 7: m.compare_exchange(key, value(key), value(key)); break;
                case 8:
                    if (roll(50) == 0) m.erase_if([](auto k, const auto&) { return k % 3 == 0; });
                    break;
                case 9:
                    if (roll(50) == 0)
                        m.for_each([&](auto k, const value& v) {
                            kept.require(v.is(k), "for_each shows living values");
                        });
                    break;
                case 10:
                    if (roll(50) == 0) m.reserve(roll(2000));
                    break;
                case 11:
                    if (roll(50) == 0) m.shrink_to_fit();
                    if (roll(500) == 0) m.reclaim();
                    break;
                }
                if (roll(200) == 0) m.clear();
            }
        });
        m.clear();
        m.reclaim();
        EXPECT_EQ(value::alive(), 0);
    }
    EXPECT_EQ(value::alive(), 0);
}

}  // namespace
