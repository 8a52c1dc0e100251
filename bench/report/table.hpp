// SPDX-License-Identifier: BSL-1.0
//
// Results as tables for a terminal.
#pragma once

#include "../results.hpp"

#include <string>

namespace bench {

/// All tables, the failures, and a warning if the machine was busy. Lines are no longer than `width`, where
/// one column of figures fits.
std::string to_text(const results& r, std::size_t width);

/// 1000 as 1k, 2500000 as 2.5M
std::string count_text(std::uint64_t n);

}  // namespace bench
