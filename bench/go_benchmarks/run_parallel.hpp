// SPDX-License-Identifier: BSL-1.0
//
// Runs a loop body N times in all, in T threads, as Go's b.RunParallel does: the threads take iterations in
// batches from a shared counter, so that a slow thread does fewer. A batch is about 100 us of work: the
// counter costs nothing then, and at the end no thread waits long for another.
#pragma once

#include <algorithm>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

namespace bench::go {

/// What all threads share: how much there is to do.
struct work {
    std::int64_t total;
    std::int64_t batch;
    std::atomic<std::int64_t> taken{0};
};

/// One thread's view of it: `while (its.next()) ...`
class iterations {
public:
    explicit iterations(work& w) : work_(w) {}

    bool next() {
        if (left_ == 0 && !take_batch()) return false;
        --left_;
        return true;
    }

private:
    bool take_batch() {
        const auto from = work_.taken.fetch_add(work_.batch, std::memory_order_relaxed);
        left_ = std::clamp<std::int64_t>(work_.total - from, 0, work_.batch);
        return left_ > 0;
    }

    work& work_;
    std::int64_t left_ = 0;
};

/// A value the compiler must compute, though nobody reads it.
template <class T>
inline void keep(const T& value) {
    asm volatile("" : : "r,m"(value) : "memory");
}

/// Calls `body(iterations&, first)` in each thread, `first` being where Go starts that thread's counter;
/// seconds from the first thread's start to the last one's end.
template <class Body>
double run_parallel(std::int64_t total, std::int64_t batch, int threads, const Body& body) {
    using clock = std::chrono::steady_clock;
    struct span {
        clock::time_point begin, end;
    };
    work shared{total, batch};
    std::barrier start(threads);
    std::vector<span> spans(static_cast<std::size_t>(threads));
    {
        std::vector<std::jthread> running;
        for (int g = 0; g < threads; ++g) {
            running.emplace_back([&, g] {
                iterations its(shared);
                auto& mine = spans[static_cast<std::size_t>(g)];
                start.arrive_and_wait();
                mine.begin = clock::now();
                body(its, g * total);
                mine.end = clock::now();
            });
        }
    }
    const auto begin = std::ranges::min(spans, {}, &span::begin).begin;
    const auto end = std::ranges::max(spans, {}, &span::end).end;
    return std::chrono::duration<double>(end - begin).count();
}

}  // namespace bench::go
