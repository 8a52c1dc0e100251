// SPDX-License-Identifier: BSL-1.0
//
// Go's own benchmarks of sync.Map (and of the HashTrieMap beneath it), for maps in C++: same parameters,
// same order of calls, same way of sharing the work out, so that the numbers stand beside `go test -bench`.
// Used by the benchmark tool, which interleaves repetitions as with its other workloads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// Go's names without "BenchmarkMap": LoadMostlyHits, ..., Clear, HashTrieMapLoadSmall, ...
std::vector<std::string> go_benchmark_names();

/// The maps these run on: "syncmap" and "classic" (what Go had up to 1.23).
std::vector<std::string> go_benchmark_peers();

/// "int:int", or "string:int" for HashTrieMap...; int is Go's, which has 64 bits.
std::string go_benchmark_type(std::string_view name);

/// One repetition on a new map, of about `seconds`: nanoseconds of wall time per operation of all threads
/// together, as Go prints it. Throws std::invalid_argument if there is no such benchmark or peer.
double run_go_benchmark(std::string_view name, std::string_view peer, int threads, double seconds);

}  // namespace bench
