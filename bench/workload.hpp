// SPDX-License-Identifier: BSL-1.0
//
// What is measured: a workload makes, for each thread, the script of operations that it will perform. Scripts
// are made before anything is timed, are the same for every map, and say nothing about types: key number i
// becomes a key in dataset.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

enum class op : std::uint8_t { load, store, insert, erase, update };

/// One bit for each op.
using op_set = unsigned;
constexpr op_set bit(op o) { return 1U << static_cast<unsigned>(o); }

enum class distribution {
    uniform,
    zipf,  ///< exponent 0.99, scattered over all keys
    hot,   ///< every second operation on one key, the others uniform
};

/// How a script is performed.
enum class manner {
    loads,    ///< nothing but loads, again and again until the time is over
    mixed,    ///< as `ops` says, again and again
    batches,  ///< loads, 16 keys in one call
    once,     ///< as `ops` says, from the beginning to the end, then on a new map
    iterate,  ///< whole iterations over the map
    fill,     ///< memory after filling the map: nothing is timed
};

/// The operations of one thread.
struct script {
    std::vector<std::uint32_t> keys;  ///< numbers of keys
    std::vector<op> ops;              ///< one for each key; empty if all are `only`
    op only = op::load;
    std::string role;  ///< results of threads with different roles are told apart
};

/// One cell of the table, for every peer.
struct cell {
    const struct workload* what = nullptr;
    std::string name;  ///< of the workload, with the distribution where that is not its usual one
    std::string type;
    std::uint64_t keys = 0;
    unsigned threads = 1;
    distribution dist = distribution::uniform;
    double read_ratio = 0.9;  ///< of the workload `custom`
    double seconds = 0.2;     ///< of each repetition
    std::uint64_t ops = 0;    ///< if not 0: so many by each thread, however long it takes
    bool each_timed = false;  ///< latencies of single operations instead of the throughput
    bool reserve = false;     ///< maps are made with room for all keys
};

struct workload {
    std::string_view name;
    std::string_view title;  ///< for headings
    manner how = manner::mixed;
    op_set uses = 0;  ///< what a peer must be able to do, beside load
    distribution usual = distribution::uniform;
    bool any_distribution = true;  ///< whether --dist has a meaning
    double filled = 1;             ///< part of `keys` that is in the map at the beginning
    double range = 1;              ///< key numbers go up to `keys` times this
    bool one_key = false;
    unsigned least_threads = 1;
    script (*make)(const cell&, unsigned thread) = nullptr;

    std::uint64_t prefilled(const cell& c) const;
    std::uint64_t key_numbers(const cell& c) const;
};

/// All, in the order in which they are shown. The script of `trace` is not made here: see trace.hpp.
const std::vector<workload>& workloads();

/// Of the workload with this name; null if there is none.
const workload* find_workload(std::string_view name);

/// Its names on the command line.
std::string_view name_of(distribution d);

}  // namespace bench
