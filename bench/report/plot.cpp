// SPDX-License-Identifier: BSL-1.0
#include "plot.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "charts.hpp"
#include "page.hpp"

namespace bench {

void plot(const nlohmann::json& results, const std::filesystem::path& out) {
    const auto suffix = out.extension();
    if (suffix != ".svg" && suffix != ".html")
        throw std::invalid_argument("a chart is NAME.svg or NAME.html, not " + out.string());
    const auto data = charts::read_results(results);
    const auto drawn = charts::draw_all(data);
    if (drawn.empty())
        throw std::invalid_argument("these results have nothing that a chart could show");
    std::ofstream file(out, std::ios::binary);
    file << (suffix == ".svg" ? charts::as_svg(data, drawn) : charts::as_html(data, drawn));
    if (!file.flush()) throw std::runtime_error("cannot write " + out.string());
}

}  // namespace bench
