// SPDX-License-Identifier: BSL-1.0
//
// Threads that each change their own keys of one map see exactly what they did, whatever the
// others do in the same buckets; readers of all keys see each key go forward only.
#include "concurrent_owner.hpp"

namespace {

using namespace concurrent;

template <class Config>
class ownership_stress : public ::testing::Test {};
TYPED_TEST_SUITE(ownership_stress, stress_configs);

// Catches: an operation that takes effect on a neighbour's slot, or in a table nobody looks at.
TYPED_TEST(ownership_stress, every_result_is_what_the_owner_of_the_key_did) {
    expect_that_owners_see_what_they_did<TypeParam>();
}

// Catches: a reader that follows a stale table or reads a slot that was used again.
TYPED_TEST(ownership_stress, readers_see_the_versions_of_a_key_in_their_order) {
    promises kept;
    typename TypeParam::map m;
    std::vector<std::size_t> latest(TypeParam::keys);
    dice roll(99);
    in_parallel(
        3,
        [&](std::size_t which) {
            owner<TypeParam> mine(m, which, kept);
            for (std::size_t i = 0; i < TypeParam::rounds(150'000); ++i) mine.act();
        },
        [&] {
            const std::size_t number = roll(TypeParam::keys);
            const auto seen = std::as_const(m).load(TypeParam::make_key(number));
            if (!seen) return;
            kept.require(number % threads != 3, "a key nobody has stored is not found");
            kept.require(TypeParam::is_of(number, *seen), "a value is the key's own");
            kept.require(TypeParam::version_of(*seen) >= latest[number],
                         "no load goes back behind an earlier one");
            latest[number] = TypeParam::version_of(*seen);
        });
}

}  // namespace
