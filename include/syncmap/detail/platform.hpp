// SPDX-License-Identifier: BSL-1.0
//
// What differs between compilers, processors, operating systems and sanitizers, and nothing else (but for
// threads: threads.hpp). Every macro of the library but its version's is defined here. A switch for users:
// SYNCMAP_INITIAL_EXEC_TLS (docs/abi.md). Switches for tests only:
// SYNCMAP_PORTABLE_TAGS (no SIMD), SYNCMAP_FULL_FENCE (readers fence for themselves, as where there is no
// membarrier), SYNCMAP_TINY (tables and thresholds so small that every rare path is common), and
// SYNCMAP_THREADS and SYNCMAP_ATOMIC (a header in place of what threads.hpp declares, or of its atomics).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <type_traits>

#include "../version.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif
#if defined(_MSC_VER)
#include <intrin.h>
#endif

// ThreadSanitizer understands neither fences nor 16-byte loads of two atomics: both have stand-ins.
#if defined(__SANITIZE_THREAD__)
#define SYNCMAP_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SYNCMAP_TSAN 1
#endif
#endif
#ifndef SYNCMAP_TSAN
#define SYNCMAP_TSAN 0
#endif

#ifndef SYNCMAP_PORTABLE_TAGS
#define SYNCMAP_PORTABLE_TAGS 0
#endif
#ifndef SYNCMAP_FULL_FENCE
#define SYNCMAP_FULL_FENCE 0
#endif

#ifndef SYNCMAP_TINY
#define SYNCMAP_TINY 0
#endif

#if defined(__unix__) || defined(__APPLE__)
#define SYNCMAP_PTHREAD 1
#else
#define SYNCMAP_PTHREAD 0
#endif
#if defined(_WIN32)
#define SYNCMAP_WINDOWS 1
#else
#define SYNCMAP_WINDOWS 0
#endif

// <chrono> takes longer to compile than the map does.
#if SYNCMAP_PTHREAD
#include <time.h>
#else
#include <chrono>
#endif

// mingw's thread_local variables, which are destroyed after their memory has been freed.
#if SYNCMAP_WINDOWS && defined(__GLIBCXX__)
#define SYNCMAP_EMULATED_TLS 1
#else
#define SYNCMAP_EMULATED_TLS 0
#endif

#if defined(__x86_64__) || defined(__i386__) ||                                                    \
    ((defined(_M_X64) || defined(_M_IX86)) && !defined(_M_ARM64EC))
#define SYNCMAP_X86 1
#else
#define SYNCMAP_X86 0
#endif
#if !SYNCMAP_PORTABLE_TAGS && !SYNCMAP_TSAN &&                                                     \
    (defined(__SSE2__) || (defined(_M_X64) && SYNCMAP_X86))
#define SYNCMAP_SSE2 1
#else
#define SYNCMAP_SSE2 0
#endif
#if !SYNCMAP_PORTABLE_TAGS && defined(__aarch64__) && defined(__ARM_NEON) && !defined(__AARCH64EB__)
#define SYNCMAP_NEON 1
#else
#define SYNCMAP_NEON 0
#endif

#if defined(__cpp_exceptions)
#define SYNCMAP_TRY try
#define SYNCMAP_CATCH(what) catch (what)
#define SYNCMAP_CATCH_ALL catch (...)
#define SYNCMAP_THROW(what) throw what
#define SYNCMAP_RETHROW throw
#else
#define SYNCMAP_TRY if constexpr (true)
#define SYNCMAP_CATCH(what) else
#define SYNCMAP_CATCH_ALL else
#define SYNCMAP_THROW(what) ::std::abort()
#define SYNCMAP_RETHROW ::std::abort()
#endif

// What a load that hits runs through, and what it must not be burdened with. Where nothing is optimised inlining
// only takes time to compile (a fifth of it, under sanitizers), and gets in a debugger's way.
#if defined(__GNUC__) && defined(__OPTIMIZE__)
#define SYNCMAP_INLINE [[gnu::always_inline]] inline
#elif defined(_MSC_VER)
#define SYNCMAP_INLINE __forceinline
#else
#define SYNCMAP_INLINE inline
#endif
#if defined(__GNUC__)
#define SYNCMAP_NOINLINE [[gnu::noinline]]
// For what is so rare that its size matters more than its speed: it would be most of the map's code.
#define SYNCMAP_RARE [[gnu::noinline, gnu::cold]]
#elif defined(_MSC_VER)
#define SYNCMAP_NOINLINE __declspec(noinline)
#define SYNCMAP_RARE __declspec(noinline)
#else
#define SYNCMAP_NOINLINE
#define SYNCMAP_RARE
#endif

// For compilers with the binary interface of Visual C++ the standard's own attribute means nothing.
#if defined(_MSC_VER)
#define SYNCMAP_NO_UNIQUE_ADDRESS [[msvc::no_unique_address]]
#else
#define SYNCMAP_NO_UNIQUE_ADDRESS [[no_unique_address]]
#endif

// How a thread's own variables are found. In a shared library each access is a call, unless the library has been loaded
// with the program: who builds one that is can say so (docs/abi.md).
#if defined(SYNCMAP_INITIAL_EXEC_TLS) && defined(__ELF__)
#define SYNCMAP_TLS [[gnu::tls_model("initial-exec")]]
#else
#define SYNCMAP_TLS
#endif

// Before a function in which numbers come round, and are meant to: clang's -fsanitize=integer asks about each.
#if defined(__clang__)
#define SYNCMAP_WRAPS [[clang::no_sanitize("integer")]]
#else
#define SYNCMAP_WRAPS
#endif

namespace syncmap::inline v0::detail {

#if defined(__cpp_exceptions)
inline constexpr bool exceptions_enabled = true;
#else
inline constexpr bool exceptions_enabled = false;
#endif

/// A number that trades time for memory, and what it is where every rare path shall be common.
template <class X>
constexpr X limit([[maybe_unused]] X usual, [[maybe_unused]] X tiny) noexcept {
#if SYNCMAP_TINY
    return tiny;
#else
    return usual;
#endif
}

/// std::min and std::max by names that nobody has as macros, as <windows.h> and Arduino have those.
template <class X>
constexpr X smaller_of(X a, X b) noexcept {
    return b < a ? b : a;
}
template <class X>
constexpr X larger_of(X a, X b) noexcept {
    return a < b ? b : a;
}

/// As much of a number as a To has room for. No cast where that is all of it: compilers would call it useless.
template <class To, class From>
constexpr To cut_to(From number) noexcept {
    if constexpr (std::is_same_v<To, From>) {
        return number;
    } else {
        return static_cast<To>(number);
    }
}

/// For what must not go on: says why and ends the process.
[[noreturn]] inline void die(const char* why) noexcept {
    std::fprintf(stderr, "syncmap: %s\n", why);
    std::abort();
}

[[noreturn]] inline void throw_invalid_argument(const char* what) {
#if defined(__cpp_exceptions)
    throw std::invalid_argument(what);
#else
    die(what);
#endif
}

[[noreturn]] inline void throw_length_error(const char* what) {
#if defined(__cpp_exceptions)
    throw std::length_error(what);
#else
    die(what);
#endif
}

[[noreturn]] inline void throw_bad_alloc() {
#if defined(__cpp_exceptions)
    throw std::bad_alloc();
#else
    die("out of memory");
#endif
}

inline void prefetch([[maybe_unused]] const void* address) noexcept {
#if defined(__GNUC__)
    __builtin_prefetch(address);
#elif defined(_MSC_VER) && SYNCMAP_X86
    _mm_prefetch(static_cast<const char*>(address), _MM_HINT_T0);
#endif
}

/// Nanoseconds of a clock that is never set back.
inline std::uint64_t clock_now() noexcept {
#if SYNCMAP_PTHREAD
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
           static_cast<std::uint64_t>(now.tv_nsec);
#else
    const std::chrono::nanoseconds now = std::chrono::steady_clock::now().time_since_epoch();
    return static_cast<std::uint64_t>(now.count());
#endif
}

/// Pages are no larger than this, or it does not matter here.
inline constexpr std::size_t largest_page = std::size_t{1} << 16U;

/// Tells the system that the contents of these pages are not needed any more: giving memory back at once is
/// a pause that grows with its size. Both ends are multiples of largest_page. Where it is not possible nothing happens:
/// not on Windows, whose heap would have to be told.
inline void forget_pages([[maybe_unused]] std::uintptr_t begin,
                         [[maybe_unused]] std::uintptr_t end) noexcept {
#if defined(__linux__)
    static_cast<void>(::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_DONTNEED));
#endif
}

}  // namespace syncmap::inline v0::detail
