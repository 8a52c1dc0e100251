// SPDX-License-Identifier: BSL-1.0
//
// Everything that can be measured in a cell looks the same here: maps in C++, Go's benchmarks of them, and
// programs in other languages.
#pragma once

#include "dataset.hpp"
#include "foreign.hpp"
#include "options.hpp"
#include "registry.hpp"
#include "results.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Makes what the maps of a cell need; keeps the last one's keys for the next.
class dataset_store {
public:
    explicit dataset_store(std::string trace_folder) : trace_folder_(std::move(trace_folder)) {}

    const any_dataset& prepare(const cell& c);

    /// How many different identifiers the trace has: its number of keys.
    std::uint64_t trace_keys();

private:
    std::vector<script> trace_scripts(unsigned threads);
    void read_trace();

    std::string trace_folder_;
    std::string type_;  ///< of what `current_` is
    std::unique_ptr<any_dataset> current_;
    std::string prepared_;  ///< the cell that its streams are for
    std::vector<std::string> identifiers_;
    std::vector<std::uint32_t> trace_;
};

struct contender {
    std::string peer;
    std::function<run_result(const cell&)> run;
};

class field {
public:
    /// Throws usage_error if a wanted peer is not there.
    field(const options& wanted, dataset_store& data);

    /// Who can be measured in this cell, in the order of tables.
    std::vector<contender> in(const cell& c);

    /// All peers that are wanted, and those that are not there.
    std::vector<peer_row> rows() const;

private:
    bool is_wanted(const std::string& name) const;
    const std::string* go_peer(const std::string& peer) const;

    const options& wanted_;
    dataset_store& data_;
    std::optional<foreign_peers> foreign_;
};

/// "W1 u64:u64, 1,000 keys, 2 threads"
std::string description_of(const cell& c);

}  // namespace bench
