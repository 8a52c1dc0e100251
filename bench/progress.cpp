// SPDX-License-Identifier: BSL-1.0
#include "progress.hpp"
#include "clock.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace bench {

std::string duration_text(double seconds) {
    const auto whole = static_cast<long>(std::max(0.0, seconds) + 0.5);
    if (whole < 60) return fmt::format("{} s", whole);
    return fmt::format("{} min {} s", whole / 60, whole % 60);
}

std::size_t terminal_width(int fd) {
    constexpr std::size_t usual = 120;
    winsize size{};
    if (isatty(fd) == 0 || ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
    return std::max<std::size_t>(60, size.ws_col);
}

progress_line::progress_line() : terminal_(isatty(STDERR_FILENO) != 0), printed_ns_(now_ns()) {
    const char* kind = std::getenv("TERM");
    if (kind == nullptr || std::string_view(kind) == "dumb") terminal_ = false;
}

void progress_line::show(double fraction, double seconds_left, const std::string& text) {
    const std::string line = fmt::format("{:3.0f} %  {:>11} left  {}", 100 * fraction,
                                         duration_text(seconds_left), text);
    if (terminal_) {
        const std::size_t width = terminal_width(STDERR_FILENO) - 1;
        fmt::print(stderr, "\r{:<{}}", line.substr(0, width), width);
        std::fflush(stderr);
        drawn_ = true;
    } else if (now_ns() - printed_ns_ > 10'000'000'000) {
        fmt::print(stderr, "{}\n", line);
        printed_ns_ = now_ns();
    }
}

void progress_line::erase() {
    if (!drawn_) return;
    fmt::print(stderr, "\r{:<{}}\r", "", terminal_width(STDERR_FILENO) - 1);
    std::fflush(stderr);
    drawn_ = false;
}

}  // namespace bench
