// SPDX-License-Identifier: BSL-1.0
//
// The machine that the engine's threads run on: fibers, of which one moves at a time, and a memory in which
// a thread may see old values.
//
// What a thread reads, and what has happened before what, is decided in memory.hpp; with that, each access
// to a block of the arena is checked: it must happen after the block's allocation, and before its release.
//
// The threads ask a *guide* wherever there is more than one way to go on (explore.hpp).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <source_location>
#include <string>
#include <vector>

#include "arena.hpp"
#include "memory.hpp"

namespace machine {

using where = std::source_location;
inline constexpr unsigned max_threads = arena::max_threads;

enum class choice {
    first,    ///< which thread begins, or goes on when one has ended or waits: free
    preempt,  ///< 0: the same thread goes on
    yield,    ///< 0: the thread that has waited longest goes on; the one that asks stands back
    stale,    ///< 0: the newest value is read, 1: the one before, ...
};

class guide {
public:
    guide() = default;
    guide(const guide&) = delete;
    guide& operator=(const guide&) = delete;
    virtual ~guide() = default;
    /// A number below `count`. `threads[i]` is the thread that choosing i lets go on (null for `stale`).
    /// `at` is the number of steps so far.
    virtual unsigned choose(choice what, std::uint64_t at, unsigned count,
                            const unsigned* threads) = 0;
};

/// Whether an execution is going on: otherwise atomics are plain variables.
[[nodiscard]] bool running() noexcept;
[[nodiscard]] unsigned current_thread() noexcept;

/// Runs the bodies as threads, to their end; what breaks a rule ends in violation().
void run(const std::vector<std::function<void()>>& bodies, guide& by);
/// What to do when a thread gets the processor (true) or loses it: swap what it has in thread_local variables.
void on_switch(void (*swap)(unsigned thread, bool gets_it)) noexcept;

struct counts {
    std::uint64_t steps = 0;        ///< atomic operations
    std::uint64_t switches = 0;     ///< from a thread that could have gone on
    std::uint64_t stale_loads = 0;  ///< loads that read an older value than the newest
};
[[nodiscard]] counts last_run() noexcept;

/// A number of steps of each thread.
using steps = std::array<std::uint16_t, max_threads>;
/// What a thread knows to have happened before this moment.
[[nodiscard]] steps now();

[[noreturn]] void violation(const std::string& what);
[[noreturn]] void give_up(const std::string& what);
/// What violation() and crashes call, once; it must not return.
void on_violation(std::function<void(const std::string&)> handler);
/// Prints every step, and takes every location for shared.
void trace_all() noexcept;
void say(const std::string& line);

/// A thread has nothing to do until others have got further.
void let_others_run(where from);
/// An access to memory that is not an atomic's: checked, and a place where others may come in.
void touch(const void* at, bool writes, where from = where::current());

// What the instrumented atomics are made of. `size` is 1, 2, 4 or 8; values are passed as bits.
std::uint64_t load(const void* at, std::size_t size, std::memory_order order, where from);
void store(void* at, std::size_t size, std::uint64_t value, std::memory_order order, where from);
/// Replaces the value by change(value), or leaves it if that returns false. Returns the old value.
std::uint64_t read_modify_write(void* at, std::size_t size, std::memory_order success,
                                std::memory_order failure, const char* name,
                                const std::function<bool(std::uint64_t&)>& change, where from);
void wait(const void* at, std::size_t size, std::uint64_t old, where from);
void notify_one(const void* at, where from);
void fence(where from);
void fence_everywhere(where from);
/// An atomic variable begins its life here (again, perhaps).
void constructed(const void* at) noexcept;

// For the arena.
void allocated(arena::block& b) noexcept;
void about_to_free(arena::block& b);

}  // namespace machine
