// SPDX-License-Identifier: BSL-1.0
//
// All that the engine asks of threads: atomics, fences, waiting, and who is calling.
//
// One thin layer, so that a verification can put instrumented ones in their place: it defines SYNCMAP_THREADS
// as the header that declares the same names. Nothing else in the library names std::atomic or a
// function that waits, but for any.hpp, which is not part of the engine.
// Used by everything in detail/.
#pragma once

#include "platform.hpp"

#if defined(SYNCMAP_THREADS)
#include SYNCMAP_THREADS
#else

#include <chrono>
#include <thread>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if SYNCMAP_PTHREAD
#include <pthread.h>
#endif

namespace syncmap::inline v0::detail {

template <class X>
using atomic = std::atomic<X>;

/// For a moment in which another processor is expected to get further.
inline void cpu_relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

/// For a moment in which another thread may need this processor.
inline void yield() noexcept { std::this_thread::yield(); }

/// For waiting that may take long.
inline void sleep_briefly() { std::this_thread::sleep_for(std::chrono::microseconds(50)); }

/// A sequentially consistent fence that ThreadSanitizer can see too.
inline void full_fence() noexcept {
#if SYNCMAP_TSAN
    static std::atomic<unsigned> line{0};
    line.fetch_add(1, std::memory_order_seq_cst);
#else
    std::atomic_thread_fence(std::memory_order_seq_cst);
#endif
}

#if defined(__linux__) && defined(SYS_membarrier) && !SYNCMAP_FULL_FENCE
// Commands of <linux/membarrier.h>, spelled out because older headers lack them.
inline constexpr int membarrier_private_expedited = 1 << 3;
inline constexpr int membarrier_register_private_expedited = 1 << 4;

/// True when this process may from now on use barrier_everywhere().
inline bool register_barrier_everywhere() noexcept {
    return ::syscall(SYS_membarrier, membarrier_register_private_expedited, 0, 0) == 0;
}

/// Every running thread of this process executes a full fence before this returns.
inline void barrier_everywhere() noexcept {
    if (::syscall(SYS_membarrier, membarrier_private_expedited, 0, 0) != 0) {
        die("membarrier was available when the process started and is not any more");
    }
}
#else
inline bool register_barrier_everywhere() noexcept { return false; }
inline void barrier_everywhere() noexcept { die("there is no membarrier here"); }
#endif

#if SYNCMAP_PTHREAD
using thread_id = pthread_t;
inline thread_id calling_thread() noexcept { return pthread_self(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return pthread_equal(a, b) != 0; }
#endif

}  // namespace syncmap::inline v0::detail

#endif
