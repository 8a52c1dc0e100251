// SPDX-License-Identifier: BSL-1.0
//
// What a client process tells the one that has started it: lines of words on its standard output.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "latencies.hpp"

namespace cluster {

/// Loads of one process in one slot of 100 ms.
struct load_slot {
    std::int64_t start_us = 0;
    std::uint64_t loads = 0;
    std::uint64_t missing = 0;  // that found nothing
    std::uint64_t waits = 0;    // times that the thread gave up the processor by itself meanwhile
    std::uint64_t interruptions = 0;  // times that the system gave it to somebody else
    std::int64_t stale_ms = 0;        // the largest stale_for()
    latencies batches;                // ns for batch_size loads, by the clock on the wall
    latencies undisturbed;            // those with neither
};
inline constexpr std::uint64_t batch_size = 32;

/// One transaction.
struct write {
    std::int64_t start_us = 0, took_us = 0;
    int outcome = 0;  // 0: done; otherwise an error_kind
};

/// What has become of the keys that one process alone writes.
struct key_history {
    std::string acknowledged;            // the last value that is surely there, or empty
    std::vector<std::string> uncertain;  // all that may be there
};

/// All that one process has told.
struct record {
    std::vector<load_slot> loads;
    std::vector<write> writes;
    std::map<std::string, key_history> keys;
    std::uint64_t increments = 0, uncertain_increments = 0;  // of the counter
    std::map<std::string, std::string> mirror;               // at the end
    std::int64_t revision = 0;                               // of it
    std::uint64_t announced = 0;          // new keys that on_change() was told of
    std::uint64_t announced_wrongly = 0;  // again, or in the wrong order
    std::uint64_t reconnects = 0, resyncs = 0;
    std::vector<std::string> problems;  // messages; none is expected
};

void tell(std::ostream& out, const load_slot& slot);
void tell(std::ostream& out, const write& w);
/// Everything but loads and writes.
void tell_rest(std::ostream& out, const record& r);

/// Adds what `line` says; throws std::runtime_error of a line that nobody can have written.
void understand(const std::string& line, record& into);

}  // namespace cluster
