// SPDX-License-Identifier: BSL-1.0
//
// Atomics before which a thread may take its time: SYNCMAP_ATOMIC names this header. Between any two steps of
// the map others get much further than they usually do, so that a state which lasts for a nanosecond is seen.
#pragma once

#include <atomic>

#include "delays.hpp"

namespace syncmap::inline v0::detail {

template <class X>
class atomic : public std::atomic<X> {
    using base = std::atomic<X>;

    /// Mostly for a short while, now and then for as long as several calls take.
    static void stop_now_and_then() noexcept {
        using namespace linearizability;
        if (my_pace.stops && my_dice.one_in(16)) {
            spin(my_dice(std::uint64_t{1} << my_dice(14)));
        }
    }

public:
    using base::base;

    X load(std::memory_order order) const noexcept {
        stop_now_and_then();
        return base::load(order);
    }
    void store(X value, std::memory_order order) noexcept {
        stop_now_and_then();
        base::store(value, order);
    }
    X exchange(X value, std::memory_order order) noexcept {
        stop_now_and_then();
        return base::exchange(value, order);
    }
    template <class... Orders>
    bool compare_exchange_strong(X& expected, X desired, Orders... orders) noexcept {
        stop_now_and_then();
        return base::compare_exchange_strong(expected, desired, orders...);
    }
    template <class... Orders>
    bool compare_exchange_weak(X& expected, X desired, Orders... orders) noexcept {
        stop_now_and_then();
        return base::compare_exchange_weak(expected, desired, orders...);
    }
    template <class Difference>
    X fetch_add(Difference difference, std::memory_order order) noexcept {
        stop_now_and_then();
        return base::fetch_add(difference, order);
    }
    template <class Difference>
    X fetch_sub(Difference difference, std::memory_order order) noexcept {
        stop_now_and_then();
        return base::fetch_sub(difference, order);
    }
};

}  // namespace syncmap::inline v0::detail
