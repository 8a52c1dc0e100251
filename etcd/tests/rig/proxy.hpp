// SPDX-License-Identifier: BSL-1.0
//
// A network between a client and a member of etcd, and what networks do: they are slow, they break, they forget to say
// that they are broken. It changes nothing of what it passes on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <thread>

#include "process.hpp"

namespace rig {

class proxy {
public:
    /// To what listens at `to` on this machine.
    explicit proxy(std::uint16_t to);
    ~proxy();
    proxy(const proxy&) = delete;
    proxy& operator=(const proxy&) = delete;

    [[nodiscard]] std::string url(const std::string& scheme = "http") const {
        return scheme + "://127.0.0.1:" + std::to_string(port_);
    }

    // --- from now on, for the connections that there are and those to come ---

    void pass();                  ///< everything
    void delay(milliseconds by);  ///< everything, later
    /// Accepts, reads, and passes nothing on, in either direction. A connection of which something has been lost that way
    /// stays silent for good: what is passed on never has a gap.
    void swallow();
    void refuse();  ///< closes what there is, and what is accepted
    /// Passes everything, but of the next `writes` requests to change something only the request: when the answer is there it
    /// closes that connection instead.
    void lose_answers(int writes);

    // --- once, for the connections that there are ---

    void cut();  ///< closes them, as after a crash (RST)
    void
    half_close();  ///< towards the client: no answer will come, and requests are still passed on

    [[nodiscard]] int lost() const { return lost_; }  ///< answers so far
    /// Those of them where the connection had been used for another request before.
    [[nodiscard]] int lost_on_reused() const { return lost_on_reused_; }
    /// Requests to change something that were passed on.
    [[nodiscard]] int writes() const { return writes_; }

private:
    enum class mode { pass, swallow };
    struct piece {
        clock::time_point due;
        std::string bytes;
    };
    struct direction {
        std::list<piece> waiting{};
        bool ended = false;   ///< nothing more will be read
        bool closed = false;  ///< nothing more will be written
    };
    struct connection {
        int client = -1;
        int server = -1;
        direction request{}, answer{};
        int requests = 0;
        bool loses_answer = false;
        bool silent = false;  ///< something has been swallowed
        bool dead = false;
    };

    void work();
    void listen();
    void accept_one();
    void read_from(connection& c, bool client);
    void write_to(connection& c, bool client);
    void wake() const;
    void end(connection& c, bool hard);
    [[nodiscard]] bool passes(const connection& c) const {
        return mode_ != mode::swallow && !c.silent;
    }

    std::uint16_t port_ = 0;
    std::uint16_t to_;
    int listener_ = -1;
    int wake_[2] = {-1, -1};
    std::mutex lock_;  ///< of all below
    mode mode_ = mode::pass;
    milliseconds delay_{0};
    int to_lose_ = 0;
    std::list<connection> connections_;
    bool over_ = false;
    std::atomic<int> lost_{0}, lost_on_reused_{0}, writes_{0};
    std::thread thread_;
};

}  // namespace rig
