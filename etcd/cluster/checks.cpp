// SPDX-License-Identifier: BSL-1.0
#include "checks.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>

#include <fmt/format.h>

#include <syncmap/etcd/error.hpp>

#include "summary.hpp"
#include "workload.hpp"

namespace cluster {
namespace {

using contents = std::map<std::string, std::string>;

const std::string* find(const contents& all, const std::string& key) {
    const auto it = all.find(key);
    return it != all.end() ? &it->second : nullptr;
}

std::string shown(const std::string* value) { return value != nullptr ? *value : "nothing"; }

/// Of each key that one process alone writes, etcd has what was last acknowledged, or what was uncertain.
check_result nothing_lost(const outcome& o) {
    std::size_t acknowledged = 0;
    std::string problem;
    for (const record& r : o.clients) {
        acknowledged += static_cast<std::size_t>(std::ranges::count(r.writes, 0, &write::outcome));
        for (const auto& [key, history] : r.keys) {
            const std::string* const there = find(o.etcd.entries, key);
            const bool untouched = there == nullptr || *there == first_value;
            const bool expected = untouched ? history.acknowledged.empty()
                                            : *there == history.acknowledged ||
                                                  std::ranges::count(history.uncertain, *there) > 0;
            if (!expected)
                problem = fmt::format("{}: acknowledged `{}', and etcd has {}", key,
                                      history.acknowledged, shown(there));
        }
    }
    return {problem.empty(),
            fmt::format("Nothing lost: {} writes were acknowledged, and etcd has them all.",
                        acknowledged),
            problem};
}

/// Writes that are said not to have been done have not been done.
check_result nothing_made_up(const outcome& o) {
    using syncmap::etcd::error_kind;
    std::size_t surely_not = 0, uncertain = 0, uncertain_there = 0;
    std::string problem;
    contents known;  // what of the log may be there
    for (const record& r : o.clients) {
        for (const write& w : r.writes)
            surely_not += w.outcome != 0 && w.outcome != static_cast<int>(error_kind::uncertain);
        for (const auto& [key, history] : r.keys) {
            if (!key.starts_with(log_keys)) continue;
            known.emplace(key, "");
            if (!history.acknowledged.empty()) continue;
            ++uncertain;
            uncertain_there += find(o.etcd.entries, key) != nullptr;
        }
    }
    for (const auto& [key, value] : o.etcd.entries) {
        if (key.starts_with(log_keys) && find(known, key) == nullptr)
            problem = fmt::format("{}: surely not written, and etcd has {}", key, value);
    }
    return {
        problem.empty(),
        fmt::format(
            "Nothing made up: what surely failed ({}) was not done; of {} uncertain new keys {} "
            "are there.",
            surely_not, uncertain, uncertain_there),
        problem};
}

check_result counted(const outcome& o) {
    std::uint64_t surely = 0, perhaps = 0;
    for (const record& r : o.clients) {
        surely += r.increments;
        perhaps += r.uncertain_increments;
    }
    const std::string* const there = find(o.etcd.entries, counter_key);
    const std::uint64_t stands = there != nullptr ? std::stoull(*there) : 0;
    const bool holds = surely <= stands && stands <= surely + perhaps;
    return {
        holds,
        fmt::format("The counter of all processes: {} increments acknowledged, {} uncertain, it "
                    "stands at {}.",
                    surely, perhaps, stands),
        holds ? "" : "that cannot be"};
}

check_result mirrors_equal(const outcome& o) {
    std::string problem;
    for (std::size_t i = 0; i < o.clients.size(); ++i) {
        const contents& mirror = o.clients[i].mirror;
        for (const contents* side : {&mirror, &o.etcd.entries}) {
            for (const auto& [key, value] : *side) {
                const std::string *here = find(mirror, key), *there = find(o.etcd.entries, key);
                if (here == nullptr || there == nullptr || *here != *there)
                    problem = fmt::format("{}: process {} has {}, etcd {}", key, i, shown(here),
                                          shown(there));
            }
        }
    }
    return {
        problem.empty(),
        fmt::format("The mirrors of all {} processes show what etcd has: {} keys, the same values.",
                    o.clients.size(), o.etcd.entries.size()),
        problem};
}

check_result all_announced(const outcome& o) {
    std::uint64_t new_keys = 0;
    for (const auto& [key, value] : o.etcd.entries) new_keys += key.starts_with(log_keys);
    std::string problem;
    for (const record& r : o.clients) {
        if (r.announced != new_keys || r.announced_wrongly != 0)
            problem = fmt::format("one was told of {}, and {} times of none", r.announced,
                                  r.announced_wrongly);
    }
    return {problem.empty(),
            fmt::format("Each process's handler was told of all {} new keys, and of none twice.",
                        new_keys),
            problem};
}

check_result nobody_waited(const outcome& o) {
    const summary all = summarize(o.clients, 0, std::numeric_limits<std::int64_t>::max());
    const bool holds = all.loads > 0 && all.waits == 0 && all.missing == 0;
    return {holds,
            fmt::format("No load waited: {} loads, in which no thread gave up the processor, nor "
                        "missed a key.",
                        all.loads),
            holds
                ? ""
                : fmt::format("{} times one did; {} loads found nothing", all.waits, all.missing)};
}

/// With a majority writes go on, and without one none is acknowledged.
check_result writes_go_on(const outcome& o) {
    constexpr std::int64_t limit_us = 6'000'000, in_flight_us = 200'000;
    std::string problem;
    for (const phase& p : o.phases) {
        if (!p.has_majority) {
            for (const record& r : o.clients) {
                for (const write& w : r.writes) {
                    if (w.outcome == 0 && w.start_us > p.start_us + in_flight_us &&
                        w.start_us + w.took_us < p.end_us)
                        problem = "one was acknowledged without a majority of members";
                }
            }
        } else if (const std::int64_t pause = first_done_us(o.clients, p.start_us, p.end_us);
                   pause > std::min(limit_us, p.end_us - p.start_us - 1)) {
            problem =
                fmt::format("{}: none for {:.1f} s", p.name, static_cast<double>(pause) / 1e6);
        }
    }
    return {problem.empty(),
            "Writes: none acknowledged without a majority of members; with one they went on.",
            problem};
}

check_result no_problems(const outcome& o) {
    std::string problem;
    for (const record& r : o.clients) {
        for (const std::string& text : r.problems) problem = text;
    }
    return {problem.empty(), "No error of any other kind.", problem};
}

}  // namespace

std::vector<check_result> check_all(const outcome& o) {
    return {nothing_lost(o),  nothing_made_up(o), counted(o),      mirrors_equal(o),
            all_announced(o), nobody_waited(o),   writes_go_on(o), no_problems(o)};
}

}  // namespace cluster
