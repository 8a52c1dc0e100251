// SPDX-License-Identifier: BSL-1.0
//
// Bars for many workloads at once: a line for each workload, a cell for each size, in each cell one bar for
// each peer, always in the same place. Bars begin at 0 and are to scale within their cell; one that is far
// longer than the others is cut off at the edge and says so with an arrow. The figure stands at its end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "gnuplot.hpp"
#include "plot_data.hpp"

namespace bench::charts {

struct bar {
    double median, low, high;
};

struct bar_cell {
    std::string heading;
    std::map<std::string, bar> bars;  // by peer; may be empty: then nothing is drawn
};

struct bar_line {
    std::string heading;  // above all its cells; may be empty
    std::vector<bar_cell> cells;
};

struct bar_grid {
    std::vector<peer> rows;
    std::vector<bar_line> lines;  // each with at most `columns` cells
    std::size_t columns;
};

picture draw(const bar_grid& grid);

}  // namespace bench::charts
