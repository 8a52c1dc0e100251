// SPDX-License-Identifier: BSL-1.0
//
// A histogram of nanoseconds: exact below 128, within 1.6 % above. Counts can be written as text and read again, so that
// a process can tell another what it has measured.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace cluster {

class latencies {
public:
    void add(std::uint64_t ns, std::uint64_t times = 1) {
        counts_[bucket_of(ns)] += times;
        count_ += times;
        longest_ = std::max(longest_, ns);
    }
    void add(const latencies& others) {
        for (const auto& [bucket, times] : others.counts_) counts_[bucket] += times;
        count_ += others.count_;
        longest_ = std::max(longest_, others.longest_);
    }

    std::uint64_t count() const { return count_; }
    std::uint64_t longest() const { return longest_; }  // exact

    /// `part` (0 to 1) of what was added took at most this long; 0 if nothing was.
    std::uint64_t percentile(double part) const {
        const auto rank = static_cast<std::uint64_t>(part * static_cast<double>(count_));
        std::uint64_t below = 0;
        for (const auto& [bucket, times] : counts_) {
            below += times;
            if (below > rank) return std::min(upper_end(bucket), longest_);
        }
        return longest_;
    }

    /// `LONGEST BUCKET TIMES BUCKET TIMES ... -`
    template <class Out>
    void write(Out& out) const {
        out << longest_;
        for (const auto& [bucket, times] : counts_) out << ' ' << bucket << ' ' << times;
        out << " -";
    }
    template <class In>
    void read(In& in) {
        *this = latencies();
        in >> longest_;
        std::string word;
        while (in >> word && word != "-") {
            std::uint64_t times = 0;
            in >> times;
            counts_[static_cast<unsigned>(std::stoul(word))] += times;
            count_ += times;
        }
    }

private:
    static constexpr unsigned steps_bits = 6;  // in each power of two

    static unsigned bucket_of(std::uint64_t ns) {
        const auto width = static_cast<unsigned>(std::bit_width(ns));
        if (width <= steps_bits + 1) return static_cast<unsigned>(ns);
        const unsigned shift = width - steps_bits - 1;
        return (shift << steps_bits) + static_cast<unsigned>(ns >> shift);
    }
    static std::uint64_t upper_end(unsigned bucket) {
        if (bucket < 2U << steps_bits) return bucket;
        const unsigned shift = (bucket >> steps_bits) - 1;
        const std::uint64_t begin = (bucket - (shift << steps_bits));
        return ((begin + 1) << shift) - 1;
    }

    std::map<unsigned, std::uint64_t> counts_;
    std::uint64_t count_ = 0;
    std::uint64_t longest_ = 0;
};

}  // namespace cluster
