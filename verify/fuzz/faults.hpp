// SPDX-License-Identifier: BSL-1.0
//
// Failures on purpose. Whatever may fail is a point: an allocation by the map or by anybody else, a
// copy, a move, a hash, a comparison, a callback. Armed, the n-th point of the chosen kinds throws:
// once, or each one from then on. Single-threaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

namespace fuzz {

/// What must hold. Says what does not, and ends the process: the fuzzers keep the input.
inline void require(bool holds, const char* what) {
    if (!holds) {
        std::fprintf(stderr, "\nVIOLATION: %s\n", what);
        std::abort();
    }
}

/// No allocation may be larger: who asks for more has miscalculated, or wants to see it fail.
inline constexpr std::size_t most_at_once = std::size_t{1} << 28;

struct injected : std::exception {
    const char* what() const noexcept override { return "injected"; }
};

/// Kinds of points, to be combined.
enum fault : std::uint8_t {
    none = 0,
    map_memory = 1,    ///< through the map's allocator
    other_memory = 2,  ///< through operator new (faults.cpp)
    copying = 4,
    moving = 8,
    hashing = 16,
    comparing = 32,
    calling = 64,
    anything = 127,
};

struct fault_plan {
    std::uint8_t kinds = none;
    std::uint8_t after = 0;  ///< this many points come to no harm
    bool for_good = false;
};

class faults {
public:
    static void point(fault kind) {
        if ((plan_.kinds & kind) == 0) return;
        if (plan_.after != 0) {
            --plan_.after;
            return;
        }
        if (!plan_.for_good) plan_.kinds = none;
        fired_ = kind;
        if (kind == map_memory || kind == other_memory) throw std::bad_alloc();
        throw injected();
    }

    /// While it lives this plan is in force, and afterwards the one before.
    class scope {
    public:
        explicit scope(const fault_plan& plan) : before_(plan_), fired_before_(fired_) {
            plan_ = plan;
            fired_ = none;
        }
        scope(const scope&) = delete;
        scope& operator=(const scope&) = delete;
        ~scope() {
            plan_ = before_;
            fired_ = fired_before_;
        }
        /// The kind of the last point that threw.
        [[nodiscard]] fault fired() const { return faults::fired_; }
        /// What is left of the plan.
        [[nodiscard]] fault_plan rest() const { return plan_; }

    private:
        fault_plan before_;
        fault fired_before_;
    };

    /// Nothing fails while it lives: for what belongs to the test and not to the map.
    class pause {
    public:
        pause() : before_(plan_) { plan_ = {}; }
        pause(const pause&) = delete;
        pause& operator=(const pause&) = delete;
        ~pause() { plan_ = before_; }

    private:
        fault_plan before_;
    };

private:
    static inline fault_plan plan_;
    static inline fault fired_ = none;
};

}  // namespace fuzz
