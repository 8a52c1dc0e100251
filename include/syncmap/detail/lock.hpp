// SPDX-License-Identifier: BSL-1.0
//
// The lock by which the writers of a bucket exclude each other: 4 bytes, spins briefly, then parks.
//
// Taking it is one read-modify-write; giving it back is a plain store, and a look whether anybody is parked.
// So that neither misses the other, the one who is about to park makes every thread fence (as in epoch.hpp)
// between announcing itself and looking at the lock again: whoever unlocks either sees it, or is seen.
// Used by all who write to buckets, and by garbage.hpp.
#pragma once

#include "epoch.hpp"

namespace syncmap::inline v0::detail {

class bucket_lock {
public:
    bool try_lock() noexcept {
        std::uint32_t expected = free;
        // (B4) acquire: pairs with the release in (B5).
        return state_.compare_exchange_strong(expected, held, std::memory_order_acquire,
                                              std::memory_order_relaxed);
    }
    SYNCMAP_INLINE void lock(domain& home) noexcept {
        if (!try_lock()) [[unlikely]] {
            lock_slowly(home);
        }
    }
    SYNCMAP_INLINE void unlock(domain& home) noexcept {
        // (B5) release: pairs with (B4).
        state_.store(free, std::memory_order_release);
        // (B6) Either this sees who is parked, or that one sees the store: pairs with (B7).
        home.fence_if_readers_do();
        if (home.parked(this).load(std::memory_order_relaxed) != 0) [[unlikely]] {
            wake_one(state_);
        }
    }

private:
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;

    SYNCMAP_NOINLINE void lock_slowly(domain& home) noexcept {
        for (int spin = 0; spin < limit(100, 1); ++spin) {
            cpu_relax();
            if (state_.load(std::memory_order_relaxed) == free && try_lock()) {
                return;
            }
        }
        atomic<std::uint32_t>& parked = home.parked(this);
        parked.fetch_add(1, std::memory_order_relaxed);
        home.fence_everywhere();  // (B7)
        while (!try_lock()) {
            wait_while(state_, held);
        }
        parked.fetch_sub(1, std::memory_order_relaxed);
    }

    atomic<std::uint32_t> state_{free};
};

/// Holds a lock for a block.
class lock_guard {
public:
    lock_guard(bucket_lock& lock, domain& home) noexcept : lock_(lock), home_(home) {
        lock_.lock(home_);
    }
    lock_guard(const lock_guard&) = delete;
    lock_guard& operator=(const lock_guard&) = delete;
    ~lock_guard() { lock_.unlock(home_); }

private:
    bucket_lock& lock_;
    domain& home_;
};

}  // namespace syncmap::inline v0::detail
