// SPDX-License-Identifier: BSL-1.0
//
// The outcome in words and two tables, for a terminal of 100 columns.
#pragma once

#include <string>
#include <vector>

#include "checks.hpp"
#include "course.hpp"

namespace cluster {

std::string report(const outcome& o, const std::vector<check_result>& checks);

/// What an error_kind is called.
std::string kind_name(int kind);

}  // namespace cluster
