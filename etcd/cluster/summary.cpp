// SPDX-License-Identifier: BSL-1.0
#include "summary.hpp"

#include <algorithm>

namespace cluster {

double load_ns(const latencies& batches, double part) {
    return static_cast<double>(batches.percentile(part)) / static_cast<double>(batch_size);
}

std::uint64_t summary::failures() const {
    std::uint64_t all = 0;
    for (const auto& [kind, times] : failed) all += times;
    return all;
}

summary summarize(const std::vector<record>& clients, std::int64_t start_us, std::int64_t end_us) {
    const auto inside = [=](std::int64_t t) { return start_us <= t && t < end_us; };
    summary s;
    for (const record& r : clients) {
        for (const load_slot& slot : r.loads) {
            if (!inside(slot.start_us)) continue;
            s.loads += slot.loads;
            s.missing += slot.missing;
            s.waits += slot.waits;
            s.interruptions += slot.interruptions;
            s.stale_ms = std::max(s.stale_ms, slot.stale_ms);
            s.batches.add(slot.batches);
            s.undisturbed.add(slot.undisturbed);
        }
        for (const write& w : r.writes) {
            if (!inside(w.start_us + w.took_us)) continue;
            const auto took = static_cast<std::uint64_t>(w.took_us);
            if (w.outcome == 0) {
                s.done_us.add(took);
            } else {
                ++s.failed[w.outcome];
                s.failed_us.add(took);
            }
        }
    }
    return s;
}

std::int64_t longest_pause_us(const std::vector<record>& clients, std::int64_t start_us,
                              std::int64_t end_us) {
    std::vector<std::int64_t> moments{start_us, end_us};
    for (const record& r : clients) {
        for (const write& w : r.writes) {
            const std::int64_t end = w.start_us + w.took_us;
            if (w.outcome == 0 && start_us < end && end < end_us) moments.push_back(end);
        }
    }
    std::ranges::sort(moments);
    std::int64_t longest = 0;
    for (std::size_t i = 1; i < moments.size(); ++i)
        longest = std::max(longest, moments[i] - moments[i - 1]);
    return longest;
}

std::int64_t first_done_us(const std::vector<record>& clients, std::int64_t start_us,
                           std::int64_t end_us) {
    std::int64_t first = end_us;
    for (const record& r : clients) {
        for (const write& w : r.writes) {
            if (w.outcome == 0 && w.start_us >= start_us)
                first = std::min(first, w.start_us + w.took_us);
        }
    }
    return first - start_us;
}

}  // namespace cluster
