// SPDX-License-Identifier: BSL-1.0
//
// Threads that stop where it hurts: code of the user's that takes its time wherever the map calls it, and
// threads that are interrupted between any two instructions.
#pragma once

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <ctime>
#include <memory>
#include <stdexcept>

#include <pthread.h>
#include <sched.h>

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

inline void linger() noexcept {
    if (my_dice.one_in(32)) {
        if (my_dice.one_in(16)) {
            sched_yield();
        } else {
            for (std::uint64_t i = my_dice(300); i > 0; --i) {
                std::atomic_signal_fence(std::memory_order_seq_cst);
            }
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

/// A signal after which the thread that got it sleeps for as many nanoseconds as the sender wished.
class interruption {
public:
    interruption() {
        struct sigaction action{};
        action.sa_sigaction = [](int, siginfo_t* info, void*) {
            const int error = errno;
            const timespec pause{0, info->si_value.sival_int};
            nanosleep(&pause, nullptr);
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

}  // namespace linearizability
