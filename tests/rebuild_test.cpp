// SPDX-License-Identifier: BSL-1.0
//
// A table whose chains have become too many, though it is not full, is built again in the same size: what
// was erased is left behind, and chains that are no longer needed with it.
#include <cstdint>

#include "support.hpp"

namespace {

constexpr unsigned rebuild_bits = 6;  // a table for 640 entries has 64 buckets
constexpr std::uint64_t rebuild_slots = 14;

/// The key says which bucket it belongs to: its topmost bits.
struct rebuild_hash {
    using is_avalanching = void;
    std::uint64_t operator()(std::uint64_t key) const noexcept { return key; }
};
using rebuild_map = syncmap::map<std::uint64_t, std::uint64_t, rebuild_hash>;

constexpr std::uint64_t rebuild_key(std::uint64_t bucket, std::uint64_t i) {
    return bucket << (64 - rebuild_bits) | i;
}

TEST(rebuild, in_the_same_size_keeps_every_entry) {
    rebuild_map m(640);
    ASSERT_EQ(m.stats().buckets, std::size_t{1} << rebuild_bits);
    // One entry more than a bucket has slots, in so many buckets that their chains are too many.
    constexpr std::uint64_t chained = 21;
    std::uint64_t stored = 0;
    for (std::uint64_t b = 0; b < chained; ++b) {
        for (std::uint64_t i = 0; i <= rebuild_slots; ++i) {
            m.store(rebuild_key(b, i), ++stored);
        }
    }
    // Each write moves some more buckets.
    for (std::uint64_t i = 0; m.stats().promotions == 0 && i < 64; ++i) {
        m.store(rebuild_key(0, 0), 1);
    }
    EXPECT_EQ(m.stats().promotions, 1U);
    EXPECT_EQ(m.stats().buckets, std::size_t{1} << rebuild_bits);
    EXPECT_EQ(m.stats().overflow_buckets, chained);
    EXPECT_EQ(m.size(), stored);
    std::uint64_t expected = 0;
    for (std::uint64_t b = 0; b < chained; ++b) {
        for (std::uint64_t i = 0; i <= rebuild_slots; ++i) {
            ASSERT_EQ(m.load(rebuild_key(b, i)), ++expected);
        }
    }
}

TEST(rebuild, in_the_same_size_leaves_chains_behind_that_are_no_longer_needed) {
    rebuild_map m(640);
    // Chains that are needed for a moment only.
    for (std::uint64_t b = 0; b < 64 && m.stats().promotions == 0; ++b) {
        for (std::uint64_t i = 0; i <= rebuild_slots; ++i) {
            m.store(rebuild_key(b, i), i);
        }
        for (std::uint64_t i = 4; i <= rebuild_slots; ++i) {
            m.erase(rebuild_key(b, i));
        }
    }
    EXPECT_EQ(m.stats().buckets, std::size_t{1} << rebuild_bits);
    EXPECT_EQ(m.stats().promotions, 1U);
    EXPECT_LE(m.stats().overflow_buckets, 2U);
}

}  // namespace
