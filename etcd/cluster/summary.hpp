// SPDX-License-Identifier: BSL-1.0
//
// What has been told, put together for a stretch of time: a phase, or a slot of 100 ms.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "course.hpp"
#include "latencies.hpp"

namespace cluster {

struct summary {
    // Loads of all processes.
    std::uint64_t loads = 0, missing = 0, waits = 0, interruptions = 0;
    latencies batches, undisturbed;
    std::int64_t stale_ms = 0;
    // Writes that ended in it.
    latencies done_us;
    std::map<int, std::uint64_t> failed;  // how many, by kind
    latencies failed_us;

    std::uint64_t failures() const;
};

/// Nanoseconds for one load: `part` of these batches took at most so long for each of theirs.
double load_ns(const latencies& batches, double part);

summary summarize(const std::vector<record>& clients, std::int64_t start_us, std::int64_t end_us);

/// The longest time between `start_us` and `end_us` in which no write ended well.
std::int64_t longest_pause_us(const std::vector<record>& clients, std::int64_t start_us,
                              std::int64_t end_us);

/// From `start_us` until the first write ended well that began later, at most until `end_us`.
std::int64_t first_done_us(const std::vector<record>& clients, std::int64_t start_us,
                           std::int64_t end_us);

}  // namespace cluster
