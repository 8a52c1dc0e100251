// SPDX-License-Identifier: BSL-1.0
//
// etcd asked without syncmap::etcd, by HTTP: what the checks compare with, and what its loads are measured beside.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace cluster {

/// A connection to one member, which is kept open. For one thread. All members throw std::runtime_error where etcd does
/// not answer in time, or with an error.
class gateway {
public:
    explicit gateway(std::string endpoint,
                     std::chrono::milliseconds limit = std::chrono::milliseconds(5000));
    gateway(const gateway&) = delete;
    gateway& operator=(const gateway&) = delete;
    ~gateway();

    struct member_status {
        std::string version;
        std::uint64_t id, leader;  // leader: 0 if it knows of none
    };
    member_status status();

    struct contents {
        std::int64_t revision;
        std::map<std::string, std::string> entries;  // without the prefix
    };
    contents all_below(const std::string& prefix);

    void put_all(const std::vector<std::pair<std::string, std::string>>& entries);

    /// One value, or an empty one; `serializable`: whatever this member has, without asking the others.
    std::string get(const std::string& key, bool serializable);

private:
    nlohmann::json ask(const char* path, const nlohmann::json& question);

    std::string endpoint_, answer_;
    std::chrono::milliseconds limit_;
    void* curl_;
};

}  // namespace cluster
