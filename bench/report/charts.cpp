// SPDX-License-Identifier: BSL-1.0
#include "charts.hpp"

#include "chart_kinds.hpp"

namespace bench::charts {

std::vector<chart> draw_all(const dataset& data) {
    std::vector<chart> charts;
    const auto of_metric = [&](std::string_view metric) {
        return only(data.records, [&](const record& r) { return !is_go(r) && r.metric == metric; });
    };
    add_bars(data, of_metric("ns/op"), "Time of an operation", charts);
    add_scaling(data, data.records, charts);
    add_latency(data, data.records, charts);
    add_memory(data, data.records, charts);
    add_go(data, data.records, charts);
    add_bars(data, of_metric("instr/op"), "Instructions of an operation", charts);
    add_compile_time(data, of_metric("compile s"), charts);
    return charts;
}

}  // namespace bench::charts
