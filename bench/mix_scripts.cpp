// SPDX-License-Identifier: BSL-1.0
//
// The mixes of conc-map-bench.
#include "script_parts.hpp"
#include "scripts.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace bench::scripts {
namespace {

/// Every insert adds a key, every erase removes one, everything else finds its key. Forwards and then backwards
/// with inserts and erases exchanged, so that the end is the beginning again.
script exchange_mix(const cell& c, unsigned thread, double load, double insert, double erase) {
    auto [first, all] = share_of(c, thread);
    const std::uint64_t filled = c.what->prefilled(c);
    std::vector<std::uint32_t> present;
    std::vector<std::uint32_t> absent;
    for (std::uint64_t i = first; i < first + all; ++i)  // every fourth key of a share is absent
        present.push_back(static_cast<std::uint32_t>(i * filled / c.keys));
    present.erase(std::unique(present.begin(), present.end()), present.end());
    const std::uint64_t rest = c.keys - filled;
    for (std::uint64_t i = filled + rest * thread / c.threads;
         i < filled + rest * (thread + 1) / c.threads; ++i)
        absent.push_back(static_cast<std::uint32_t>(i));

    random_source random = random_for(c, thread);
    script s;
    const auto move_one = [&](std::vector<std::uint32_t>& from, std::vector<std::uint32_t>& to) {
        std::swap(from[random.below(from.size())], from.back());
        to.push_back(from.back());
        from.pop_back();
        return to.back();
    };
    const std::size_t half = length_for(c.keys) / 2;
    while (s.keys.size() < half) {
        const double dice = random.fraction();
        if (dice < load || present.size() < 2 || absent.size() < 2) {
            s.ops.push_back(op::load);
            s.keys.push_back(present.empty() ? 0 : present[random.below(present.size())]);
        } else if (dice < load + insert) {
            s.ops.push_back(op::insert);
            s.keys.push_back(move_one(absent, present));
        } else if (dice < load + insert + erase) {
            s.ops.push_back(op::erase);
            s.keys.push_back(move_one(present, absent));
        } else {
            s.ops.push_back(op::update);
            s.keys.push_back(present[random.below(present.size())]);
        }
    }
    for (std::size_t i = s.keys.size(); i-- > 0;) {
        const op o = s.ops[i];
        s.ops.push_back(o == op::insert ? op::erase : o == op::erase ? op::insert : o);
        s.keys.push_back(s.keys[i]);
    }
    return s;
}
}  // namespace

script read_heavy(const cell& c, unsigned thread) {
    return exchange_mix(c, thread, 0.98, 0.01, 0.01);
}
script exchange(const cell& c, unsigned thread) { return exchange_mix(c, thread, 0.1, 0.4, 0.4); }
script rapid_grow(const cell& c, unsigned thread) {
    const auto [first, count] = share_of(c, thread);
    random_source random = random_for(c, thread);
    script s;
    std::vector<std::uint32_t> present;
    std::uint32_t fresh = 0;
    while (s.keys.size() < count) {
        const double dice = random.fraction();
        if (dice < 0.8 || present.empty()) {
            present.push_back(static_cast<std::uint32_t>(first) + fresh++);
            s.ops.push_back(op::insert);
            s.keys.push_back(present.back());
            continue;
        }
        std::uint32_t& any = present[random.below(present.size())];
        s.ops.push_back(dice < 0.85 ? op::load : dice < 0.9 ? op::erase : op::update);
        s.keys.push_back(any);
        if (s.ops.back() == op::erase) {
            any = present.back();
            present.pop_back();
        }
    }
    return s;
}

}  // namespace bench::scripts
