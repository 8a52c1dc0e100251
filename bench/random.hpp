// SPDX-License-Identifier: BSL-1.0
//
// Random numbers for workloads: fast, and the same in every run.
#pragma once

#include "types.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>

namespace bench {

class random_source {
public:
    explicit random_source(std::uint64_t seed) : state_(scrambled(seed)) {}

    std::uint64_t next() { return scrambled(state_ += 0x9e3779b97f4a7c15); }

    /// Below `bound`, which is not 0 and below 2^32.
    std::uint32_t below(std::uint64_t bound) {
        return static_cast<std::uint32_t>(((next() >> 32U) * bound) >> 32U);
    }

    /// In [0, 1).
    double fraction() { return static_cast<double>(next() >> 11U) * 0x1p-53; }

private:
    std::uint64_t state_;
};

/// Ranks from 0 on, rank k with a probability proportional to 1 / (k + 1)^exponent. By rejection and
/// inversion (Hoermann and Derflinger, 1996): constant time, no table.
class zipf_source {
public:
    static constexpr double exponent = 0.99;  // as in YCSB

    explicit zipf_source(std::uint64_t count)
        : count_(static_cast<double>(count)), low_(integral(1.5) - 1),
          high_(integral(count_ + 0.5)), shortcut_(2 - inverse(integral(2.5) - density(2))) {}

    std::uint32_t next(random_source& random) const {
        for (;;) {
            const double u = high_ + random.fraction() * (low_ - high_);
            const double x = inverse(u);
            const double k = std::clamp(std::floor(x + 0.5), 1.0, count_);
            if (k - x <= shortcut_ || u >= integral(k + 0.5) - density(k))
                return static_cast<std::uint32_t>(k - 1);
        }
    }

private:
    static double density(double x) { return std::exp(-exponent * std::log(x)); }
    static double integral(double x) {
        return std::expm1((1 - exponent) * std::log(x)) / (1 - exponent);
    }
    static double inverse(double y) {
        return std::exp(std::log1p(y * (1 - exponent)) / (1 - exponent));
    }

    double count_;
    double low_;
    double high_;
    double shortcut_;
};

/// Ranks to key numbers, one to one: what is most popular shall not lie side by side in a map that was
/// filled in order.
class scattering {
public:
    explicit scattering(std::uint64_t count) : count_(count) {
        factor_ = static_cast<std::uint64_t>(static_cast<double>(count) * 0.6180339887) | 1U;
        while (std::gcd(factor_, count_) != 1) factor_ += 2;
    }
    std::uint32_t operator()(std::uint64_t rank) const {
        return static_cast<std::uint32_t>((rank * factor_ + count_ / 3) % count_);
    }

private:
    std::uint64_t count_;
    std::uint64_t factor_ = 1;
};

}  // namespace bench
