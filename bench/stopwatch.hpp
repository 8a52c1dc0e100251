// SPDX-License-Identifier: BSL-1.0
//
// What the threads of a repetition measure, and the figures that come of it.
#pragma once

#include "clock.hpp"
#include "histogram.hpp"
#include "kernels.hpp"
#include "registry.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// One thread's own, written by it alone.
struct alignas(64) thread_times {
    std::uint64_t operations = 0;  ///< timed ones
    std::uint64_t before = 0;      ///< those before
    double ns = 0;
    double preempted_ns = 0;
    seen result;
    histogram durations;
    std::uint64_t longest = 0;  ///< ticks by the wall

    void start();
    void stop();
    /// The time without that in which others had the processor; with it, if there are more threads than
    /// processors, because then it belongs to the picture.
    double net_ns(std::size_t threads) const;
    std::uint64_t performed() const { return before + operations; }

private:
    std::optional<preemption_clock> preemption_;  ///< made by the thread that it is about
    std::uint64_t started_ = 0;
    std::uint64_t preempted_ = 0;
};

/// Adds what these threads have measured.
void add_figures(run_result& result, const std::string& role,
                 const std::vector<const thread_times*>& threads, std::size_t all_threads,
                 bool each_timed);

/// Bytes of this process.
struct memory_use {
    double heap;      ///< in blocks that malloc has given out
    double resident;  ///< in pages that are there

    static memory_use now();
};

}  // namespace bench
