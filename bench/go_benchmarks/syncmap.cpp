// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include "string_benchmarks.hpp"

namespace bench::go {

std::span<const benchmark> syncmap_benchmarks() {
    return all_benchmarks<syncmap::map<std::int64_t, std::int64_t>,
                          syncmap::map<std::string, std::int64_t>>();
}

}  // namespace bench::go
