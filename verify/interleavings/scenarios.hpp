// SPDX-License-Identifier: BSL-1.0
//
// The small cases: what is in the map, and what two or three threads then do at once.
#pragma once

#include <string>
#include <vector>

#include "history.hpp"

struct scenario {
    std::string name;
    std::vector<call> before;
    std::vector<std::vector<call>> threads;
    bool new_threads = false;  ///< the threads have never used a map before
    unsigned effort = 1;       ///< so many times the usual number of executions
    bool nested = false;       ///< copying a value that is no word looks into another map
};

[[nodiscard]] const std::vector<scenario>& all_scenarios();
