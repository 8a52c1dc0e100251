// SPDX-License-Identifier: BSL-1.0
//
// All that the engine asks of threads: atomics, fences, waiting, and who is calling.
//
// One thin layer, so that a verification can put instrumented ones in their place: it defines SYNCMAP_THREADS
// as the header that declares the same names, or SYNCMAP_ATOMIC as one that declares `atomic` alone. Nothing
// else in the library names std::atomic or a function that waits, but for any.hpp, which is not part of the
// engine.
// Used by everything in detail/.
#pragma once

#include <type_traits>

#include "platform.hpp"
#include "standard.hpp"

#if defined(SYNCMAP_THREADS)
#include SYNCMAP_THREADS
#else

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif
#if SYNCMAP_PTHREAD
#include <pthread.h>
#include <sched.h>
#else
#include <thread>
#endif
#if SYNCMAP_EMULATED_TLS
#include <cxxabi.h>
#endif
#if defined(_MSC_VER)
#pragma comment(lib, "synchronization")
#endif

namespace syncmap::inline v0::detail {

#if defined(SYNCMAP_ATOMIC)
}  // namespace syncmap::inline v0::detail
#include SYNCMAP_ATOMIC
namespace syncmap::inline v0::detail {
#else
template <class X>
using atomic = std::atomic<X>;
#endif

#if SYNCMAP_WINDOWS
/// What is needed of <windows.h>, which would bring its macros to all who include this. In the same words, as both
/// may be included, in any order.
namespace windows {
using size = std::conditional_t<sizeof(void*) == 8, unsigned long long, unsigned long>;
extern "C" {
__declspec(dllimport) void __stdcall FlushProcessWriteBuffers();
__declspec(dllimport) unsigned long __stdcall GetCurrentThreadId();
int __stdcall WaitOnAddress(volatile void*, void*, size, unsigned long);
void __stdcall WakeByAddressSingle(void*);
}
}  // namespace windows
#endif

/// For a moment in which another processor is expected to get further.
inline void short_pause() noexcept {
#if defined(_MSC_VER) && SYNCMAP_X86
    _mm_pause();
#elif defined(_MSC_VER)
    __yield();
#elif SYNCMAP_X86
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield" ::: "memory");
#endif
}

#if SYNCMAP_PTHREAD
/// For a moment in which another thread may need this processor.
inline void yield() noexcept { ::sched_yield(); }

/// For waiting that may take long.
inline void sleep_briefly() noexcept {
    const timespec a_moment{0, 50'000};
    ::nanosleep(&a_moment, nullptr);
}
#else
inline void yield() noexcept { std::this_thread::yield(); }
inline void sleep_briefly() noexcept { std::this_thread::sleep_for(std::chrono::microseconds(50)); }
#endif

// Waiting for a word to change, by the system's own means, because std::atomic's wait() may lose a wake-up
// between a program and a library that it has loaded: libstdc++ counts who waits in static variables, of
// which each may have its own.
#if defined(__linux__) && defined(SYS_futex)
/// Returns when the word is no longer `old`, or is woken, or for no reason.
inline void wait_while(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
    static_assert(sizeof(word) == sizeof(std::uint32_t));
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, old, nullptr, nullptr, 0);
}
/// Wakes one thread that waits for the word.
inline void wake_one(const atomic<std::uint32_t>& word) noexcept {
    ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}
#elif SYNCMAP_WINDOWS
inline void wait_while(atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
    static_assert(sizeof(word) == sizeof(old));
    constexpr unsigned long for_ever = 0xffffffff;
    windows::WaitOnAddress(&word, &old, sizeof(old), for_ever);
}
inline void wake_one(atomic<std::uint32_t>& word) noexcept { windows::WakeByAddressSingle(&word); }
#else
inline void wait_while(const atomic<std::uint32_t>& word, std::uint32_t old) noexcept {
    word.wait(old, std::memory_order_relaxed);
}
inline void wake_one(atomic<std::uint32_t>& word) noexcept { word.notify_one(); }
#endif

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

/// Every running thread of this process executes a full fence before this returns; or false, and nothing has
/// happened: a process may lose the right to it (a sandbox that it enters, say).
inline bool barrier_everywhere() noexcept {
    return ::syscall(SYS_membarrier, membarrier_private_expedited, 0, 0) == 0;
}
#elif SYNCMAP_WINDOWS && !SYNCMAP_FULL_FENCE
// Every Windows has it. Its interrupt comes between two instructions of each thread that is running: the stores
// before are in memory when the call returns, the loads behind have not been executed yet.
inline bool register_barrier_everywhere() noexcept { return true; }
inline bool barrier_everywhere() noexcept {
    windows::FlushProcessWriteBuffers();
    return true;
}
#else
inline bool register_barrier_everywhere() noexcept { return false; }
inline bool barrier_everywhere() noexcept { return false; }
#endif

/// When this returns, every store that any thread had executed before the call is in memory. No store buffer
/// keeps one for a millisecond, and a thread that loses its processor leaves none behind: so it waits, for long
/// enough. By the clock: where membarrier is refused, sleeping may be too.
inline void let_stores_take_effect() noexcept {
    const std::uint64_t end = clock_now() + 100'000'000;
    while (clock_now() < end) {
        sleep_briefly();
    }
}

#if SYNCMAP_PTHREAD
using thread_id = pthread_t;
inline thread_id calling_thread() noexcept { return pthread_self(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return pthread_equal(a, b) != 0; }
#elif SYNCMAP_WINDOWS
using thread_id = unsigned long;
inline thread_id calling_thread() noexcept { return windows::GetCurrentThreadId(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return a == b; }
#else
using thread_id = std::thread::id;
inline thread_id calling_thread() noexcept { return std::this_thread::get_id(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return a == b; }
#endif

}  // namespace syncmap::inline v0::detail

#endif

namespace syncmap::inline v0::detail {

#if SYNCMAP_EMULATED_TLS
#if defined(__i386__)
#define SYNCMAP_AS_DESTRUCTOR [[gnu::thiscall]]
#else
#define SYNCMAP_AS_DESTRUCTOR
#endif
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wattributes"  // thiscall of what is no member
template <auto End, class X>
SYNCMAP_AS_DESTRUCTOR void end_with(void* what) noexcept {
    End(*static_cast<X*>(what));
}
#pragma GCC diagnostic pop
/// Calls End(what) when the calling thread ends. By then its thread_local variables may be as new: mingw's
/// are gone before their destructors run.
template <auto End, class X>
void at_thread_exit(X& what) noexcept {
    abi::__cxa_thread_atexit(end_with<End, X>, std::addressof(what), nullptr);
}
#else
template <auto End, class X>
struct thread_exit {
    X* what = nullptr;
    thread_exit() noexcept = default;
    thread_exit(const thread_exit&) = delete;
    thread_exit& operator=(const thread_exit&) = delete;
    ~thread_exit() { End(*what); }
};
#if defined(__clang__)
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wexit-time-destructors"  // a thread's, not the program's
#endif
/// Calls End(what) when the calling thread ends, for what was given last.
template <auto End, class X>
void at_thread_exit(X& what) noexcept {
    thread_local thread_exit<End, X> instance;
    instance.what = std::addressof(what);
}
#if defined(__clang__)
#pragma clang diagnostic pop
#endif
#endif

/// Exchanges a value (release and acquire), and is a full fence after that. On x86 the exchange is one; elsewhere,
/// and in C++'s own terms, what is done to one variable says nothing about others.
template <class X>
SYNCMAP_INLINE X exchange_and_fence(atomic<X>& at, std::type_identity_t<X> value) noexcept {
#if (SYNCMAP_X86 || SYNCMAP_TSAN) && !defined(SYNCMAP_THREADS)
    return at.exchange(value, std::memory_order_seq_cst);
#else
    const X old = at.exchange(value, std::memory_order_acq_rel);
    full_fence();
    return old;
#endif
}

/// For waiting without a system call, with longer and longer pauses between two looks, for as long as that is
/// better than one.
class spinner {
public:
    /// After a pause: false when it has been long enough.
    bool again() noexcept {
        for (int i = 0; i < pauses_; ++i) {
            short_pause();
        }
        if (pauses_ < limit(32, 1)) {
            pauses_ *= 2;
            return true;
        }
        const std::uint64_t now = clock_now();
        begun_ = begun_ == 0 ? now : begun_;
        return now - begun_ < limit(50'000U, 0U);
    }

private:
    int pauses_ = 1;
    std::uint64_t begun_ = 0;
};

/// Makes it at least so large.
template <class X>
void raise_to(atomic<X>& at, X value, std::memory_order order) noexcept {
    X old = at.load(std::memory_order_relaxed);
    while (old < value && !at.compare_exchange_weak(old, value, order, std::memory_order_relaxed)) {
    }
}

}  // namespace syncmap::inline v0::detail
