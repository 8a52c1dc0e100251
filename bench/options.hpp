// SPDX-License-Identifier: BSL-1.0
//
// The command line.
#pragma once

#include "workload.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

struct options {
    // what
    std::vector<std::string> workloads;  ///< full names, in the order of tables
    std::vector<std::string> types;
    std::vector<std::uint64_t> keys;
    std::vector<unsigned> threads;
    std::vector<std::string> peers;  ///< empty: all
    std::optional<distribution> dist;
    double read_ratio = 0.9;
    bool latency = false;
    bool reserve = false;
    std::string trace_folder = "/usr/include";
    std::string allocator;  ///< in place of the C library's
    bool overview = false;  ///< nothing of this was chosen

    // how long
    double seconds = 0.2;
    unsigned repetitions = 5;
    double budget = 0;  ///< seconds for all; 0: as long as it takes
    std::uint64_t operations = 0;
    bool no_fork = false;

    // where to
    std::string json;
    std::string csv;
    std::vector<std::string> plots;
    std::string folder;
    std::vector<std::string> merged;
    bool list = false;
};

/// The user asked for something that cannot be done.
struct usage_error : std::runtime_error {
    using runtime_error::runtime_error;
};

/// Throws usage_error. Nothing if the user has asked for help, and got it.
std::optional<options> parse_options(int argc, char** argv);

}  // namespace bench
