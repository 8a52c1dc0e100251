// SPDX-License-Identifier: BSL-1.0
#include "bar_grid.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace bench::charts {
namespace {

// Pixels.
constexpr int width = 1120, names_width = 150, edge = 16, cell_gap = 22;
constexpr int bar_height = 19, line_heading = 30, cell_heading = 22, line_gap = 16;
constexpr int figures_width = 66;  // right of the longest bar

struct place {
    int left, top, width, height;
};

/// Where the bars of a cell end: at the longest, unless that would leave the others as slivers.
double scale_end(const bar_cell& cell) {
    std::vector<double> values;
    for (const auto& [name, b] : cell.bars) values.push_back(b.median);
    std::ranges::sort(values);
    const double longest = values.back(), middle = values[values.size() / 2];
    return longest <= 6 * middle ? longest : 4 * middle;
}

std::string colour_of(const peer& p) {
    constexpr std::string_view others = "#b8c0ca", limit_grey = "#6e7781";
    return std::string(p.name == ours ? our_colour : p.name == limit ? limit_grey : others);
}

/// A column of text, as gnuplot wants it among data.
std::string in_data(const std::string& text) { return '"' + text + '"'; }

/// One line of data for each bar: end, position, low, high, label's place, colour, label.
std::string data_of(const bar_grid& grid, const bar_cell& cell, double end) {
    std::string data;
    for (std::size_t row = 0; row < grid.rows.size(); ++row) {
        const auto found = cell.bars.find(grid.rows[row].name);
        if (found == cell.bars.end()) {
            data += fmt::format("0 {} 0 0 0 0x9aa4af {}\n", row, in_data("–"));
            continue;
        }
        const auto& b = found->second;
        const bool cut = b.median > end;
        const auto shown = [&](double value) { return std::min(value, end); };
        const auto colour = colour_of(grid.rows[row]);
        data += fmt::format("{} {} {} {} {} 0x{} {}\n", shown(b.median), row,
                            cut ? end : shown(b.low), cut ? end : std::min(b.high, 1.08 * end),
                            cut ? end : std::max(b.median, std::min(b.high, 1.08 * end)),
                            colour.substr(1), in_data(number_text(b.median) + (cut ? " ▸" : "")));
    }
    return data;
}

std::string margins(const place& p, int total_height) {
    const double w = width, h = total_height;
    return fmt::format("set lmargin at screen {}\nset rmargin at screen {}\n"
                       "set tmargin at screen {}\nset bmargin at screen {}\n",
                       p.left / w, (p.left + p.width) / w, 1 - p.top / h,
                       1 - (p.top + p.height) / h);
}

std::string text_at(int x, int y, int total_height, std::string_view text, std::string_view style) {
    return fmt::format("set label {} at screen {},{} {}\n", literal(text), x / double{width},
                       1 - y / double(total_height), style);
}

std::string names(const bar_grid& grid, int top, int total_height) {
    std::string script;
    for (std::size_t row = 0; row < grid.rows.size(); ++row) {
        const bool is_ours = grid.rows[row].name == ours;
        const int y = top + bar_height / 2 + static_cast<int>(row) * bar_height;
        script += text_at(names_width - 8, y, total_height, grid.rows[row].name,
                          is_ours ? "right font 'sans-serif:Bold,13' tc rgb '#0b5fff'"
                                  : "right tc rgb '#24292f'");
    }
    return script;
}

std::string plot(const bar_grid& grid, const bar_cell& cell, const place& p, int total_height) {
    const double end = std::max(scale_end(cell), 1e-9);
    const double unit = end / (p.width - figures_width);
    std::string script = margins(p, total_height);
    script += fmt::format("$cell << EOD\n{}EOD\n", data_of(grid, cell, end));
    script += fmt::format("set xrange [0:{}]\nset yrange [{}:-0.5]\n", unit * p.width,
                          static_cast<double>(grid.rows.size()) - 0.5);
    script +=
        "plot $cell using 1:2:(0):1:($2-0.36):($2+0.36):6 with boxxyerror fs solid noborder "
        "lc rgb variable, '' using 3:2:($4-$3):(0) with vectors nohead lw 1 lc rgb '#57606a', ";
    script += fmt::format("'' using ($5+{}):2:7 with labels left tc rgb '#24292f'\n", 6 * unit);
    return script + "unset label\n";
}

}  // namespace

picture draw(const bar_grid& grid) {
    const int bars_height = static_cast<int>(grid.rows.size()) * bar_height;
    const auto columns = static_cast<int>(grid.columns);
    const int cell_width = (width - names_width - edge - (columns - 1) * cell_gap) / columns;

    int height = 4;
    for (const auto& line : grid.lines)
        height += (line.heading.empty() ? 0 : line_heading) + cell_heading + bars_height + line_gap;

    std::string script = "set multiplot\nunset key\nunset xtics\nunset ytics\n"
                         "set border 2 lc rgb '#8c959f'\nset bars 0.5\n";
    int top = 4;
    for (const auto& line : grid.lines) {
        if (!line.heading.empty()) {
            script += text_at(edge, top + line_heading / 2, height, line.heading,
                              "left font 'sans-serif:Bold,15' tc rgb '#24292f'");
            top += line_heading;
        }
        script += names(grid, top + cell_heading, height);
        for (std::size_t c = 0; c < line.cells.size(); ++c) {
            if (line.cells[c].bars.empty()) continue;
            const place p{names_width + static_cast<int>(c) * (cell_width + cell_gap),
                          top + cell_heading, cell_width, bars_height};
            script += text_at(p.left, top + cell_heading / 2, height, line.cells[c].heading,
                              "left tc rgb '#57606a'");
            script += plot(grid, line.cells[c], p, height);
        }
        top += cell_heading + bars_height + line_gap;
    }
    return draw(width, height, script + "unset multiplot\n");
}

}  // namespace bench::charts
