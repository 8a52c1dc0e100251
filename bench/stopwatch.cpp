// SPDX-License-Identifier: BSL-1.0
#include "stopwatch.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <thread>
#include <utility>

#include <malloc.h>
#include <unistd.h>

namespace bench {

void thread_times::start() {
    if (started_ == 0) {  // what was done so far was to warm up
        before = std::exchange(operations, 0);
        durations = {};
        longest = 0;
        preemption_.emplace();
    }
    preempted_ = preemption_->ns();
    started_ = now_ns();
}

void thread_times::stop() {
    ns += static_cast<double>(now_ns() - started_);
    preempted_ns += static_cast<double>(preemption_->ns() - preempted_);
}

double thread_times::net_ns(std::size_t threads) const {
    static const std::size_t processors = std::max(1U, std::thread::hardware_concurrency());
    return threads > processors ? ns : std::max(ns - preempted_ns, ns / 100);
}

void add_figures(run_result& result, const std::string& role,
                 const std::vector<const thread_times*>& threads, std::size_t all_threads,
                 bool each_timed) {
    double ns = 0;
    double operations = 0;
    double preempted = 0;
    double per_second = 0;
    histogram all;
    std::uint64_t longest = 0;
    for (const thread_times* t : threads) {
        const double net = t->net_ns(all_threads);
        ns += net;
        operations += static_cast<double>(t->operations);
        preempted += t->preempted_ns;
        per_second += static_cast<double>(t->operations) / net * 1e9;
        all.add(t->durations);
        longest = std::max(longest, t->longest);
    }
    if (ns > 0) result.preempted = std::max(result.preempted, preempted / (ns + preempted));
    if (!each_timed) {
        result.figures.push_back({role, "ns/op", ns / operations});
        result.figures.push_back({role, "Mops/s", per_second / 1e6});
        return;
    }
    constexpr std::array<std::pair<const char*, double>, 6> percentiles{{{"p50", 0.5},
                                                                         {"p90", 0.9},
                                                                         {"p99", 0.99},
                                                                         {"p99.9", 0.999},
                                                                         {"p99.99", 0.9999},
                                                                         {"p99.999", 0.99999}}};
    const double us = ns_per_tick() / 1000;
    for (const auto& [name, part] : percentiles)
        result.figures.push_back({role, name, static_cast<double>(all.percentile(part)) * us});
    result.figures.push_back({role, "max", static_cast<double>(all.largest()) * us});
    result.figures.push_back({role, "max by wall", static_cast<double>(longest) * us});
}

memory_use memory_use::now() {
    const struct mallinfo2 heap = mallinfo2();
    memory_use use{static_cast<double>(heap.uordblks + heap.hblkhd), 0};
    if (std::FILE* const file = std::fopen("/proc/self/statm", "r")) {
        long size = 0;
        long resident = 0;
        if (std::fscanf(file, "%ld %ld", &size, &resident) == 2)
            use.resident =
                static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
        std::fclose(file);
    }
    return use;
}

}  // namespace bench
