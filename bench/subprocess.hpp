// SPDX-License-Identifier: BSL-1.0
//
// Starts other programs, without a shell, and reads what they say.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// Variables to set beside those there are.
using environment = std::vector<std::pair<std::string, std::string>>;

struct program_result {
    int status = 0;      // exit code; 128 + N after signal N, 127 if it could not be started
    std::string output;  // stdout and stderr
};

/// Runs argv[0], found by PATH, in `folder` (or where we are, if empty) to its end.
program_result run_program(const std::vector<std::string>& argv,
                           const std::filesystem::path& folder, const environment& changes);

/// Whether there is a program of this name.
bool in_path(const std::string& name);

}  // namespace bench
