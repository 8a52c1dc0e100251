// SPDX-License-Identifier: BSL-1.0
//
// Three members of etcd on this machine: free ports on the loopback, a folder of their own, and what can happen to them.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "process.hpp"

namespace cluster {

class members {
public:
    static constexpr std::size_t count = 3;

    /// Starts them; returns when they have a leader. `program` is etcd, `folder` is there.
    /// Throws std::runtime_error if they do not come up.
    members(std::string program, std::filesystem::path folder);

    std::vector<std::string> endpoints() const;
    std::string endpoint(std::size_t who) const;
    const std::string& version() const { return version_; }

    /// Who leads; `count` if nobody who answers knows. Members that are stopped or dead are not asked.
    std::size_t leader();
    /// Waits until there is one, for some seconds; `count` if there is none then.
    std::size_t wait_for_leader();

    void kill(std::size_t who);   // kill -9
    void start(std::size_t who);  // again
    void stop(std::size_t who);   // SIGSTOP: it keeps its connections, and says nothing
    void go_on(std::size_t who);  // SIGCONT

private:
    struct member {
        int client_port = 0, peer_port = 0;
        process runs;
        bool answers = false;
        std::uint64_t id = 0;
    };
    bool start_all();
    bool come_up(member& m, std::size_t who);

    std::string program_;
    std::filesystem::path folder_;
    std::array<member, count> members_;
    std::string version_;
};

}  // namespace cluster
