// SPDX-License-Identifier: BSL-1.0
//
// The charts with bars: a metric of all workloads, and Go's benchmarks.
#include "chart_kinds.hpp"

#include <utility>

#include <fmt/format.h>

#include "bar_grid.hpp"

namespace bench::charts {
namespace {

constexpr std::string_view bars_caption = "Median of the repetitions; the thin line spans from the "
                                          "lowest to the highest. Bars begin at 0 and are "
                                          "to scale within one cell; one with an arrow goes on "
                                          "beyond the edge. U is one thread without any "
                                          "synchronisation: the practical limit.";

// --- bars: one metric, a line for each workload, a column for each size -------------------------------

bar_cell cell_of(const records& of, std::string heading) {
    bar_cell cell{std::move(heading), {}};
    for (const auto& r : of)
        if (r.median > 0) cell.bars[r.peer] = {r.median, r.low, r.high};
    return cell;
}

chart workload_bars(const dataset& data, const records& of, std::string title) {
    const auto sizes = distinct(of, &record::keys);
    bar_grid grid{peers_in(data, of), {}, std::clamp<std::size_t>(sizes.size(), 2, 4)};
    const auto unit = unit_in_words(of.front().metric);
    for (const auto& workload : distinct<workload_order>(of, &record::workload)) {
        const auto its = only(of, [&](const record& r) { return r.workload == workload; });
        bar_line line{in_words(workload) + "  –  " + unit, {}};
        for (const auto keys : distinct(its, &record::keys)) {
            if (line.cells.size() == grid.columns) {
                grid.lines.push_back(std::exchange(line, {}));
            }
            const auto here = only(its, [&](const record& r) { return r.keys == keys; });
            line.cells.push_back(cell_of(here, keys ? keys_text(keys) + " keys" : ""));
        }
        grid.lines.push_back(std::move(line));
    }
    return {std::move(title), std::string(bars_caption), draw(grid)};
}

std::vector<std::string> in_order_of_appearance(const records& of) {
    std::vector<std::string> workloads;
    for (const auto& r : of)
        if (std::ranges::find(workloads, r.workload) == workloads.end())
            workloads.push_back(r.workload);
    return workloads;
}

}  // namespace

void add_bars(const dataset& data, const records& of, std::string_view what,
              std::vector<chart>& charts) {
    for (const auto& type : distinct<type_order>(of, &record::type)) {
        const auto typed = only(of, [&](const record& r) { return r.type == type; });
        const auto counts = distinct(typed, &record::threads);
        for (const int threads : std::set<int>{*counts.begin(), *counts.rbegin()}) {
            auto title = std::string(what);
            if (!of.front().metric.ends_with("B/entry"))  // which no number of threads changes
                title += ", " + threads_text(threads);
            if (!type.empty()) title += ", " + type_in_words(type);
            charts.push_back(workload_bars(
                data, only(typed, [&](const record& r) { return r.threads == threads; }),
                std::move(title)));
        }
    }
}

void add_compile_time(const dataset& data, const records& of, std::vector<chart>& charts) {
    if (!of.empty())
        charts.push_back(workload_bars(data, of, "Time to compile a file that uses it"));
}

void add_go(const dataset& data, const records& all, std::vector<chart>& charts) {
    const auto of = only(all, [](const record& r) { return is_go(r) && r.metric == "ns/op"; });
    for (const int threads : distinct(of, &record::threads)) {
        const auto these = only(of, [&](const record& r) { return r.threads == threads; });
        bar_grid grid{peers_in(data, these), {}, 3};
        for (const auto& workload : in_order_of_appearance(these)) {
            if (grid.lines.empty() || grid.lines.back().cells.size() == grid.columns)
                grid.lines.emplace_back();
            const auto here = only(these, [&](const record& r) { return r.workload == workload; });
            grid.lines.back().cells.push_back(cell_of(here, workload.substr(3)));
        }
        charts.push_back(
            {fmt::format("Go's benchmarks of sync.Map, {}", threads_text(threads)),
             std::string("ns per operation (shorter is better), as Go prints it: wall time divided "
                         "by the operations of all threads. "
                         "\"classic\" is the algorithm that sync.Map had up to Go 1.23, in C++. ") +
                 std::string(bars_caption),
             draw(grid)});
    }
}

}  // namespace bench::charts
