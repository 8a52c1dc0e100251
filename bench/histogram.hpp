// SPDX-License-Identifier: BSL-1.0
//
// Counts of durations in log-linear classes: 32 for each power of two, so a percentile is right within 3 %.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace bench {

class histogram {
    static constexpr unsigned bits = 5;
    static constexpr std::uint64_t classes = 1U << bits;
    static constexpr unsigned powers = 48;  // ticks: hours, whatever the clock

public:
    void add(std::uint64_t x) {
        ++counts_[class_of(x)];
        ++total_;
        largest_ = std::max(largest_, x);
    }
    void add(const histogram& other) {
        for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
        total_ += other.total_;
        largest_ = std::max(largest_, other.largest_);
    }

    std::uint64_t total() const { return total_; }
    std::uint64_t largest() const { return largest_; }

    /// A value that at least `part` of all are not above. 0 if there are none.
    std::uint64_t percentile(double part) const {
        const auto wanted = static_cast<double>(total_) * part;
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < counts_.size(); ++i) {
            seen += counts_[i];
            if (seen != 0 && static_cast<double>(seen) >= wanted)
                return std::min(upper_end(i), largest_);
        }
        return largest_;
    }

    /// The class of a value: below 32 the value itself.
    static std::size_t class_of(std::uint64_t x) {
        if (x < classes) return static_cast<std::size_t>(x);
        const auto power = static_cast<unsigned>(std::bit_width(x)) - 1 - bits;
        return static_cast<std::size_t>(
            std::min<std::uint64_t>((std::uint64_t{power} << bits) + (x >> power), size - 1));
    }
    /// The largest value of a class.
    static std::uint64_t upper_end(std::size_t i) {
        if (i < classes) return i;
        const std::uint64_t power = i / classes - 1;
        return ((i - power * classes + 1) << power) - 1;
    }

private:
    static constexpr std::size_t size = powers * classes;

    std::array<std::uint64_t, size> counts_{};
    std::uint64_t total_ = 0;
    std::uint64_t largest_ = 0;
};

}  // namespace bench
