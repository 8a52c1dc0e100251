// SPDX-License-Identifier: BSL-1.0
//
// A memory as weak as C++ allows, almost: an operational model, with views.
//
// Every atomic location that is written has the list of its values (the modification order). A thread's view
// says, for each location, which value is the oldest that it may still read; a release store puts the
// writer's view beside the value, an acquire load that reads it joins that into the reader's. So a load may
// pass an earlier store, and two loads may see two writes the wrong way round, exactly where the memory orders
// allow it. A sequentially consistent fence joins with a view that all such fences share; a fence
// everywhere (membarrier) does that for all threads at once.
// A view counts the threads' steps too, and so it says what *happened before*.
// Not modelled: a load that reads a value that is stored later (load buffering), a store that enters the
// modification order before one that has been made already, a compare_exchange_weak that fails for no reason.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "arena.hpp"

namespace memory {

inline constexpr std::size_t max_locations = 252;

/// For each thread its last step, for each location a place in its list of values.
using view = std::array<std::uint16_t, arena::max_threads + max_locations>;

/// What one thread knows.
struct knowledge {
    view seen{};      ///< what it can no longer miss
    view acquired{};  ///< what it has read without acquiring: a fence will join it to `seen`
    view released{};  ///< what it had seen at its last fence: goes beside its relaxed stores
};

/// Forgets all histories: every location has the one value that is in it.
void reset() noexcept;
/// An atomic variable begins its life at this address (again, perhaps).
void forget(const void* at) noexcept;

/// How many different values the thread may read: the newest, and those before it that it has not yet seen passed.
[[nodiscard]] unsigned readable(const knowledge& by, const void* at) noexcept;

// Values are passed as bits; `size` is 1, 2, 4 or 8 bytes.

/// `back`: how many values before the newest, less than readable().
std::uint64_t load(knowledge& by, const void* at, std::size_t size, std::memory_order order,
                   unsigned back);
void store(knowledge& by, void* at, std::size_t size, std::uint64_t value, std::memory_order order);

struct change {
    std::uint64_t before;
    std::uint64_t after;
    bool made;
};
/// Replaces the newest value by what `f` makes of it, or leaves it if that returns false.
change read_modify_write(knowledge& by, void* at, std::size_t size, std::memory_order success,
                         std::memory_order failure, const std::function<bool(std::uint64_t&)>& f);
/// A sequentially consistent one.
void fence(knowledge& by) noexcept;

/// The newest value.
[[nodiscard]] std::uint64_t newest(const void* at, std::size_t size) noexcept;

}  // namespace memory
