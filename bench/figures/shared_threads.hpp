// SPDX-License-Identifier: BSL-1.0
//
// What include/syncmap/detail/threads.hpp declares, for shared_writes.cpp: atomics that note which cache line
// they touch, and functions that count the system calls which they stand for. The threads of that program take
// turns, so nobody ever waits for a lock, and handing over the turn is a fence.
#pragma once

#include "shared_counts.hpp"

#include <atomic>
#include <chrono>
#include <thread>
#include <type_traits>

#include <pthread.h>

namespace syncmap::inline v0::detail {

template <class X>
class atomic {
    using access = bench::recorder::access;

public:
    constexpr atomic() noexcept : atomic(X{}) {}
    constexpr atomic(X value) noexcept : value_(value) {  // NOLINT: as std::atomic's
        if (!std::is_constant_evaluated()) bench::note(this, access::make);
    }
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    X load(std::memory_order order) const noexcept {
        bench::note(this, access::read);
        return value_.load(order);
    }
    void store(X value, std::memory_order order) noexcept {
        bench::note(this, access::write);
        value_.store(value, order);
    }
    X exchange(X value, std::memory_order order) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.exchange(value, order);
    }
    // One that fails takes the line as one that succeeds does.
    bool compare_exchange_strong(X& expected, X desired, std::memory_order success,
                                 std::memory_order failure) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.compare_exchange_strong(expected, desired, success, failure);
    }
    bool compare_exchange_strong(X& expected, X desired, std::memory_order order) noexcept {
        return compare_exchange_strong(expected, desired, order, order);
    }
    bool compare_exchange_weak(X& expected, X desired, std::memory_order success,
                               std::memory_order failure) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.compare_exchange_weak(expected, desired, success, failure);
    }
    bool compare_exchange_weak(X& expected, X desired, std::memory_order order) noexcept {
        return compare_exchange_weak(expected, desired, order, order);
    }
    X fetch_add(X more, std::memory_order order) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.fetch_add(more, order);
    }
    X fetch_sub(X less, std::memory_order order) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.fetch_sub(less, order);
    }
    X fetch_or(X bits, std::memory_order order) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.fetch_or(bits, order);
    }
    X fetch_and(X bits, std::memory_order order) noexcept {
        bench::note(this, access::read_modify_write);
        return value_.fetch_and(bits, order);
    }

private:
    std::atomic<X> value_;
};

inline void short_pause() noexcept { std::this_thread::yield(); }
inline void yield() noexcept {
    ++bench::calls.yields;
    std::this_thread::yield();
}
inline void sleep_briefly() {
    ++bench::calls.yields;
    std::this_thread::sleep_for(std::chrono::microseconds(50));
}
inline void wait_while(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
    ++bench::calls.futexes;
    while (word.load(std::memory_order_relaxed) == old) std::this_thread::yield();
}
inline void wake_one(const atomic<std::uint32_t>&) noexcept { ++bench::calls.futexes; }

inline void full_fence() noexcept { std::atomic_thread_fence(std::memory_order_seq_cst); }
/// Readers without a fence of their own, as where there is membarrier.
inline bool register_barrier_everywhere() noexcept { return true; }
inline bool barrier_everywhere() noexcept {
    ++bench::calls.barriers;
    full_fence();
    return true;
}
inline void let_stores_take_effect() noexcept {}

using thread_id = pthread_t;
inline thread_id calling_thread() noexcept { return pthread_self(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return pthread_equal(a, b) != 0; }

}  // namespace syncmap::inline v0::detail
