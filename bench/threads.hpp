// SPDX-License-Identifier: BSL-1.0
//
// The threads of a repetition, and how they begin and end together.
#pragma once

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

/// work(0), work(1), ... in a thread each.
class threads {
public:
    template <class Work>
    threads(unsigned count, Work work) {
        running_.reserve(count);
        for (unsigned t = 0; t < count; ++t) running_.emplace_back([work, t] { work(t); });
    }
    void join() { running_.clear(); }

private:
    std::vector<std::jthread> running_;
};

/// Warming up, measuring, the end: one thread conducts, the others look after every few operations.
class phases {
public:
    void wait_for_begin() const {
        while (now_.load(std::memory_order_acquire) == begin) std::this_thread::yield();
    }
    bool warming_up() const { return now_.load(std::memory_order_relaxed) == warm_up; }
    bool measuring() const { return now_.load(std::memory_order_relaxed) == measure; }

    /// Leads through all phases and returns when the last one is over.
    void conduct(double seconds) {
        using duration = std::chrono::duration<double>;
        now_.store(warm_up, std::memory_order_release);
        std::this_thread::sleep_for(duration(seconds / 4));
        now_.store(measure, std::memory_order_relaxed);
        std::this_thread::sleep_for(duration(seconds));
        now_.store(end, std::memory_order_relaxed);
    }

private:
    enum phase { begin, warm_up, measure, end };

    alignas(64) std::atomic<phase> now_{begin};
    [[maybe_unused]] char rest_of_line_[60]{};  // nothing else in its cache line
};

}  // namespace bench
