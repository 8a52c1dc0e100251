// SPDX-License-Identifier: BSL-1.0
//
// What etcd's JSON gateway is sent and answers. Answers may be anything: every function that reads one returns
// nullopt where it is not what it should be.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "syncmap/etcd/detail/mirror.hpp"
#include "syncmap/etcd/error.hpp"

namespace syncmap::etcd::inline v0::detail {

using nlohmann::json;

struct failure {
    error_kind kind = error_kind::unavailable;
    std::string message{};
    /// Etcd has no space left. It refuses the write that takes the last of it after having done it.
    bool no_space = false;
};

struct key_value {
    std::string key{};
    std::string value{};
    std::int64_t revision = 0;  ///< that put it there
};

/// All keys that begin with a prefix, as etcd describes them: from `key` to before `end`.
struct key_range {
    explicit key_range(std::string_view prefix);
    std::string key;
    std::string end;
};

// --- reading JSON ---

/// The integer called `name`, which the gateway writes as a string; 0 if there is none, as the gateway omits
/// zeros.
[[nodiscard]] std::optional<std::int64_t> integer(const json& object, const char* name);
[[nodiscard]] bool truth(const json& object, const char* name);
/// `header.revision`, which is positive in every answer that has one.
[[nodiscard]] std::optional<std::int64_t> header_revision(const json& answer);
[[nodiscard]] std::optional<key_value> to_key_value(const json& kv);

struct page {
    std::int64_t revision = 0;
    std::string cluster{};  ///< whose answer it is
    std::vector<key_value> entries{};
    bool more = false;
};
[[nodiscard]] std::optional<page> to_page(const json& answer);

struct event {
    std::string key{};
    std::optional<std::string> value{};  ///< nullopt: erased
    std::int64_t revision = 0;
};
/// One line of a watch.
struct watch_message {
    bool created = false;
    bool canceled = false;
    bool compacted = false;
    bool fragment = false;  ///< the rest of the events comes with the next message
    std::string reason{};
    std::string cluster{};  ///< whose watch it is
    std::vector<event> events{};
};
[[nodiscard]] std::optional<watch_message> to_watch_message(std::string_view line);

struct transaction_answer {
    std::int64_t revision = 0;
    outcome what{};
};
[[nodiscard]] std::optional<transaction_answer> to_outcome(const json& answer,
                                                           const transaction& t);
/// Of a request to erase, without a condition.
[[nodiscard]] std::optional<transaction_answer> to_erasure(const json& answer);

// --- requests ---

[[nodiscard]] std::string range_request(std::string_view from, std::string_view end,
                                        std::size_t limit, std::int64_t revision);
[[nodiscard]] std::string get_request(std::string_view key, bool keys_only);
[[nodiscard]] std::string watch_request(const key_range& keys, std::int64_t first_revision);
[[nodiscard]] std::string transaction_request(std::string_view key, const transaction& t);
[[nodiscard]] std::string erase_request(std::string_view key);
[[nodiscard]] std::string erase_all_request(const key_range& keys);
/// Asks whether nothing in `keys` has been put after `revision`, and how many there are.
[[nodiscard]] std::string nothing_new_request(const key_range& keys, std::int64_t revision);

// --- what went wrong ---

/// An answer that is no success. `done_for_sure_not`: no attempt to do it is under way.
struct refusal {
    error_kind kind = error_kind::unavailable;
    std::string message{};
    bool surely_not_done = false;
    bool worth_another_try = false;
    bool token_is_bad = false;
    bool no_space = false;
};
[[nodiscard]] refusal to_refusal(long status, std::string_view body);

/// Text from elsewhere, fit for one line of a message.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace syncmap::etcd::inline v0::detail
