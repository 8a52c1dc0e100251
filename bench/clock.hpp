// SPDX-License-Identifier: BSL-1.0
//
// Three clocks: wall time; the processor's counter for single operations, which costs about as much as a
// hash table's lookup; and the time that this thread could have run but had to wait for a processor.
#pragma once

#include <cstdint>
#include <ctime>

#include <fcntl.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

namespace bench {

/// Nanoseconds of CLOCK_MONOTONIC.
inline std::uint64_t now_ns() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000 +
           static_cast<std::uint64_t>(t.tv_nsec);
}

/// Ticks of the fastest clock there is.
inline std::uint64_t ticks() {
#if defined(__x86_64__)
    return __rdtsc();
#else
    return now_ns();
#endif
}

/// Measured once a process, in 20 ms.
inline double ns_per_tick() {
    static const double measured = [] {
        const std::uint64_t start_ns = now_ns();
        const std::uint64_t start = ticks();
        while (now_ns() - start_ns < 20'000'000) {
        }
        return static_cast<double>(now_ns() - start_ns) / static_cast<double>(ticks() - start);
    }();
    return measured;
}

/// How long this thread has been ready to run while others had its processor. Linux tells; elsewhere it is
/// 0 for ever. A call takes about a microsecond.
class preemption_clock {
public:
    preemption_clock() : file_(open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC)) {}
    ~preemption_clock() {
        if (file_ >= 0) close(file_);
    }
    preemption_clock(const preemption_clock&) = delete;
    preemption_clock& operator=(const preemption_clock&) = delete;

    std::uint64_t ns() const {
        char text[64];
        const ssize_t length = file_ < 0 ? -1 : pread(file_, text, sizeof(text) - 1, 0);
        if (length <= 0) return 0;
        text[length] = '\0';
        const char* at = text;  // "RUNNING WAITING SLICES"
        while (*at != '\0' && *at != ' ') ++at;
        std::uint64_t waiting = 0;
        for (++at; *at >= '0' && *at <= '9'; ++at)
            waiting = waiting * 10 + static_cast<std::uint64_t>(*at - '0');
        return waiting;
    }

private:
    int file_;
};

}  // namespace bench
