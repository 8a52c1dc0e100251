// SPDX-License-Identifier: BSL-1.0
//
// Panels of lines, two beside each other, one line for each peer with its name at its right end.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gnuplot.hpp"
#include "plot_data.hpp"

namespace bench::charts {

struct line {
    peer who;
    std::vector<std::pair<double, double>> points;  // by x
};

struct tick {
    double at;
    std::string text;
};

struct line_panel {
    std::string heading, x_title, y_title;
    std::vector<tick> ticks;  // of the x axis
    bool x_log = false, y_log = false;
    std::vector<line> lines;
};

picture draw(const std::vector<line_panel>& panels);

}  // namespace bench::charts
