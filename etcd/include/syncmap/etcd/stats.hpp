// SPDX-License-Identifier: BSL-1.0
//
// What an etcd::map tells about itself.
#pragma once

#include <cstddef>
#include <cstdint>

#include <syncmap/stats.hpp>

namespace syncmap::etcd::inline v0 {

/// A look at an etcd::map's inside, from its stats(). Each figure is right for some moment of the call.
/// @progress Wait-free: a plain struct. @complexity O(1). @may_throw Nothing.
struct map_stats {
    syncmap::map_stats mirror{};  ///< of the map in this process
    std::int64_t revision = 0;    ///< as revision()
    std::size_t bad_values = 0;   ///< keys that are kept out because their value does not decode
    std::uint64_t changes = 0;    ///< puts and erasures that the mirror has been told of
    std::uint64_t reconnects =
        0;  ///< times that changes had to be asked for anew, mostly elsewhere
    std::uint64_t resyncs =
        0;  ///< times that etcd had forgotten changes: all was read and compared

    /// Whether all figures are the same.
    friend bool operator==(const map_stats&, const map_stats&) = default;
};

}  // namespace syncmap::etcd::inline v0
