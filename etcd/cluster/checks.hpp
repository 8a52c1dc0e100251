// SPDX-License-Identifier: BSL-1.0
//
// What has to be true at the end: nothing lost, nothing made up, nobody waited.
#pragma once

#include <string>
#include <vector>

#include "course.hpp"

namespace cluster {

struct check_result {
    bool holds;
    std::string sentence;   // what was looked at, with its numbers
    std::string problem{};  // the first thing that contradicts
};

std::vector<check_result> check_all(const outcome& o);

}  // namespace cluster
