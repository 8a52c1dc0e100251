// SPDX-License-Identifier: BSL-1.0
// Runs work in threads, measures it, and lets another thread watch how far it is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>
#include <vector>

namespace demo {

// Written by the workers once per file, read by whoever shows it.
struct work_done {
    std::atomic<std::uint64_t> files{0};
    std::atomic<std::uint64_t> bytes{0};
    std::atomic<std::uint64_t> identifiers{0};

    void add(std::uint64_t more_files, std::uint64_t more_bytes, std::uint64_t more_identifiers) {
        files.fetch_add(more_files, std::memory_order_relaxed);
        bytes.fetch_add(more_bytes, std::memory_order_relaxed);
        identifiers.fetch_add(more_identifiers, std::memory_order_relaxed);
    }
};

class stopwatch {
public:
    double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// Calls work(0), work(1), ... in as many threads and returns the seconds until all are done. What
// one of them throws is thrown here.
template <class Work>
double run_threads(unsigned threads, Work work) {
    const stopwatch time;
    std::vector<std::future<void>> running;
    running.reserve(threads);
    for (unsigned i = 0; i < threads; ++i)
        running.push_back(std::async(std::launch::async, [&work, i] { work(i); }));
    for (auto& thread : running) thread.get();
    return time.seconds();
}

// Calls work(i) for every i below `count`, each in the next thread that is free.
template <class Work>
void for_each_index(unsigned threads, std::size_t count, Work work) {
    std::atomic<std::size_t> next{0};
    run_threads(threads, [&](unsigned) {
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < count;) work(i);
    });
}

}  // namespace demo
