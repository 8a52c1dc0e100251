// SPDX-License-Identifier: BSL-1.0
//
// Each adds the charts that it can make of some records to `charts`: none if there are none.
#pragma once

#include <string_view>
#include <vector>

#include "charts.hpp"
#include "selection.hpp"

namespace bench::charts {

/// Bars for one metric, a chart for each type: the smallest number of threads, and the largest if it is
/// another one.
void add_bars(const dataset& data, const records& of, std::string_view what,
              std::vector<chart>& charts);
void add_compile_time(const dataset& data, const records& of, std::vector<chart>& charts);
/// Go's benchmarks, for each number of threads.
void add_go(const dataset& data, const records& all, std::vector<chart>& charts);

/// Throughput, where there are several numbers of threads.
void add_scaling(const dataset& data, const records& all, std::vector<chart>& charts);
void add_latency(const dataset& data, const records& all, std::vector<chart>& charts);
/// Lines if there are enough points for them, otherwise bars.
void add_memory(const dataset& data, const records& all, std::vector<chart>& charts);

}  // namespace bench::charts
