// SPDX-License-Identifier: BSL-1.0
//
// For test programs: a broken promise is named and ends the process, also where nothing can be
// thrown or returned any more.
#pragma once

#include <cstdio>
#include <cstdlib>

enum class sanitizer { none, address, thread };
inline constexpr sanitizer built_with =
#if defined(__SANITIZE_THREAD__)
    sanitizer::thread;
#elif defined(__SANITIZE_ADDRESS__)
    sanitizer::address;
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
    sanitizer::thread;
#elif __has_feature(address_sanitizer)
    sanitizer::address;
#else
    sanitizer::none;
#endif
#else
    sanitizer::none;
#endif

inline void check(bool kept, const char* promise) {
    if (kept) return;
    std::fprintf(stderr, "broken: %s\n", promise);
    std::_Exit(1);
}
