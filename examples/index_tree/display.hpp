// SPDX-License-Identifier: BSL-1.0
// How things look: numbers, bars, text that is safe to print, and a progress line that redraws
// itself.
#pragma once

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace demo {

// --- text ---

// File names and sources may hold anything, and a terminal would obey some of it.
inline std::string printable(std::string_view text) {
    std::string result;
    while (!text.empty()) {
        const std::size_t length = character_length(text);
        if (length == 0) result += '?';
        result.append(text.substr(0, length));
        text.remove_prefix(std::max<std::size_t>(1, length));
    }
    return result;
}

// Columns of printable text, one for each character.
inline std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

// The text in exactly `width` columns; what does not fit gives way to an ellipsis at its end, or at
// its beginning.
enum class keep { beginning, end };

inline std::string fitted(std::string_view text, std::size_t width, keep part = keep::beginning) {
    const std::size_t all = columns(text);
    std::string result(text);
    if (all <= width) return result.append(width - all, ' ');
    if (width == 0) return {};
    const auto cut =
        [&](std::size_t characters) {  // the bytes of so many characters at the beginning
            std::size_t i = 0;
            for (; i < result.size(); ++i)
                if ((result[i] & 0xc0) != 0x80 && characters-- == 0) break;
            return i;
        };
    if (part == keep::beginning) return result.substr(0, cut(width - 1)) + "…";
    return "…" + result.substr(cut(all - width + 1));
}

// 1234567 as 1,234,567
inline std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (std::size_t i = digits.size(); i > 3; i -= 3) digits.insert(i - 3, 1, ',');
    return digits;
}

// 12345 as 12.3k: at most five characters.
inline std::string rounded(double number) {
    const char* unit = "";
    for (const char* larger : {"k", "M", "G", "T"}) {
        if (number < 999.5) break;
        number /= 1000;
        unit = larger;
    }
    return fmt::format("{:.{}f}{}", number, *unit != '\0' && number < 99.95 ? 1 : 0, unit);
}

// "1 file", "2,345 files"
inline std::string quantity(std::uint64_t number, std::string_view one, std::string_view many) {
    return fmt::format("{} {}", grouped(number), number == 1 ? one : many);
}

inline double ratio(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? 1 : static_cast<double>(part) / static_cast<double>(whole);
}

// A bar over `fraction` of `width` columns, in steps of an eighth of a column, filled up with
// `rest`.
inline std::string bar(double fraction, std::size_t width, std::string_view rest = " ") {
    static constexpr std::array<std::string_view, 8> parts{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    const double eighths =
        std::round(std::clamp(fraction, 0.0, 1.0) * 8 * static_cast<double>(width));
    const auto length = static_cast<std::size_t>(eighths);
    std::string result;
    for (std::size_t i = 0; i < length / 8; ++i) result += "█";
    result += parts[length % 8];
    for (std::size_t i = (length + 7) / 8; i < width; ++i) result += rest;
    return result;
}

// --- where it goes ---

class terminal {
public:
    explicit terminal(std::FILE* stream) : fd_(fileno(stream)), interactive_(isatty(fd_) != 0) {
        const char* kind = std::getenv("TERM");
        const char* no_color = std::getenv("NO_COLOR");
        if (kind == nullptr || std::string_view(kind) == "dumb") interactive_ = false;
        colored_ = interactive_ && (no_color == nullptr || *no_color == '\0');
    }

    // Whether a line can be redrawn. Colours are the only escape codes that are ever written.
    bool interactive() const { return interactive_; }

    std::size_t width() const {
        constexpr std::size_t usual = 80;
        constexpr std::size_t narrowest = 20;
        constexpr std::size_t widest = 160;
        winsize size{};
        if (!interactive_ || ioctl(fd_, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return usual;
        return std::clamp<std::size_t>(size.ws_col, narrowest, widest);
    }

    std::string bold(std::string_view text) const { return colored("1", text); }
    std::string dim(std::string_view text) const { return colored("2", text); }
    std::string cyan(std::string_view text) const { return colored("36", text); }
    std::string red(std::string_view text) const { return colored("31", text); }

private:
    std::string colored(std::string_view code, std::string_view text) const {
        return colored_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : std::string(text);
    }

    int fd_;
    bool interactive_;
    bool colored_;
};

// --- progress ---

// Shows on stderr how far something is, until it is destroyed: one line that is redrawn ten times a
// second on a terminal; elsewhere a line about once a second, if it has got on since the last.
class progress {
public:
    struct state {
        double fraction = 0;
        std::string text;
    };

    enum class ending { stays, vanishes };  // the last state

    // `look` is called by another thread, and must not throw.
    progress(std::string label, ending end, std::function<state()> look)
        : label_(std::move(label)), ending_(end), look_(std::move(look)),
          painter_([this] { paint(); }) {}
    progress(const progress&) = delete;
    progress& operator=(const progress&) = delete;

    ~progress() {
        {
            const std::lock_guard lock(mutex_);
            finished_ = true;
        }
        wake_.notify_one();
        painter_.join();
    }

private:
    void paint() {
        const auto interval = std::chrono::milliseconds(terminal_.interactive() ? 100 : 1000);
        std::unique_lock lock(mutex_);
        do {
            if (terminal_.interactive())
                draw();
            else if (std::exchange(waited_, true))
                print();
        } while (!wake_.wait_for(lock, interval, [this] { return finished_; }));
        if (terminal_.interactive()) erase();
        if (ending_ == ending::vanishes) return;
        if (terminal_.interactive()) {
            draw();
            std::fputc('\n', stderr);
        } else {
            print();
        }
    }

    void draw() const {
        const state now = look_();
        const std::size_t width =
            terminal_.width() - 1;  // the last column would wrap on some terminals
        constexpr std::size_t shortest_bar = 6;
        constexpr std::size_t longest_bar = 24;
        const std::size_t rest = width - label_width - 2;
        const std::size_t text = std::min(columns(now.text), rest - shortest_bar);
        const std::size_t length = std::min(rest - text, longest_bar);
        const std::string line = fitted(label_, label_width) +
                                 terminal_.cyan(bar(now.fraction, length, "░")) + "  " +
                                 fitted(now.text, rest - length);
        std::fputs(("\r" + line).c_str(), stderr);
        std::fflush(stderr);
    }

    void erase() const {
        const std::string blank(terminal_.width() - 1, ' ');
        std::fputs(("\r" + blank + "\r").c_str(), stderr);
    }

    // What has not got on has the same fraction, and a rate in the text may differ nevertheless. Where
    // nobody knows the whole, the fraction stays 0, and the text tells.
    void print() {
        const state now = look_();
        if (printed_ && now.fraction == printed_->fraction &&
            (now.fraction > 0 || now.text == printed_->text))
            return;
        printed_ = now;
        std::fputs(fmt::format("{} {:3.0f} %  {}\n", fitted(label_, label_width),
                               100 * now.fraction, now.text)
                       .c_str(),
                   stderr);
    }

    static constexpr std::size_t label_width = 8;

    terminal terminal_{stderr};
    std::string label_;
    ending ending_;
    std::function<state()> look_;
    std::mutex mutex_;
    std::condition_variable wake_;
    bool finished_ = false;
    bool waited_ = false;
    std::optional<state> printed_;
    std::thread painter_;
};

}  // namespace demo
