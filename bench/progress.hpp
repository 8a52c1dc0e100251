// SPDX-License-Identifier: BSL-1.0
//
// One line on stderr, redrawn between repetitions and never by another thread, which would disturb them.
#pragma once

#include <cstdint>
#include <string>

namespace bench {

class progress_line {
public:
    progress_line();
    progress_line(const progress_line&) = delete;
    progress_line& operator=(const progress_line&) = delete;
    ~progress_line() { erase(); }

    /// `text`: what is done now. On a terminal at once, elsewhere a line every ten seconds.
    void show(double fraction, double seconds_left, const std::string& text);
    void erase();

private:
    bool terminal_;
    bool drawn_ = false;
    std::uint64_t printed_ns_ = 0;
};

/// "2 min 5 s"
std::string duration_text(double seconds);

/// Columns of the terminal that is standard output or standard error, or 120.
std::size_t terminal_width(int fd);

}  // namespace bench
