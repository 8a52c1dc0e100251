// SPDX-License-Identifier: BSL-1.0
//
// Atomics that let a test stop a thread between two steps of the library's own code: SYNCMAP_ATOMIC names this
// header. A thread sets its own hooks, which are called before each step with the place in memory.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>

namespace syncmap::inline v0::detail {

struct step_hooks {
    void (*load)(const void* at) = nullptr;
    void (*store)(const void* at, std::uint64_t value) = nullptr;
    void (*change)(const void* at) = nullptr;  ///< an atomic read-modify-write
};
inline thread_local step_hooks hooks;

template <class X>
class halting_atomic : public std::atomic<X> {
public:
    using base = std::atomic<X>;
    using base::base;

    X load(std::memory_order order) const noexcept {
        if (hooks.load != nullptr) {
            hooks.load(this);
        }
        return base::load(order);
    }
    void store(X value, std::memory_order order) noexcept {
        if (hooks.store != nullptr) {
            std::uint64_t bits = 0;
            std::memcpy(&bits, &value, sizeof(value));
            hooks.store(this, bits);
        }
        base::store(value, order);
    }
    X exchange(X value, std::memory_order order) noexcept {
        change();
        return base::exchange(value, order);
    }
    template <class... Orders>
    bool compare_exchange_strong(X& expected, X desired, Orders... orders) noexcept {
        change();
        return base::compare_exchange_strong(expected, desired, orders...);
    }
    template <class... Orders>
    bool compare_exchange_weak(X& expected, X desired, Orders... orders) noexcept {
        change();
        return base::compare_exchange_weak(expected, desired, orders...);
    }
    template <class Y>
    X fetch_add(Y more, std::memory_order order) noexcept {
        change();
        return base::fetch_add(static_cast<X>(more), order);
    }
    template <class Y>
    X fetch_sub(Y less, std::memory_order order) noexcept {
        change();
        return base::fetch_sub(static_cast<X>(less), order);
    }

private:
    void change() const noexcept {
        if (hooks.change != nullptr) {
            hooks.change(this);
        }
    }
};

template <class X>
using atomic = halting_atomic<X>;

}  // namespace syncmap::inline v0::detail
