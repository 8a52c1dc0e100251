// SPDX-License-Identifier: BSL-1.0
//
// Whether the machine does something else meanwhile: a loop that takes the same time on an idle machine is timed
// before each repetition, and threads tell how long they had to wait for a processor.
#pragma once

#include "clock.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>

namespace bench {

class noise_detector {
public:
    static constexpr double tolerated_slowdown = 1.10;
    static constexpr double tolerated_waiting = 0.02;

    /// Times the loop, in about 2 ms. How many times slower it was than the fastest so far.
    double calibrate() {
        const std::uint64_t start = now_ns();
        for (int i = 0; i < 400'000; ++i)  // each step waits for the one before
            state_ = state_ * 6364136223846793005 + 1442695040888963407;
        keep(state_);
        const auto ns = static_cast<double>(now_ns() - start);
        fastest_ = std::min(fastest_, ns);
        return ns / fastest_;
    }

    /// Notes one repetition; says whether it was disturbed.
    bool note(double slowdown, double waiting) {
        ++repetitions_;
        const bool bad = slowdown > tolerated_slowdown || waiting > tolerated_waiting;
        disturbed_ += bad;
        worst_slowdown_ = std::max(worst_slowdown_, slowdown);
        worst_waiting_ = std::max(worst_waiting_, waiting);
        return bad;
    }

    unsigned repetitions() const { return repetitions_; }
    unsigned disturbed() const { return disturbed_; }
    double worst_slowdown() const { return worst_slowdown_; }
    double worst_waiting() const { return worst_waiting_; }
    bool worth_a_warning() const { return disturbed_ * 10 > repetitions_; }

private:
    static void keep(std::uint64_t x) { asm volatile("" : : "r"(x)); }

    std::uint64_t state_ = 1;
    double fastest_ = std::numeric_limits<double>::infinity();
    unsigned repetitions_ = 0;
    unsigned disturbed_ = 0;
    double worst_slowdown_ = 1;
    double worst_waiting_ = 0;
};

}  // namespace bench
