// SPDX-License-Identifier: BSL-1.0
//
// Scenarios that nobody has thought of: each comes from a number, and always the same from the same one.
#pragma once

#include "scenarios.hpp"

[[nodiscard]] scenario random_scenario(std::uint64_t seed);

/// As it would stand in scenarios.cpp.
[[nodiscard]] std::string to_code(const scenario& s);
