// SPDX-License-Identifier: BSL-1.0
//
// Which charts a set of results gives.
#pragma once

#include <string>
#include <vector>

#include "gnuplot.hpp"
#include "plot_data.hpp"

namespace bench::charts {

struct chart {
    std::string title, caption;
    picture drawn;
};

/// In the order in which they are shown; none if there is nothing that a chart can show.
std::vector<chart> draw_all(const dataset& data);

}  // namespace bench::charts
