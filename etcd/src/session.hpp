// SPDX-License-Identifier: BSL-1.0
//
// A client's way to etcd: which member is asked, how often, as whom, and what became of a call.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "loop.hpp"
#include "notifier.hpp"
#include "protocol.hpp"
#include "syncmap/etcd/options.hpp"

namespace syncmap::etcd::inline v0::detail {

/// Whether a call may be tried again when nobody knows whether it has been done.
enum class repeat {
    always,     ///< it changes nothing, or the same again
    if_unsent,  ///< only where surely nothing has been done
};

struct reply {
    std::optional<failure> failed{};
    json body{};
};

class session {
public:
    explicit session(options how);
    session(const session&) = delete;
    session& operator=(const session&) = delete;
    /// Not by the client's thread. Gives messages that nobody waits for a moment to arrive.
    ~session();

    /// POSTs `body` to `path`; `then` gets the answer, which it may take, in the client's thread. From any thread.
    void call(std::string path, std::string body, repeat r, time_limit until,
              std::function<void(reply&)> then);
    /// The same, waiting for the answer. Not by the client's thread.
    [[nodiscard]] reply ask(std::string path, std::string body, repeat r, time_limit until);
    /// A call that nobody waits for, but this object's destructor, for a moment.
    void tell(std::string path, std::string body);

    [[nodiscard]] loop& thread() noexcept { return loop_; }
    [[nodiscard]] notifier& handlers() noexcept { return notifier_; }
    [[nodiscard]] std::chrono::milliseconds deadline() const noexcept { return options_.deadline; }

    // What follows is for the client's thread.

    [[nodiscard]] std::size_t endpoints() const noexcept { return options_.endpoints.size(); }
    /// The one that answered last.
    [[nodiscard]] std::size_t preferred() const noexcept { return preferred_; }
    [[nodiscard]] std::string url(std::size_t endpoint, std::string_view path) const;
    /// Fetches a token if one is needed, and calls `then` with the empty string or it, or with what is wrong.
    void with_token(std::function<void(const std::string&, const std::optional<failure>&)> then);
    void token_is_bad(const std::string& token);
    /// Between half of `most` and all of it.
    [[nodiscard]] std::chrono::milliseconds around(std::chrono::milliseconds most);

private:
    struct attempt;  // a call that is under way

    void begin(const std::shared_ptr<attempt>& a);
    void send(const std::shared_ptr<attempt>& a);
    void ended(const std::shared_ptr<attempt>& a, const ending& e);
    void try_again(const std::shared_ptr<attempt>& a);
    void pause(const std::shared_ptr<attempt>& a);
    void authenticate();

    const options options_;
    std::minstd_rand random_;
    std::size_t preferred_ = 0;
    std::string token_;
    std::shared_ptr<attempt> authentication_;  // under way
    bool needs_no_token_ = false;              // etcd has said that it knows no users
    std::vector<std::function<void(const std::string&, const std::optional<failure>&)>>
        waiting_for_token_;

    std::mutex farewells_mutex_;
    std::condition_variable farewells_done_;
    int farewells_ = 0;

    notifier notifier_;
    loop loop_;  // the last: its thread uses all others
};

}  // namespace syncmap::etcd::inline v0::detail
