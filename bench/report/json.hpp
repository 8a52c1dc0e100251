// SPDX-License-Identifier: BSL-1.0
//
// Results as JSON and CSV; the form is described in bench/README.md.
#pragma once

#include "../results.hpp"

#include <filesystem>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace bench {

nlohmann::json to_json(const results& r);

/// A line for each figure, and one with names before them.
std::string to_csv(const results& r);

/// Adds the records of a file that to_json() or one of the scripts has written. Throws std::runtime_error if it is
/// none.
void merge(results& r, const std::filesystem::path& file);

}  // namespace bench
