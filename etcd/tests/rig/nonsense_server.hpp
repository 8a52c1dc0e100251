// SPDX-License-Identifier: BSL-1.0
//
// A server that is asked like a member of etcd, and answers whatever a test likes.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <random>
#include <string>
#include <thread>

#include "process.hpp"

namespace rig {

struct reply {
    enum class after {
        go_on,    ///< the connection is used for more
        hang_up,  ///< it is closed
        flood,    ///< the bytes are sent again and again, until the client has had enough
        silence,  ///< nothing more is said, and it stays open
    };
    std::string bytes{};
    after then = after::go_on;
};

/// As HTTP says that.
std::string http(int status, const std::string& body);

/// What a member might have answered to a request to `path`, changed somewhere: bytes, types, sizes, nesting, encoding,
/// the head, the end. Now and then not changed at all.
reply nonsense(const std::string& path, std::mt19937& random);

class nonsense_server {
public:
    /// `answers(path, body)` is called for one request after the other.
    explicit nonsense_server(
        std::function<reply(const std::string& path, const std::string& body)> answers);
    ~nonsense_server();
    nonsense_server(const nonsense_server&) = delete;
    nonsense_server& operator=(const nonsense_server&) = delete;

    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] int requests() const { return requests_; }

private:
    void serve(int fd);

    std::function<reply(const std::string&, const std::string&)> answers_;
    std::uint16_t port_;
    int listener_;
    std::atomic<bool> over_{false};
    std::atomic<int> requests_{0};
    std::atomic<int> connections_{0};  ///< threads that serve one
    std::mutex lock_;                  ///< of answers_ being called
    std::thread accepting_;
};

}  // namespace rig
