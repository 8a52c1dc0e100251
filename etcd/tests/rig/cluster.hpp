// SPDX-License-Identifier: BSL-1.0
//
// Members of a real etcd on this machine, and what can befall them.
//
// The program is `etcd`, or what SYNCMAP_ETCD_SERVER names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gateway.hpp"
#include "process.hpp"

namespace rig {

/// Certificates, made anew: `ca` has signed `server` (for 127.0.0.1 and localhost), `elsewhere` (for others) and `client`;
/// `other_ca` has signed `stranger`.
struct certificates {
    explicit certificates(const std::filesystem::path& where);
    std::string ca, server, server_key, elsewhere, elsewhere_key, client, client_key, other_ca,
        stranger, stranger_key;
};

struct cluster_options {
    int members = 1;
    const certificates* tls = nullptr;  ///< none: http
    bool client_certificates = false;   ///< asks clients for theirs
    std::int64_t quota = 0;             ///< bytes that the data may take; 0: as etcd has it
    int token_seconds = 0;              ///< for how long a token is good; 0: as etcd has it
};

class cluster {
public:
    /// Returns when all members answer.
    explicit cluster(cluster_options how = {});

    [[nodiscard]] std::size_t size() const { return members_.size(); }
    [[nodiscard]] std::vector<std::string> endpoints() const;
    [[nodiscard]] std::string endpoint(std::size_t i) const;
    [[nodiscard]] std::uint16_t port(std::size_t i) const { return members_[i].port; }
    /// How tests get in.
    [[nodiscard]] access key() const;
    [[nodiscard]] gateway direct() const { return gateway(endpoints(), key()); }

    void kill(std::size_t i) { members_[i].process.kill(); }
    void stop(std::size_t i) { members_[i].process.stop(); }
    void go_on(std::size_t i) { members_[i].process.go_on(); }
    void start(std::size_t i);
    void kill_all();
    void start_all();
    /// Kills all members, and starts others in their place, on new disks: as after a backup has been restored, which was an
    /// empty one. A cluster with the same `token` (any text) has the same id.
    void start_anew(const std::string& token);
    [[nodiscard]] const std::string& token() const { return token_; }
    /// The member that leads; waits until one does.
    [[nodiscard]] std::size_t leader() const;
    /// Waits until member `i` answers with what a majority has agreed to.
    void await(std::size_t i) const;
    void await_all() const;
    /// What they have printed.
    [[nodiscard]] std::string log() const;

private:
    struct member {
        std::uint16_t port = 0, peer_port = 0;
        child process{};
    };
    cluster_options how_;
    folder data_;
    std::string token_;
    std::vector<member> members_;
};

}  // namespace rig
