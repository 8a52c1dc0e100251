// SPDX-License-Identifier: BSL-1.0
//
// For test programs that are more than a function: a broken promise is named and ends the process,
// also where nothing can be thrown or returned any more.
#pragma once

#include <cstdio>
#include <cstdlib>

inline void check(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken: %s\n", promise);
    std::_Exit(1);
}
