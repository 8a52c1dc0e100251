// SPDX-License-Identifier: BSL-1.0
//
// The threads: each on a processor of its own, if there are enough, and all at the same line when a round begins.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <semaphore>
#include <thread>

#include <sched.h>

#include "halt.hpp"

namespace litmus {

constexpr std::size_t most_lanes = 4;

/// xorshift64: each thread throws its own.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
    std::uint64_t operator()() noexcept {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        return state_ >> 11U;
    }
    /// A number below `faces`.
    std::uint64_t operator()(std::uint64_t faces) noexcept { return (*this)() % faces; }

private:
    std::uint64_t state_;
};

/// A clock that all processors share, as fine as there is one.
inline std::uint64_t ticks() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    return __builtin_ia32_rdtsc();
#else
    return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Where lanes wait for each other. Plain stores and loads, which leave the store buffers as they are.
class line {
public:
    void begin(std::size_t lanes) noexcept {
        lanes_ = lanes;
        // Lanes that have no processor of their own give theirs away at once.
        patience_ = lanes <= std::thread::hardware_concurrency() ? 4000 : 20;
        for (place& p : places_) {
            p.at.store(0, std::memory_order_relaxed);
        }
    }
    void meet(std::size_t lane) noexcept {
        std::atomic<std::uint64_t>& mine = places_[lane].at;
        const std::uint64_t here = mine.load(std::memory_order_relaxed) + 1;
        mine.store(here, std::memory_order_release);
        for (std::size_t other = 0; other < lanes_; ++other) {
            for (unsigned i = 0; places_[other].at.load(std::memory_order_acquire) < here; ++i) {
                if (i == patience_) {
                    sched_yield();
                    i = 0;
                }
            }
        }
    }
    /// The same, and then all go on at the same time, not one after the other as they hear of it.
    void start(std::size_t lane) noexcept {
        meet(lane);
        if (lane == 0) {
            at_.store(ticks() + enough_to_hear, std::memory_order_relaxed);
        }
        meet(lane);
        while (ticks() < at_.load(std::memory_order_relaxed)) {
        }
    }

private:
    static constexpr std::uint64_t enough_to_hear = 1000;

    struct alignas(64) place {
        std::atomic<std::uint64_t> at{0};
    };
    std::array<place, most_lanes> places_;
    alignas(64) std::atomic<std::uint64_t> at_{0};
    std::size_t lanes_ = 0;
    unsigned patience_ = 0;
};

class lanes {
public:
    lanes() {
        halt::make_possible();
        pin(0);
        for (std::size_t i = 1; i < most_lanes; ++i) {
            helpers_[i - 1].thread = std::thread([this, i] { serve(i); });
        }
    }
    lanes(const lanes&) = delete;
    lanes& operator=(const lanes&) = delete;
    ~lanes() {
        run(most_lanes, {});
        for (helper& h : helpers_) {
            h.thread.join();
        }
    }

    /// job(lane) in so many lanes, of which the caller's is the first.
    void run(std::size_t count, std::function<void(std::size_t)> job) {
        job_ = std::move(job);
        for (std::size_t i = 1; i < count; ++i) {
            helpers_[i - 1].begin.release();
        }
        if (job_) {
            job_(0);
        }
        for (std::size_t i = 1; i < count; ++i) {
            helpers_[i - 1].end.acquire();
        }
    }

private:
    struct helper {
        std::binary_semaphore begin{0};
        std::binary_semaphore end{0};
        std::thread thread;
    };

    void serve(std::size_t lane) {
        pin(lane);
        helper& me = helpers_[lane - 1];
        for (bool more = true; more;) {
            me.begin.acquire();
            more = static_cast<bool>(job_);
            if (more) {
                job_(lane);
            }
            me.end.release();
        }
    }

    /// To one of the processors that there are for this process. Where that fails the system decides.
    static void pin(std::size_t lane) noexcept {
        static const cpu_set_t allowed = [] {
            cpu_set_t set;
            CPU_ZERO(&set);
            sched_getaffinity(0, sizeof(set), &set);
            return set;
        }();
        const int count = CPU_COUNT(&allowed);
        int wanted = count > 0 ? static_cast<int>(lane) % count : -1;
        for (int cpu = 0; cpu < CPU_SETSIZE && wanted >= 0; ++cpu) {
            if (CPU_ISSET(cpu, &allowed) && wanted-- == 0) {
                cpu_set_t one;
                CPU_ZERO(&one);
                CPU_SET(cpu, &one);
                sched_setaffinity(0, sizeof(one), &one);
            }
        }
    }

    std::function<void(std::size_t)> job_;
    std::array<helper, most_lanes - 1> helpers_;
};

}  // namespace litmus
