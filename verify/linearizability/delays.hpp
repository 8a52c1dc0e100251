// SPDX-License-Identifier: BSL-1.0
//
// Threads that stop where it hurts: code of the user's that takes its time wherever the map calls it, and
// threads that are interrupted between any two instructions.
#pragma once

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>
#include <stdexcept>

#include <pthread.h>
#include <sched.h>
#include <unistd.h>

namespace linearizability {

/// xorshift64: each thread throws its own.
class dice {
public:
    explicit dice(std::uint64_t seed) noexcept : state_(seed * 0x9e3779b97f4a7c15 + 1) {}
    /// A number below `faces`.
    std::uint64_t operator()(std::uint64_t faces) noexcept {
        state_ ^= state_ << 13U;
        state_ ^= state_ >> 7U;
        state_ ^= state_ << 17U;
        return (state_ >> 11U) % faces;
    }
    bool one_in(std::uint64_t n) noexcept { return (*this)(n) == 0; }

private:
    std::uint64_t state_;
};

inline thread_local dice my_dice(1);

/// Of the call under way: slow ones meet quick ones.
struct pace {
    bool stops = false;           ///< at some steps: slow_atomic.hpp
    std::uint64_t comparing = 0;  ///< of two keys takes so long

    static pace of_load() noexcept {
        return {my_dice.one_in(2), my_dice.one_in(2) ? my_dice(400) : 0};
    }
    static pace of_write() noexcept { return {my_dice.one_in(2)}; }
};
inline thread_local pace my_pace;

inline void spin(std::uint64_t turns) noexcept {
    for (; turns > 0; --turns) {
        std::atomic_signal_fence(std::memory_order_seq_cst);
    }
}

inline void linger() noexcept {
    if (my_dice.one_in(32)) {
        if (my_dice.one_in(16)) {
            sched_yield();
        } else {
            spin(my_dice(300));
        }
    }
}

/// For callbacks: now and then so long that what they look at would be gone if nothing kept it.
inline void dwell() noexcept {
    linger();
    if (my_dice.one_in(64)) {
        const timespec pause{0, static_cast<long>(my_dice(100'000))};
        nanosleep(&pause, nullptr);
    }
}

/// Memory that takes its time to come and to go.
template <class T>
struct lingering_allocator {
    using value_type = T;
    lingering_allocator() = default;
    template <class U>
    lingering_allocator(const lingering_allocator<U>&) noexcept {}
    T* allocate(std::size_t n) {
        linger();
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n) noexcept {
        linger();
        std::allocator<T>().deallocate(p, n);
    }
    bool operator==(const lingering_allocator&) const = default;
};

/// A signal after which the thread that got it sleeps for as many nanoseconds as the sender wished, or
/// merely idles for a moment, if it was a timer that sent it.
class interruption {
public:
    interruption() {
        struct sigaction action{};
        action.sa_sigaction = [](int, siginfo_t* info, void*) {
            const int error = errno;
            if (info->si_code == SI_TIMER) {
                spin(1000);
            } else {
                const timespec pause{0, info->si_value.sival_int};
                nanosleep(&pause, nullptr);
            }
            errno = error;
        };
        action.sa_flags = SA_SIGINFO | SA_RESTART;
        if (sigaction(SIGUSR1, &action, nullptr) != 0) {
            throw std::runtime_error("sigaction");
        }
    }
    void send(pthread_t to, int nanoseconds) const noexcept {
        sigval pause{};
        pause.sival_int = nanoseconds;
        pthread_sigqueue(to, SIGUSR1, pause);
    }
};

/// Interrupts the thread that has made it, all the time.
class interruptions {
public:
    explicit interruptions(long nanoseconds) {
        sigevent to_me{};
        to_me.sigev_notify = SIGEV_THREAD_ID;
        to_me.sigev_signo = SIGUSR1;
        to_me._sigev_un._tid = gettid();
        if (timer_create(CLOCK_MONOTONIC, &to_me, &timer_) != 0) {
            throw std::runtime_error("timer_create");
        }
        const itimerspec period{{0, nanoseconds}, {0, nanoseconds}};
        timer_settime(timer_, 0, &period, nullptr);
    }
    interruptions(const interruptions&) = delete;
    interruptions& operator=(const interruptions&) = delete;
    ~interruptions() { timer_delete(timer_); }

private:
    timer_t timer_{};
};

/// For those who wait for threads that may hang.
class patience {
public:
    void or_end() const noexcept {
        if (std::chrono::steady_clock::now() - start_ > std::chrono::seconds(60)) {
            std::puts("a call does not return");
            std::fflush(stdout);
            std::_Exit(1);
        }
    }

private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace linearizability
