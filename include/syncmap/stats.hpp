// SPDX-License-Identifier: BSL-1.0
//
// What a map tells about itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include "version.hpp"

namespace syncmap::inline v0 {

/// A look at a map's inside, from `map::stats()`. Exact when nobody else is using the map; otherwise each
/// figure is right for some moment of the call. All counts start again at `clear()`, but for what is retired.
/// @progress Wait-free: a plain struct. @complexity O(1). @may_throw Nothing.
struct map_stats {
    std::size_t size = 0;  ///< entries
    std::size_t buckets =
        0;  ///< buckets of the `read` table, 14 slots each; 0 for a map without a table
    double load_factor = 0;        ///< entries a bucket: a table grows at 10 and shrinks below 2.5
    bool amended = false;          ///< a successor (`dirty`) is being filled
    std::uint64_t misses = 0;      ///< loads that met a moved bucket
    std::uint64_t promotions = 0;  ///< times that `dirty` became `read`
    std::size_t moved_buckets =
        0;  ///< buckets of `read` that have moved so far; 0 when not amended
    std::size_t overflow_buckets = 0;  ///< buckets chained to full ones, in both tables
    std::size_t retired_objects = 0;   ///< unlinked, not yet destroyed: keys, values, tables
    std::size_t retired_bytes =
        0;  ///< their memory, by sizeof: what they own elsewhere is not counted

    /// Whether all figures are the same.
    friend bool operator==(const map_stats&, const map_stats&) = default;
};

}  // namespace syncmap::inline v0
