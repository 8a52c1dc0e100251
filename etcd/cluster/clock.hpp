// SPDX-License-Identifier: BSL-1.0
//
// The time, as all processes of this machine have it.
#pragma once

#include <chrono>
#include <cstdint>

namespace cluster {

using steady = std::chrono::steady_clock;

/// Microseconds since some moment that is the same for all processes until this machine is started again.
inline std::int64_t now_us() {
    return std::chrono::duration_cast<std::chrono::microseconds>(steady::now().time_since_epoch())
        .count();
}

inline constexpr std::int64_t slot_us = 100'000;  // what is counted together

}  // namespace cluster
