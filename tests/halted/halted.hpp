// SPDX-License-Identifier: BSL-1.0
//
// What the programs in this folder share: white-box tests, each of which forces one order of steps that luck would
// hardly find. What must not happen is that a thread waits for one that is halted: an alarm ends the program then.
#pragma once

#include <syncmap/map.hpp>

#include <cstdio>
#include <cstdlib>
#include <semaphore>
#include <string>
#include <thread>

#if !defined(_WIN32)
#include <unistd.h>
#endif

namespace syncmap::inline v0::detail {
struct inspector {
    template <class Map>
    static auto* read_table(const Map& m) {
        return m.impl_.read_.std::template atomic<
            typename std::remove_reference_t<decltype(m.impl_)>::table_type*>::load();
    }
    template <class Map>
    static const void* place_of_read(const Map& m) {
        return &m.impl_.read_;
    }
    static const void* place_of_fence_stamp() { return &domain::process().fence_stamp_; }
    template <class Map>
    static garbage& garbage_of(const Map& m) {
        return m.impl_.garbage_;
    }
};
}  // namespace syncmap::inline v0::detail

using syncmap::detail::hooks;
using syncmap::detail::inspector;

inline int failures = 0;

inline void expect(bool good, const char* what) {
    if (!good) {
        std::printf("FAILED: %s\n", what);
        ++failures;
    }
}
inline int verdict() { return failures == 0 ? 0 : 1; }

/// Long enough for any machine: only a program that would never end is ended. (Where there is no alarm, by ctest.)
inline void end_if_it_hangs() {
#if !defined(_WIN32)
    ::alarm(120);
#endif
}
