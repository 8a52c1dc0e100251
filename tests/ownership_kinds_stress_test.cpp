// SPDX-License-Identifier: BSL-1.0
//
// What ownership_stress_test.cpp finds out about some kinds of entries, for the others.
#include "concurrent_owner.hpp"

namespace {

using namespace concurrent;

template <class Config>
class ownership_kinds_stress : public ::testing::Test {};
using more_configs = ::testing::Types<
    stress_config<flat_entry, eight_hash, 160>, stress_config<wide_entry, good_hash, 2048>,
    stress_config<node_entry, constant_hash, 48>, stress_config<word_entry, good_hash, 1024>>;
TYPED_TEST_SUITE(ownership_kinds_stress, more_configs);

// Catches: what differs in reading, moving or chaining keys and values of one size or another.
TYPED_TEST(ownership_kinds_stress, every_result_is_what_the_owner_of_the_key_did) {
    expect_that_owners_see_what_they_did<TypeParam>();
}

}  // namespace
