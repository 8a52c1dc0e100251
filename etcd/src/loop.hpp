// SPDX-License-Identifier: BSL-1.0
//
// The thread of a client: HTTP requests, timers, and what other threads ask it to do, one after the other. It
// sleeps in between. All of its functions but post() are for functions that run in it.
#pragma once

#include <curl/curl.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <vector>

#include "syncmap/etcd/options.hpp"

namespace syncmap::etcd::inline v0::detail {

/// How a request ended.
struct ending {
    bool answered = false;  ///< by HTTP, completely
    /// Whether any of the request's body may have left. If not, surely nothing has been done.
    bool sent = false;
    bool distrusted = false;  ///< one side does not like the other's certificate
    bool too_long = false;    ///< the answer was, and has been broken off
    long status = 0;          ///< of HTTP
    std::string problem{};    ///< in words, where there is one
};

/// A POST.
struct request {
    std::string url{};
    std::string body{};
    std::string token{};  ///< for the header `Authorization`; none if empty
    std::chrono::milliseconds connect_within{1000};
    std::chrono::milliseconds end_within{0};  ///< 0: it may take for ever
    std::size_t longest_answer = 0;           ///< in bytes; 0: it may be as long as it likes
    std::function<void(std::string_view)> on_data{};
    std::function<void(const ending&)> on_end{};
};

class loop {
public:
    using task = std::function<void()>;
    using clock = std::chrono::steady_clock;

    explicit loop(const tls_options& tls);
    loop(const loop&) = delete;
    loop& operator=(const loop&) = delete;
    /// What has been posted is still done; requests are broken off.
    ~loop();

    /// From any thread: has `t` done.
    void post(task t);

    using timer = std::pair<clock::time_point, std::uint64_t>;
    timer after(std::chrono::milliseconds wait, task t);
    void cancel(const timer& t);

    using ticket = std::uint64_t;
    /// on_data() and on_end() are called later, never by start() itself.
    ticket start(request r);
    /// Ends a request, of which nothing more is heard; nothing if it has ended.
    void abandon(ticket t);

private:
    struct transfer;

    void run();
    void run_tasks();
    void run_timers();
    void hand_out();
    [[nodiscard]] int patience() const;

    const tls_options& tls_;
    CURLM* multi_;
    std::mutex mutex_;
    std::vector<task> tasks_;  // guarded by mutex_
    bool stopping_ = false;    // guarded by mutex_
    std::map<timer, task> timers_;
    std::unordered_map<ticket, std::unique_ptr<transfer>> transfers_;
    std::uint64_t last_number_ = 0;
    std::thread thread_;
};

}  // namespace syncmap::etcd::inline v0::detail
