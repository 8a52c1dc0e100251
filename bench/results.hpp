// SPDX-License-Identifier: BSL-1.0
//
// What a session ends with; report/ shows it.
#pragma once

#include "noise.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace bench {

/// One figure of one peer in one cell, in all repetitions.
struct result {
    std::string workload;
    std::string type;
    std::uint64_t keys = 0;
    unsigned threads = 1;
    std::string peer;
    std::string metric;
    std::vector<double> samples;

    double median() const;
    double low() const;
    double high() const;
    /// Half of the distance from low to high, as a part of the median.
    double spread() const;
};

struct peer_row {
    std::string name;
    std::string version;
    std::string note;
    std::optional<std::string> left_out;  ///< why it is not there
};

struct failure {
    std::string where;  ///< "W1 u64:u64 1,000 keys, 2 threads"
    std::string peer;
    std::string what;
};

struct results {
    std::map<std::string, std::string> machine;                  ///< "cpu", "os", "compiler", ...
    std::vector<std::pair<std::string, std::string>> workloads;  ///< names and titles, in order
    std::vector<peer_row> peers;                                 ///< in order
    std::vector<result> all;
    std::vector<failure> failures;
    noise_detector noise;
    bool complete = true;  ///< false: interrupted, or the time was over
    double seconds = 0;    ///< that all took
};

/// What there is to know about this machine and this program.
std::map<std::string, std::string> describe_machine();

}  // namespace bench
