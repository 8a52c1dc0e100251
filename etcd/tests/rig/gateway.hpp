// SPDX-License-Identifier: BSL-1.0
//
// etcd asked directly, with nothing of the library: what tests compare its answers with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process.hpp"

namespace rig {

/// What etcd asks for before it answers.
struct access {
    std::string ca{}, certificate{}, key{};
    std::string token{};
    bool verify = true;  ///< the server's certificate
};

struct answer {
    long status = 0;  ///< of HTTP; 0: none came
    std::string body{};
};

/// One request, on a connection of its own.
answer post(const std::string& url, const std::string& body, milliseconds limit,
            const access& with = {});

std::string to_base64(std::string_view bytes);
std::string from_base64(std::string_view text);

/// A key as etcd has it.
struct entry {
    std::string key{}, value{};
    std::int64_t created = 0, modified = 0, version = 0, lease = 0;
};

/// What happened to a key; no value: it was erased.
struct event {
    std::int64_t revision;
    std::string key;
    std::optional<std::string> value;
};

/// Members of one etcd. What cannot be had for some seconds from any of them throws.
class gateway {
public:
    explicit gateway(std::vector<std::string> endpoints, access with = {})
        : endpoints_(std::move(endpoints)), with_(std::move(with)) {}

    /// Posts `body` to /v3/`path`, to one member after another until one of them answers 200, in the time for `each`.
    std::string call(const std::string& path, const std::string& body,
                     milliseconds each = 3s) const;
    /// These return the revision of etcd then.
    std::int64_t put(std::string_view key, std::string_view value, std::int64_t lease = 0) const;
    /// All of them, in transactions of 100.
    void put_all(const std::vector<std::pair<std::string, std::string>>& entries) const;
    [[nodiscard]] std::optional<entry> get(std::string_view key) const;
    [[nodiscard]] std::vector<entry> below(std::string_view prefix) const;
    std::int64_t erase(std::string_view key) const;
    void erase_below(std::string_view prefix) const;
    [[nodiscard]] std::int64_t revision() const;
    void compact(std::int64_t revision) const;
    /// All that happened below `prefix` in the revisions `from` to `to`, the latter no later than revision().
    [[nodiscard]] std::vector<event> events(const std::string& prefix, std::int64_t from,
                                            std::int64_t to) const;
    /// Ends all alarms.
    void disarm() const;
    /// How many leases there are.
    [[nodiscard]] std::size_t leases() const;

    /// Makes the user `root` with `password`, turns authentication on, and is `root` from then on.
    void protect(const std::string& password);
    /// A user who may read and write below `prefix` only. To be called before protect().
    void add_user(const std::string& name, const std::string& password,
                  const std::string& prefix) const;

private:
    std::vector<std::string> endpoints_;
    void log_in() const;

    mutable access with_;
    std::string password_{};  ///< of root
};

/// Whether the member at `endpoint` is the leader; nullopt: it does not say.
std::optional<bool> leads(const std::string& endpoint, const access& with = {});

/// The first key behind all that begin with `prefix`, as etcd names the end of a range.
std::string end_of(std::string prefix);

}  // namespace rig
