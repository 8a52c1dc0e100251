// SPDX-License-Identifier: BSL-1.0
//
// What scripts are made of.
#pragma once

#include "random.hpp"
#include "workload.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>

namespace bench {

inline std::size_t length_for(std::uint64_t keys) {
    constexpr std::uint64_t least = 1U << 16U;  // more than a branch predictor learns by heart
    constexpr std::uint64_t most = 1U << 22U;
    return static_cast<std::size_t>(std::clamp(2 * keys, least, most));
}

inline random_source random_for(const cell& c, unsigned thread) {
    return random_source(c.keys * 1000 + thread);
}

/// Numbers of keys from `first` on, in the cell's distribution.
class key_source {
public:
    key_source(const cell& c, unsigned thread, std::uint64_t first, std::uint64_t count)
        : dist_(c.dist), first_(static_cast<std::uint32_t>(first)), count_(count), zipf_(count),
          scatter_(count), random_(random_for(c, thread)) {}

    std::uint32_t next() {
        switch (dist_) {
        case distribution::zipf: return first_ + scatter_(zipf_.next(random_));
        case distribution::hot:
            if (random_.next() % 2 == 0) return first_ + scatter_(0);
            break;
        case distribution::uniform: break;
        }
        return first_ + random_.below(count_);
    }
    random_source& random() { return random_; }

private:
    distribution dist_;
    std::uint32_t first_;
    std::uint64_t count_;
    zipf_source zipf_;
    scattering scatter_;
    random_source random_;
};

/// The keys of this thread: the first and the number of them, at least one.
inline std::pair<std::uint64_t, std::uint64_t> share_of(const cell& c, unsigned thread) {
    const std::uint64_t first = c.keys * thread / c.threads;
    const std::uint64_t last = c.keys * (thread + 1) / c.threads;
    return {first, std::max<std::uint64_t>(1, last - first)};
}

struct part {
    op what;
    double share;  ///< of all operations
};

/// Any keys out of `count` from `first` on, and operations in these shares.
inline script mixture(const cell& c, unsigned thread, std::uint64_t first, std::uint64_t count,
                      std::initializer_list<part> parts) {
    script s;
    key_source keys(c, thread, first, count);
    const std::size_t length = length_for(c.keys);
    s.keys.resize(length);
    for (std::uint32_t& k : s.keys) k = keys.next();
    s.only = parts.begin()->what;
    if (parts.size() == 1) return s;
    s.ops.resize(length);
    for (op& o : s.ops) {
        double dice = keys.random().fraction();
        o = s.only;
        for (const part& p : parts) {
            o = p.what;
            if ((dice -= p.share) < 0) break;
        }
    }
    return s;
}

}  // namespace bench
