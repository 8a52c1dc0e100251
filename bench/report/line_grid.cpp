// SPDX-License-Identifier: BSL-1.0
#include "line_grid.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

namespace bench::charts {
namespace {

// Pixels.
constexpr int width = 1120, panel_width = width / 2, panel_height = 380;
constexpr int left = 74, right = 150, above = 40, below = 58, label_height = 17;

struct range {
    double low, high;
};

/// Where something is on an axis, from 0 to 1.
double fraction(double value, range r, bool log) {
    if (log) return std::log(value / r.low) / std::log(r.high / r.low);
    return (value - r.low) / (r.high - r.low);
}

range range_of(const line_panel& panel, bool x) {
    range r{std::numeric_limits<double>::max(), std::numeric_limits<double>::lowest()};
    for (const auto& l : panel.lines) {
        for (const auto& point : l.points) {
            const double value = x ? point.first : point.second;
            r = {std::min(r.low, value), std::max(r.high, value)};
        }
    }
    return r;
}

range y_range(const line_panel& panel) {
    const auto r = range_of(panel, false);
    if (!panel.y_log) return {0, r.high > 0 ? 1.06 * r.high : 1};
    const double decade = std::pow(10, std::floor(std::log10(r.low)));
    return {decade, std::max(1.3 * r.high, 10 * decade)};
}

range x_range(const line_panel& panel) {
    const auto r = range_of(panel, true);
    if (panel.x_log) return r.high > r.low ? r : range{r.low / 2, r.low * 2};
    const double room = std::max(0.02 * (r.high - r.low), r.high > r.low ? 0.0 : 0.5);
    return {r.low - room, r.high + room};
}

/// Moves the labels apart, as little as it takes, and keeps them between 0 and 1.
void spread(std::vector<double>& sorted, double least) {
    double floor = 0;
    for (auto& y : sorted) {
        y = std::max(y, floor);
        floor = y + least;
    }
    double ceiling = 1;
    for (auto y = sorted.rbegin(); y != sorted.rend(); ++y) {
        *y = std::min(*y, ceiling);
        ceiling = *y - least;
    }
}

std::string end_labels(const line_panel& panel, range x, range y) {
    struct end {
        const line* of;
        double x, y;
    };
    std::vector<end> ends;
    for (const auto& l : panel.lines) {
        const auto& last = l.points.back();
        ends.push_back(
            {&l, fraction(last.first, x, panel.x_log), fraction(last.second, y, panel.y_log)});
    }
    std::ranges::sort(ends, {}, &end::y);
    std::vector<double> at;
    for (const auto& e : ends) at.push_back(e.y);
    spread(at, label_height / double{panel_height - above - below});

    std::string script;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        const auto& who = ends[i].of->who;
        script +=
            fmt::format("set label {} at graph 1.05,{} left {} tc rgb '{}'\n", literal(who.name),
                        at[i], who.name == ours ? "font 'sans-serif:Bold,13'" : "", who.colour);
        script +=
            fmt::format("set arrow from graph {},{} to graph 1.04,{} nohead lw 0.7 lc rgb '{}'\n",
                        ends[i].x, ends[i].y, at[i], who.colour);
    }
    return script;
}

std::string axes(const line_panel& panel, range x, range y) {
    std::string script;
    script += panel.x_log ? "set logscale x\n" : "unset logscale x\n";
    script += panel.y_log ? "set logscale y\nset ytics auto\nset format y '%g'\n"
                          : "unset logscale y\nset ytics auto\nset format y '%g'\n";
    script += fmt::format("set xrange [{}:{}]\nset yrange [{}:{}]\n", x.low, x.high, y.low, y.high);
    script += "set xtics (";
    for (std::size_t i = 0; i < panel.ticks.size(); ++i)
        script +=
            fmt::format("{}{} {}", i ? ", " : "", literal(panel.ticks[i].text), panel.ticks[i].at);
    script += ") nomirror tc rgb '#57606a'\n";
    script +=
        fmt::format("set xlabel {} tc rgb '#57606a'\nset ylabel {} offset 1,0 tc rgb '#57606a'\n",
                    literal(panel.x_title), literal(panel.y_title));
    return script;
}

std::string plot(const line_panel& panel) {
    const auto x = x_range(panel), y = y_range(panel);
    std::string script = axes(panel, x, y) + end_labels(panel, x, y);
    std::string commands;
    // Ours last: over the others.
    auto lines = panel.lines;
    std::ranges::stable_sort(lines, {}, [](const line& l) { return l.who.name == ours; });
    for (std::size_t i = 0; i < lines.size(); ++i) {
        script += fmt::format("$line{} << EOD\n", i);
        for (const auto& [px, py] : lines[i].points) script += fmt::format("{} {}\n", px, py);
        script += "EOD\n";
        const bool is_ours = lines[i].who.name == ours, is_limit = lines[i].who.name == limit;
        commands +=
            fmt::format("{}$line{} using 1:2 with linespoints lw {} {} pt 7 ps {} lc rgb '{}'",
                        i ? ", " : "", i, is_ours ? 4 : 2, is_limit ? "dt 2" : "dt 1",
                        is_ours ? 0.6 : 0.4, lines[i].who.colour);
    }
    return script + "plot " + commands + "\nunset label\nunset arrow\n";
}

}  // namespace

picture draw(const std::vector<line_panel>& panels) {
    const int height = panel_height * static_cast<int>((panels.size() + 1) / 2);
    const double w = width, h = height;
    std::string script = "set multiplot\nunset key\nset border 3 lc rgb '#8c959f'\n"
                         "set grid ytics lc rgb '#e3e7eb' lw 1\n"
                         "set ytics nomirror tc rgb '#57606a'\n";
    for (std::size_t i = 0; i < panels.size(); ++i) {
        const int from_left = static_cast<int>(i % 2) * panel_width;
        const int from_top = static_cast<int>(i / 2) * panel_height;
        script += fmt::format(
            "set lmargin at screen {}\nset rmargin at screen {}\nset tmargin at screen {}\n"
            "set bmargin at screen {}\n",
            (from_left + left) / w, (from_left + panel_width - right) / w,
            1 - (from_top + above) / h, 1 - (from_top + panel_height - below) / h);
        script +=
            fmt::format("set label {} at screen {},{} left font 'sans-serif:Bold,14'\n",
                        literal(panels[i].heading), (from_left + 16) / w, 1 - (from_top + 18) / h);
        script += plot(panels[i]);
    }
    return draw(width, height, script + "unset multiplot\n");
}

}  // namespace bench::charts
