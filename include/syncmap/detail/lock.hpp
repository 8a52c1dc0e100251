// SPDX-License-Identifier: BSL-1.0
//
// The lock by which the writers of a bucket exclude each other: 4 bytes, spins for up to 50 microseconds, then
// parks.
//
// Taking it is one read-modify-write, and so is giving it back, which does two more things at once: it is
// the full fence that ends every write (what the write has done is seen by all before its thread looks at
// anything else: engine.hpp, I5), and it tells whether somebody waits.
// I1  Whoever parks has first made the state `awaited`; whoever finds that when giving back wakes one, and
//     who has waited takes the lock as `awaited`: others may be parked still.
// I2  A load, which must not make a system call, takes the lock as `lent`. Nobody parks then: who waits
//     yields, and sleeps after a while, until it is free. So those who are parked already lose nothing: one of them has been woken
//     when the lock became free before, and is among those who yield.
// Used by all who write to buckets, and by garbage.hpp.
#pragma once

#include <utility>

#include "reclaim/epoch.hpp"

namespace syncmap::inline v0::detail {

class bucket_lock {
public:
    bool try_lock() noexcept { return take(held); }
    SYNCMAP_INLINE void lock() noexcept {
        if (!try_lock()) [[unlikely]] {
            lock_slowly();
        }
    }
    SYNCMAP_INLINE void unlock() noexcept {
        // (B5) release: pairs with (B4).
        if (exchange_and_fence(state_, free) == awaited) [[unlikely]] {
            wake_one(state_);
        }
    }

    /// For a load that helps; to be given back by give_back().
    bool try_borrow() noexcept { return take(lent); }
    void give_back() noexcept { state_.store(free, std::memory_order_release); }  // (B5)

private:
    static constexpr std::uint32_t free = 0;
    static constexpr std::uint32_t held = 1;     ///< by a writer
    static constexpr std::uint32_t awaited = 2;  ///< the same, and somebody may be parked
    static constexpr std::uint32_t lent = 3;     ///< to a load

    bool take(std::uint32_t as) noexcept {
        std::uint32_t expected = free;
        // (B4) acquire: pairs with the release in (B5).
        return state_.compare_exchange_strong(expected, as, std::memory_order_acquire,
                                              std::memory_order_relaxed);
    }

    SYNCMAP_RARE void lock_slowly() noexcept {
        for (spinner wait; wait.again();) {
            if (state_.load(std::memory_order_relaxed) == free && try_lock()) {
                return;
            }
        }
        for (int lent_for = 0; !take(awaited);) {
            std::uint32_t now = held;
            if (state_.compare_exchange_strong(now, awaited, std::memory_order_relaxed) ||
                now == awaited) {
                wait_while(state_, awaited);
            } else if (now == lent && ++lent_for < 100) {
                yield();
            } else if (now == lent) {
                sleep_briefly();  // to a load that has lost its processor
            }
        }
    }

    atomic<std::uint32_t> state_{free};
};

/// Around user code that runs while this thread holds a lock of a map's bucket (Hash, KeyEqual, the allocator and
/// what it calls, such as a std::new_handler). If it came back to that map to write, it would wait for itself:
/// debug builds say so instead.
class under_lock {
public:
    explicit under_lock([[maybe_unused]] const void* map) noexcept {
#ifndef NDEBUG
        outer_ = std::exchange(this_thread.locks, this);
        map_ = map;
#endif
    }
    under_lock(const under_lock&) = delete;
    under_lock& operator=(const under_lock&) = delete;
    ~under_lock() {
#ifndef NDEBUG
        this_thread.locks = outer_;
#endif
    }

    static void assert_not_under([[maybe_unused]] const void* map) noexcept {
#ifndef NDEBUG
        for (const under_lock* at = this_thread.locks; at != nullptr; at = at->outer_) {
            if (at->map_ == map) {
                die("Hash, KeyEqual or an allocator has come back to the map that is calling it: "
                    "it would wait for itself");
            }
        }
#endif
    }

private:
#ifndef NDEBUG
    const under_lock* outer_ = nullptr;
    const void* map_ = nullptr;
#endif
};

/// Holds a lock for a block, in which user code of the map may run.
class lock_guard {
public:
    SYNCMAP_INLINE lock_guard(bucket_lock& lock, const void* map) noexcept
        : lock_(lock), user_code_(map) {
        lock_.lock();
    }
    lock_guard(const lock_guard&) = delete;
    lock_guard& operator=(const lock_guard&) = delete;
    SYNCMAP_INLINE ~lock_guard() { lock_.unlock(); }

private:
    bucket_lock& lock_;
    SYNCMAP_NO_UNIQUE_ADDRESS under_lock user_code_;
};

}  // namespace syncmap::inline v0::detail
