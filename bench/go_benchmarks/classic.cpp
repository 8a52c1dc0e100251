// SPDX-License-Identifier: BSL-1.0
//
// The classic map with the same hash as syncmap: what differs is the algorithm.
#include "../../tests/reference/classic_sync_map.hpp"

#include <syncmap/hash.hpp>

#include "string_benchmarks.hpp"

namespace bench::go {

template <class Key>
using classic = syncmap::reference::classic_sync_map<Key, std::int64_t, syncmap::hash<Key>>;

std::span<const benchmark> classic_benchmarks() {
    return all_benchmarks<classic<std::int64_t>, classic<std::string>>();
}

}  // namespace bench::go
