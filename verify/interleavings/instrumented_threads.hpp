// SPDX-License-Identifier: BSL-1.0
//
// What include/syncmap/detail/threads.hpp declares, on the machine of machine.hpp. Each operation is a step of
// the machine; when no execution is going on (setting up, checking) it is a plain one.
#pragma once

#include <algorithm>
#include <cstring>
#include <type_traits>

#include "machine.hpp"

namespace syncmap::inline v0::detail {

template <class X>
class atomic {
public:
    constexpr atomic() noexcept : atomic(X{}) {}
    constexpr atomic(X value) noexcept : value_(value) {  // NOLINT: as std::atomic's
        if (!std::is_constant_evaluated()) {
            machine::constructed(&value_);
        }
    }
    atomic(const atomic&) = delete;
    atomic& operator=(const atomic&) = delete;

    X load(std::memory_order order, machine::where from = machine::where::current()) const {
        return machine::running() ? value_of(machine::load(&value_, sizeof(X), order, from))
                                  : value_;
    }
    void store(X value, std::memory_order order, machine::where from = machine::where::current()) {
        if (machine::running()) {
            machine::store(&value_, sizeof(X), bits_of(value), order, from);
        } else {
            value_ = value;
        }
    }
    X exchange(X value, std::memory_order order, machine::where from = machine::where::current()) {
        return change(order, order, "exchange", [&](X& now) { return now = value, true; }, from);
    }
    bool compare_exchange_strong(X& expected, X desired, std::memory_order success,
                                 std::memory_order failure,
                                 machine::where from = machine::where::current()) {
        const X wanted = expected;
        expected = change(
            success, failure, "compare_exchange",
            [&](X& now) { return now == wanted && (now = desired, true); }, from);
        return expected == wanted;
    }
    bool compare_exchange_strong(X& expected, X desired, std::memory_order order,
                                 machine::where from = machine::where::current()) {
        return compare_exchange_strong(expected, desired, order, order, from);
    }
    bool compare_exchange_weak(X& expected, X desired, std::memory_order success,
                               std::memory_order failure,
                               machine::where from = machine::where::current()) {
        return compare_exchange_strong(expected, desired, success, failure, from);
    }
    bool compare_exchange_weak(X& expected, X desired, std::memory_order order,
                               machine::where from = machine::where::current()) {
        return compare_exchange_strong(expected, desired, order, order, from);
    }
    template <class Y>
    X fetch_add(Y more, std::memory_order order, machine::where from = machine::where::current()) {
        return change(
            order, order, "fetch_add",
            [&](X& now) { return now = static_cast<X>(now + static_cast<X>(more)), true; }, from);
    }
    template <class Y>
    X fetch_sub(Y less, std::memory_order order, machine::where from = machine::where::current()) {
        return change(
            order, order, "fetch_sub",
            [&](X& now) { return now = static_cast<X>(now - static_cast<X>(less)), true; }, from);
    }
    [[nodiscard]] const void* place() const noexcept { return &value_; }

private:
    static std::uint64_t bits_of(X value) noexcept {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof(X));
        return bits;
    }
    static X value_of(std::uint64_t bits) noexcept {
        X value;
        std::memcpy(&value, &bits, sizeof(X));
        return value;
    }
    template <class F>
    X change(std::memory_order success, std::memory_order failure, const char* name, F&& f,
             machine::where from) {
        if (!machine::running()) {
            const X old = value_;
            static_cast<void>(f(value_));
            return old;
        }
        return value_of(machine::read_modify_write(
            &value_, sizeof(X), success, failure, name,
            [&](std::uint64_t& bits) {
                X value = value_of(bits);
                const bool changed = f(value);
                bits = bits_of(value);
                return changed;
            },
            from));
    }

    alignas(sizeof(X)) X value_;
};

inline void wait_while(const atomic<std::uint32_t>& word, std::uint32_t old,
                       machine::where from = machine::where::current()) {
    machine::wait(word.place(), sizeof(old), old, from);
}
inline void wake_one(const atomic<std::uint32_t>& word,
                     machine::where from = machine::where::current()) {
    machine::notify_one(word.place(), from);
}

inline void short_pause(machine::where from = machine::where::current()) {
    machine::let_others_run(from);
}
inline void yield(machine::where from = machine::where::current()) {
    machine::let_others_run(from);
}
inline void sleep_briefly(machine::where from = machine::where::current()) {
    machine::let_others_run(from);
}
inline void full_fence(machine::where from = machine::where::current()) { machine::fence(from); }

/// Readers without a fence of their own, unless SYNCMAP_FULL_FENCE asks for the other protocol.
inline bool register_barrier_everywhere() noexcept { return !SYNCMAP_FULL_FENCE; }
inline bool barrier_everywhere(machine::where from = machine::where::current()) {
    machine::fence_everywhere(from);
    return true;
}
/// As if every thread had executed a fence while this one waited.
inline void let_stores_take_effect(machine::where from = machine::where::current()) {
    machine::fence_everywhere(from);
}

using thread_id = unsigned;
inline thread_id calling_thread() noexcept { return machine::current_thread(); }
inline bool same_thread(thread_id a, thread_id b) noexcept { return a == b; }

}  // namespace syncmap::inline v0::detail
