// SPDX-License-Identifier: BSL-1.0
//
// The outcome as files: tables with a row for each 100 ms, and a picture where there is gnuplot.
#pragma once

#include <filesystem>

#include "course.hpp"

namespace cluster {

/// Writes loads.csv, writes.csv and events.csv to `folder`, which is made if it is not there, and then draws
/// cluster.svg. Throws std::runtime_error if a file cannot be written; returns whether there is a picture.
bool write_files(const outcome& o, const std::filesystem::path& folder);

}  // namespace cluster
