// SPDX-License-Identifier: BSL-1.0
//
// What one of Go's benchmarks is, for a kind of map that the compiler knows and the caller does not.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace bench::go {

/// How large one run is: Go finds out by trying.
struct run_size {
    std::int64_t operations;
    std::int64_t batch;
    int threads;
};

struct benchmark {
    std::string_view name;
    std::string_view type;
    std::int64_t most_operations;    // where each leaves an entry behind, memory is the limit
    double (*run)(const run_size&);  // seconds, on a new map
};

inline constexpr std::int64_t unlimited = 1'000'000'000;  // Go's own limit

std::span<const benchmark> syncmap_benchmarks();
std::span<const benchmark> classic_benchmarks();

}  // namespace bench::go
