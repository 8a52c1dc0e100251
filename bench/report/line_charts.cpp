// SPDX-License-Identifier: BSL-1.0
//
// The charts with lines: throughput by threads, latency by percentile, memory by fill.
#include "chart_kinds.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "line_grid.hpp"

namespace bench::charts {
namespace {

/// At most ten lines in a panel: ours, the limit, and those of the others that end best.
void keep_best(std::vector<line>& lines, bool less_is_better) {
    constexpr std::size_t most = 10;
    const auto always = [](const line& l) { return l.who.name == ours || l.who.name == limit; };
    std::ranges::stable_sort(lines, [&](const line& a, const line& b) {
        if (always(a) != always(b)) return always(a);
        const double y_a = a.points.back().second, y_b = b.points.back().second;
        return less_is_better ? y_a < y_b : y_a > y_b;
    });
    if (lines.size() > most) lines.erase(lines.begin() + most, lines.end());
}

/// x and y of each record, a line for each peer.
template <class X, class Y>
std::vector<line> lines_of(const dataset& data, const records& of, X x, Y y) {
    std::vector<line> lines;
    for (const auto& p : peers_in(data, of)) {
        line l{p, {}};
        for (const auto& r : of)
            if (r.peer == p.name) l.points.emplace_back(std::invoke(x, r), y(r));
        std::ranges::sort(l.points);
        lines.push_back(std::move(l));
    }
    return lines;
}

/// Millions of operations in a second, of all threads.
double throughput(const record& r) {
    return r.metric == "Mops/s" ? r.median : 1e3 * r.threads / r.median;
}

/// Where a peer has both figures, only the throughput stays: it knows which threads it is about.
void drop_counted_twice(records& of) {
    std::set<std::string> counted;
    for (const auto& r : of)
        if (r.metric == "Mops/s") counted.insert(r.peer);
    std::erase_if(
        of, [&](const record& r) { return r.metric != "Mops/s" && counted.contains(r.peer); });
}

constexpr std::array percentiles{"p50", "p90", "p99", "p99.9", "p99.99", "p99.999", "max"};

std::string percent_text(std::string_view percentile) {
    return std::string(percentile.substr(percentile.starts_with('p') ? 1 : 0));
}

double place_of(const record& r) {
    return static_cast<double>(std::ranges::find(percentiles, r.metric) - percentiles.begin());
}

}  // namespace

void add_scaling(const dataset& data, const records& all, std::vector<chart>& charts) {
    const auto timed = only(all, [](const record& r) {
        return !is_go(r) && r.peer != limit && r.median > 0 &&
               (r.metric == "Mops/s" || r.metric == "ns/op");
    });
    for (const auto& type : distinct<type_order>(timed, &record::type)) {
        std::vector<line_panel> panels;
        const auto typed = only(timed, [&](const record& r) { return r.type == type; });
        for (const auto& workload : distinct<workload_order>(typed, &record::workload)) {
            auto of = only(typed, [&](const record& r) { return r.workload == workload; });
            drop_counted_twice(of);
            // The size most often seen with several threads, the middle one of those.
            std::vector<std::uint64_t> sizes;
            for (const auto keys : distinct(of, &record::keys)) {
                const auto sized = only(of, [&](const record& r) { return r.keys == keys; });
                if (distinct(sized, &record::threads).size() > 1) sizes.push_back(keys);
            }
            if (sizes.empty()) continue;
            const auto keys = sizes[sizes.size() / 2];
            std::erase_if(of, [&](const record& r) { return r.keys != keys; });
            line_panel panel{fmt::format("{}, {} keys", in_words(workload), keys_text(keys)),
                             "threads",
                             "million operations / s",
                             {},
                             false,
                             false,
                             lines_of(data, of, &record::threads, throughput)};
            for (const int threads : distinct(of, &record::threads))
                panel.ticks.push_back({double(threads), std::to_string(threads)});
            panel.x_log = *distinct(of, &record::threads).rbegin() > 8;
            keep_best(panel.lines, false);
            panels.push_back(std::move(panel));
        }
        if (!panels.empty())
            charts.push_back({"Throughput by number of threads, " + type_in_words(type),
                              "All threads together; higher is better.", draw(panels)});
    }
}

void add_latency(const dataset& data, const records& all, std::vector<chart>& charts) {
    const auto of = only(all, [](const record& r) {
        return std::ranges::find(percentiles, r.metric) != percentiles.end() && r.median > 0;
    });
    std::vector<line_panel> panels;
    for (const auto& type : distinct<type_order>(of, &record::type)) {
        for (const auto& workload : distinct<workload_order>(of, &record::workload)) {
            auto these =
                only(of, [&](const record& r) { return r.type == type && r.workload == workload; });
            if (these.empty()) continue;
            const auto keys = std::ranges::max(these, {}, &record::keys).keys;
            std::erase_if(these, [&](const record& r) { return r.keys != keys; });
            for (const int threads : distinct(these, &record::threads)) {
                const auto here =
                    only(these, [&](const record& r) { return r.threads == threads; });
                line_panel panel{
                    fmt::format("{}, {} to {} keys, {}", in_words(workload), type, keys_text(keys),
                                threads_text(threads)),
                    "percent of the operations take at most this long",
                    "microseconds",
                    {},
                    false,
                    true,
                    lines_of(data, here, place_of, [](const record& r) { return r.median; })};
                for (std::size_t i = 0; i < percentiles.size(); ++i)
                    panel.ticks.push_back({double(i), percent_text(percentiles[i])});
                keep_best(panel.lines, true);
                panels.push_back(std::move(panel));
            }
        }
    }
    if (!panels.empty())
        charts.push_back(
            {"How long single operations take",
             "Time of each operation on its own; p99.9 is the time that one in a thousand "
             "exceeds, max the longest of all. Lower is better; the scale is logarithmic.",
             draw(panels)});
}

void add_memory(const dataset& data, const records& all, std::vector<chart>& charts) {
    constexpr std::array<std::pair<const char*, const char*>, 2> kinds{
        {{"heap B/entry", "Heap memory per entry"}, {"RSS B/entry", "Resident memory per entry"}}};
    for (const auto& [metric, title] : kinds) {
        const auto of = only(all, [m = metric](const record& r) { return r.metric == m; });
        if (of.empty()) continue;
        if (distinct(of, &record::keys).size() < 4) {
            add_bars(data, of, title, charts);
            continue;
        }
        std::vector<line_panel> panels;
        for (const auto& type : distinct<type_order>(of, &record::type)) {
            const auto these = only(of, [&](const record& r) { return r.type == type; });
            line_panel panel{
                type_in_words(type),
                "entries",
                "bytes per entry",
                {},
                true,
                false,
                lines_of(data, these, &record::keys, [](const record& r) { return r.median; })};
            for (const std::uint64_t keys : {1'000U, 10'000U, 100'000U, 1'000'000U, 10'000'000U})
                panel.ticks.push_back({double(keys), keys_text(keys)});
            keep_best(panel.lines, true);
            panels.push_back(std::move(panel));
        }
        charts.push_back(
            {title, "By the number of entries in a map that grew from empty; lower is better.",
             draw(panels)});
    }
}

}  // namespace bench::charts
