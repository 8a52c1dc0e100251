// SPDX-License-Identifier: BSL-1.0
#include "results.hpp"
#include "preload.hpp"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <string_view>
#include <thread>

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace bench {
namespace {

/// What stands behind `key` and the separator in the first line that begins with it; empty if none does.
std::string look_up(const char* file, std::string_view key, char separator) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with(key)) continue;
        const std::size_t at = line.find(separator);
        if (at == std::string::npos) continue;
        std::string value = line.substr(at + 1);
        std::erase(value, '"');
        const std::size_t first = value.find_first_not_of(" \t");
        return first == std::string::npos ? std::string() : value.substr(first);
    }
    return {};
}

std::string system_name() {
    utsname u{};
    uname(&u);
    return fmt::format("{}, {} {}", look_up("/etc/os-release", "PRETTY_NAME", '='), u.sysname,
                       u.release);
}

std::string now_text() {
    const std::time_t now = std::time(nullptr);
    char text[32];
    std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&now));
    return text;
}

}  // namespace

double result::median() const {
    std::vector<double> sorted = samples;
    std::sort(sorted.begin(), sorted.end());
    const std::size_t n = sorted.size();
    if (n == 0) return NAN;
    return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}
double result::low() const { return *std::min_element(samples.begin(), samples.end()); }
double result::high() const { return *std::max_element(samples.begin(), samples.end()); }
double result::spread() const {
    const double middle = median();
    return middle == 0 ? 0 : (high() - low()) / 2 / middle;
}

std::map<std::string, std::string> describe_machine() {
    const auto pages = static_cast<double>(sysconf(_SC_PHYS_PAGES));
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    double load = 0;
    if (getloadavg(&load, 1) != 1) load = 0;
    return {{"cpu", look_up("/proc/cpuinfo", "model name", ':')},
            {"cores", std::to_string(std::thread::hardware_concurrency())},
            {"memory_gib", fmt::format("{:.0f}", pages * page / (1U << 30U))},
            {"os", system_name()},
            {"compiler", "g++ " __VERSION__},
            {"flags", SYNCMAP_BENCH_FLAGS},
            {"malloc", allocator_in_use()},
            {"syncmap", SYNCMAP_BENCH_VERSION},
            {"load_before", fmt::format("{:.2f}", load)},
            {"date", now_text()}};
}

}  // namespace bench
