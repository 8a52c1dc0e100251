// SPDX-License-Identifier: BSL-1.0
//
// Charts of a results file, drawn by gnuplot.
#pragma once

#include <filesystem>

#include <nlohmann/json_fwd.hpp>

namespace bench {

/// Draws `results` (see bench/README.md for the form) to `out`: name.svg is one picture with all charts
/// below each other, name.html a page with the charts, what they show in words, and the table; it needs
/// nothing from elsewhere. Throws std::invalid_argument on another suffix or where there is nothing to
/// draw, std::runtime_error if gnuplot is missing or fails or the file cannot be written.
void plot(const nlohmann::json& results, const std::filesystem::path& out);

}  // namespace bench
