// SPDX-License-Identifier: BSL-1.0
//
// A memory as weak as C++ allows, almost: an operational model, with views.
//
// Every atomic location that is written has the list of its values (the modification order). A thread's view
// says, for each location, which value is the oldest that it may still read; a release store puts the
// writer's view beside the value, an acquire load that reads it joins that into the reader's. So a load may
// pass an earlier store, and two loads may see two writes the wrong way round, exactly where the memory orders
// allow it. A view counts the threads' steps too, and so it says what *happened before*.
//
// What is sequentially consistent is no stronger than [atomics.order] makes it. All such operations and fences
// are in one order, that in which they are executed, and share a view of places only (`in_order`):
// - A load, store or read-modify-write puts there what it has read or written. A load reads nothing older
//   than what it finds there for its own location, and learns nothing about others. Beside that it acquires,
//   a store releases, and a read-modify-write does both: none of them is a fence.
// - A fence puts all that its thread has seen there, and its thread has then seen all that is there. That
//   is no synchronisation: nothing happens before anything else by it, but what relaxed loads have read
//   before is acquired, and relaxed stores release from then on.
// A fence everywhere (membarrier) is one of every thread at once, and all of them synchronise with each other.
//
// Not modelled: a load that reads a value that is stored later (load buffering), a store that enters the
// modification order before one that has been made already, an order of what is sequentially consistent that
// contradicts happens-before (as C++20 allows where other operations are mixed in), a compare_exchange that
// fails for no reason, or because it has read an old value.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

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
[[nodiscard]] unsigned readable(const knowledge& by, const void* at,
                                std::memory_order order) noexcept;

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
/// One of all these threads at once.
void fence_everywhere(const std::vector<knowledge*>& all) noexcept;

/// The newest value.
[[nodiscard]] std::uint64_t newest(const void* at, std::size_t size) noexcept;

}  // namespace memory
