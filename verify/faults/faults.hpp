// SPDX-License-Identifier: BSL-1.0
//
// What the programs of this folder share. Each is called with `short` or `long`, draws its dice from
// SYNCMAP_SEED (printed with a violation), ends with one line of what it covered, and with 1 if a
// promise was broken. Nothing is promised by the clock: `eventually` only gives up very late.
#pragma once

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>

namespace faults {

struct settings {
    const char* program = "";
    bool long_form = false;
    std::uint64_t seed = 1;
    double seconds = 0;  ///< SYNCMAP_SECONDS, for programs that run for a time

    template <class N>
    [[nodiscard]] N pick(N in_short, N in_long) const {
        return long_form ? in_long : in_short;
    }
};
inline settings running;

inline void begin(int argc, char** argv, double short_seconds = 0, double long_seconds = 0) {
    if (argc < 2 || (std::strcmp(argv[1], "short") != 0 && std::strcmp(argv[1], "long") != 0)) {
        std::fprintf(stderr, "usage: %s short|long\n", argv[0]);
        std::exit(2);
    }
    const char* const slash = std::strrchr(argv[0], '/');
    running.program = slash != nullptr ? slash + 1 : argv[0];
    running.long_form = std::strcmp(argv[1], "long") == 0;
    const char* const seed = std::getenv("SYNCMAP_SEED");
    running.seed = seed != nullptr ? std::strtoull(seed, nullptr, 10) : 1;
    const char* const seconds = std::getenv("SYNCMAP_SECONDS");
    running.seconds = seconds != nullptr ? std::strtod(seconds, nullptr)
                                         : running.pick(short_seconds, long_seconds);
}

/// Ends the process without destructors: other threads may be anywhere, and for ever.
[[noreturn]] inline void violation(const std::string& what) {
    std::fprintf(stderr, "%s: VIOLATION: %s (SYNCMAP_SEED=%llu)\n", running.program, what.c_str(),
                 static_cast<unsigned long long>(running.seed));
    std::fflush(nullptr);
    std::_Exit(1);
}

inline void require(bool kept, const std::string& promise) {
    if (!kept) [[unlikely]]
        violation("not so: " + promise);
}
inline void require(bool kept, const char* promise) {
    if (!kept) [[unlikely]]
        violation(std::string("not so: ") + promise);
}

/// Asks again and again, more and more seldom; false after `patience`.
template <class Condition>
bool comes_true(const Condition& condition, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    for (unsigned round = 0; !condition(); ++round) {
        if (round < 100)
            std::this_thread::yield();
        else if (std::chrono::steady_clock::now() > end)
            return false;
        else
            std::this_thread::sleep_for(std::chrono::microseconds(round < 1000 ? 20 : 1000));
    }
    return true;
}

/// What must come about, on a machine however busy.
template <class Condition>
void eventually(const Condition& condition, const char* promise) {
    if (!comes_true(condition, std::chrono::seconds(60)))
        violation(std::string("does not come about within a minute: ") + promise);
}

class dice {
public:
    explicit dice(std::uint64_t stream) : state_(running.seed * 0x9e3779b97f4a7c15 + stream + 1) {
        for (int i = 0; i < 4; ++i) roll();
    }
    std::uint64_t operator()(std::uint64_t faces) { return roll() % faces; }
    std::uint64_t word() { return roll(); }

private:
    std::uint64_t roll() {
        state_ += 0x9e3779b97f4a7c15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
        z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
        return z ^ (z >> 31);
    }
    std::uint64_t state_;
};

inline std::string text(std::uint64_t n) {
    return (n % 2 != 0 ? "t" : "a text that is too long to be stored in its object ") +
           std::to_string(n);
}

inline std::size_t resident_bytes() {
    std::size_t total = 0;
    std::size_t resident = 0;
    if (std::FILE* const f = std::fopen("/proc/self/statm", "r")) {
        if (std::fscanf(f, "%zu %zu", &total, &resident) != 2) resident = 0;
        std::fclose(f);
    }
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace faults
