// SPDX-License-Identifier: BSL-1.0
//
// The results as charts need them: read from JSON, peers in a fixed order with a fixed colour, and words
// for what the names stand for.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace bench::charts {

/// One record of the results file, without its samples.
struct record {
    std::string workload, type, peer, metric;
    std::uint64_t keys;
    int threads;
    double median, low, high;
};

/// A peer that was measured. Its colour is the same in every chart of lines.
struct peer {
    std::string name;
    std::string colour;
    std::string about;  // version and what it is; may be empty
};

struct left_out {
    std::string name, why;
};

struct dataset {
    std::string machine;  // one line
    std::vector<record> records;
    std::vector<peer>
        peers;  // those with a record: syncmap, the others in the order of the file, U
    std::vector<left_out> missing;
    std::vector<std::string> warnings;  // what a reader should know before believing the figures
};

/// Throws std::invalid_argument if this is not the form of a results file.
dataset read_results(const nlohmann::json& results);

inline constexpr std::string_view ours = "syncmap", limit = "U";
inline constexpr std::string_view our_colour = "#0b5fff", limit_colour = "#24292f";

/// Of a workload: "W1: load, all hits"; the name alone if nobody knows more.
std::string in_words(std::string_view name);
/// "uint64 keys, uint64 values".
std::string type_in_words(std::string_view type);
/// "1k", "10M".
std::string keys_text(std::uint64_t keys);
std::string threads_text(int threads);
/// Three digits at most, with separators: "7.1", "42", "4,817", "5.5M".
std::string number_text(double value);
/// What a metric is measured in and whether less is better: "ns per operation (shorter is better)".
std::string unit_in_words(std::string_view metric);

/// The order in which workloads are shown, and types.
bool comes_before(std::string_view a, std::string_view b);
bool type_comes_before(std::string_view a, std::string_view b);

}  // namespace bench::charts
