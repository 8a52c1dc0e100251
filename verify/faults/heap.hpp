// SPDX-License-Identifier: BSL-1.0
//
// An operator new that counts what is in use, fails when it is told to, and in which no thread is
// stopped (it may hold a lock of malloc, which is not ours to judge). To be included in one file of
// a program.
#pragma once

#include <atomic>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <limits>
#include <new>

namespace faults::heap {

inline std::atomic<long> bytes{0};
inline std::atomic<long> blocks{0};

constexpr long never = std::numeric_limits<long>::max();
/// How many more allocations of this thread succeed, and how many fail after these.
inline thread_local long until_failure = never;
inline thread_local long failures_left = 0;
inline thread_local long failed = 0;  ///< since fail_after()

/// Set while the thread is in malloc or free; on_exit, if not null, runs at its end.
inline thread_local volatile std::sig_atomic_t busy = 0;
inline void (*on_exit)() = nullptr;

/// The next `succeeding` allocations of this thread succeed, then `failing` of them do not.
inline void fail_after(long succeeding, long failing) {
    until_failure = succeeding;
    failures_left = failing;
    failed = 0;
}
inline void fail_never() { until_failure = never; }

inline bool fails_now() {
    if (until_failure == never) return false;
    if (until_failure > 0) {
        --until_failure;
        return false;
    }
    if (failures_left == 0) return false;
    --failures_left;
    ++failed;
    return true;
}

inline void* take(std::size_t size, std::size_t alignment) {
    if (fails_now()) return nullptr;
    busy = 1;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    // The size is remembered in front.
    const std::size_t front = alignment > 16 ? alignment : 16;
    auto* const p =
        static_cast<std::byte*>(std::aligned_alloc(front, (size + 2 * front - 1) / front * front));
    std::atomic_signal_fence(std::memory_order_seq_cst);
    busy = 0;
    if (p == nullptr) return nullptr;
    *reinterpret_cast<std::size_t*>(p + front - sizeof(std::size_t)) = size;
    bytes += static_cast<long>(size);
    ++blocks;
    if (on_exit != nullptr) on_exit();
    return p + front;
}

inline void give_back(void* at, std::size_t alignment) noexcept {
    if (at == nullptr) return;
    const std::size_t front = alignment > 16 ? alignment : 16;
    auto* const p = static_cast<std::byte*>(at) - front;
    bytes -= static_cast<long>(*reinterpret_cast<std::size_t*>(p + front - sizeof(std::size_t)));
    --blocks;
    busy = 1;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    std::free(p);
    std::atomic_signal_fence(std::memory_order_seq_cst);
    busy = 0;
    if (on_exit != nullptr) on_exit();
}

inline void* take_or_throw(std::size_t size, std::size_t alignment) {
    void* const p = take(size, alignment);
    if (p == nullptr) throw std::bad_alloc();
    return p;
}

}  // namespace faults::heap

void* operator new(std::size_t size) { return faults::heap::take_or_throw(size, 16); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    return faults::heap::take(size, 16);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
    return faults::heap::take_or_throw(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* p) noexcept { faults::heap::give_back(p, 16); }
void operator delete(void* p, std::size_t) noexcept { faults::heap::give_back(p, 16); }
void operator delete(void* p, std::align_val_t alignment) noexcept {
    faults::heap::give_back(p, static_cast<std::size_t>(alignment));
}
void operator delete(void* p, std::size_t, std::align_val_t alignment) noexcept {
    faults::heap::give_back(p, static_cast<std::size_t>(alignment));
}
