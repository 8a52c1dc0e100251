// SPDX-License-Identifier: BSL-1.0
//
// set in many threads. Its flat slots hold a key and nothing else, which the version of a bucket alone
// protects.
#include <syncmap/set.hpp>

#include <array>
#include <atomic>
#include <vector>

#include "concurrent_support.hpp"

namespace set_stress_tests {
namespace {

using namespace concurrent;

template <class Config>
class set_stress : public ::testing::Test {
protected:
    using subject = syncmap::set<typename Config::key, typename Config::map::hasher>;
};
TYPED_TEST_SUITE(set_stress, stress_configs);

// Catches: an insertion that is not one step, and one that a moving bucket loses.
TYPED_TEST(set_stress, of_racing_inserts_and_erases_one_wins) {
    promises kept;
    typename TestFixture::subject s;
    std::vector<std::atomic<int>> balance(TypeParam::keys);  // inserted minus erased
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        for (std::size_t i = 0; i < TypeParam::rounds(150'000); ++i) {
            const std::size_t number = roll(TypeParam::keys);
            const auto key = TypeParam::make_key(number);
            if (roll(2) == 0) {
                if (s.insert(key)) ++balance[number];
            } else {
                if (s.erase(key)) --balance[number];
            }
        }
    });
    std::size_t size = 0;
    for (std::size_t number = 0; number < TypeParam::keys; ++number) {
        const bool there = s.contains(TypeParam::make_key(number));
        kept.require(balance[number] == (there ? 1 : 0), "insertions and erasures alternate");
        size += there ? 1 : 0;
    }
    kept.require(s.size() == size, "size() counts");
}

// Catches: a reader that takes the key of a slot's next life for the one it was looking for.
TYPED_TEST(set_stress, shows_the_keys_that_are_there_whole_and_once) {
    promises kept;
    typename TestFixture::subject s;
    // Even keys stay, odd ones come and go, those from `keys` on never come.
    for (std::size_t i = 0; i < TypeParam::keys; i += 2) s.insert(TypeParam::make_key(i));
    wide_key::seen_torn = false;
    in_parallel(
        2,
        [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < TypeParam::rounds(1'500'000); ++i) {
                const std::size_t number = roll(TypeParam::keys);
                const auto key = TypeParam::make_key(number);
                kept.require(s.contains(key) || number % 2 != 0, "a key that stays is found");
                kept.require(!s.contains(TypeParam::make_key(number + TypeParam::keys)),
                             "a key that never came is not found");
                if (i % 2048 != 0) continue;
                std::vector<bool> shown(TypeParam::keys);
                std::size_t staying = 0;
                s.for_each([&](const auto& k) {
                    const std::size_t n = TypeParam::number_of(k);
                    kept.require(n < TypeParam::keys, "a key is whole");
                    if (n >= TypeParam::keys) return;
                    kept.require(!shown[n], "no key is shown twice");
                    shown[n] = true;
                    staying += n % 2 == 0 ? 1 : 0;
                });
                kept.require(staying == (TypeParam::keys + 1) / 2, "keys that stay are shown");
            }
        },
        [&s, roll = dice(7)]() mutable {
            const auto key = TypeParam::make_key(roll(TypeParam::keys) | 1);
            if (!s.insert(key)) s.erase(key);
        });
    EXPECT_FALSE(wide_key::seen_torn);
}

}  // namespace
}  // namespace set_stress_tests
