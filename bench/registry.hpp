// SPDX-License-Identifier: BSL-1.0
//
// The maps that this program was built with. Each adapter's .cpp file registers its own; run.hpp says how.
#pragma once

#include "workload.hpp"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class any_dataset;

/// What one repetition showed.
struct figure {
    std::string role;  ///< of the threads that it is about; empty for all
    std::string metric;
    double value = 0;
};
struct run_result {
    std::vector<figure> figures;
    double preempted = 0;  ///< part of the threads' time in which others had their processors
    std::string failure;   ///< if not empty: what went wrong
};

/// What an adapter tells about its map.
struct peer_info {
    std::string name;
    std::string version;
    std::string note;
    int order = 50;  ///< in tables
};

struct peer {
    struct instance {
        std::function<run_result(const cell&, const any_dataset&)> run;
        op_set can = 0;  ///< operations that the adapter has
        bool batches = false;
        bool iterates = false;
    };

    peer_info info;
    bool unsynchronised = false;
    std::map<std::string, instance, std::less<>> types;  ///< by the name of the pair of types

    bool can(const cell& c) const;
};

/// All that were built in, in the order of tables.
const std::vector<peer>& peers();
void register_peer(peer p);

/// Maps that this program was built without.
struct absent_peer {
    std::string name;
    std::string why;
};
const std::vector<absent_peer>& absent_peers();

/// "1.81", "2.3.1"
std::string version_text(int major, int minor, int patch = -1);

}  // namespace bench
