// SPDX-License-Identifier: BSL-1.0
//
// Keys that come and go in one full bucket, so that each takes the place of another: a reader that
// is just there must not take the new entry's parts for the old one's.
#include <utility>

#include "concurrent_support.hpp"

namespace {

using namespace concurrent;

template <class Config>
class slot_reuse_stress : public ::testing::Test {
protected:
    // Replaces keys by others, half of them being there; an entry of three words may lie in two
    // cache lines, which leaves a reader time between its parts.
    static auto replacements(typename Config::map& m) {
        return [&m, roll = dice(1), there = std::vector<bool>(Config::keys), count = std::size_t{0},
                version = std::size_t{0}]() mutable {
            const std::size_t number = roll(Config::keys);
            const auto key = Config::make_key(number);
            if (there[number]) {
                m.erase(key);
                --count;
            } else if (count == Config::keys / 2) {
                return;
            } else {
                m.store(key, Config::make_value(number, ++version));
                ++count;
            }
            there[number] = !there[number];
        };
    }
};
using one_bucket = ::testing::Types<
    stress_config<flat_entry, constant_hash, 12>, stress_config<wide_entry, constant_hash, 12>,
    stress_config<word_entry, constant_hash, 12>, stress_config<node_entry, constant_hash, 12>>;
TYPED_TEST_SUITE(slot_reuse_stress, one_bucket);

// Catches: a bucket that is read without checking its version, and a key that is compared before.
TYPED_TEST(slot_reuse_stress, a_load_never_takes_the_value_of_another_key) {
    promises kept;
    typename TypeParam::map m;
    wide_key::seen_torn = false;
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t i = 0; i < TypeParam::rounds(8'000'000); ++i) {
                const std::size_t number = i % TypeParam::keys;
                std::as_const(m).visit(TypeParam::make_key(number), [&](const auto& value) {
                    kept.require(TypeParam::is_of(number, value), "a value is the key's own");
                });
            }
        },
        this->replacements(m));
    EXPECT_FALSE(wide_key::seen_torn);
}

// Catches: the same in an iteration, which copies a bucket before it shows it.
TYPED_TEST(slot_reuse_stress, an_iteration_never_shows_the_value_of_another_key) {
    promises kept;
    typename TypeParam::map m;
    wide_key::seen_torn = false;
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t i = 0; i < TypeParam::rounds(200'000); ++i) {
                std::vector<bool> shown(TypeParam::keys);
                std::as_const(m).for_each([&](const auto& key, const auto& value) {
                    const std::size_t number = TypeParam::number_of(key);
                    kept.require(number < TypeParam::keys, "a key is whole");
                    if (number >= TypeParam::keys) return;
                    kept.require(!shown[number], "no key is shown twice");
                    shown[number] = true;
                    kept.require(TypeParam::is_of(number, value), "a value is the key's own");
                });
            }
        },
        this->replacements(m));
    EXPECT_FALSE(wide_key::seen_torn);
}

}  // namespace
