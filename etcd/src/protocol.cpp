// SPDX-License-Identifier: BSL-1.0
#include "protocol.hpp"

#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "base64.hpp"

namespace syncmap::etcd::inline v0::detail {

using namespace std::string_literals;

namespace {

const json* member(const json& object, const char* name) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(name);
    return found == object.end() ? nullptr : &*found;
}

std::string text(const json& object, const char* name) {
    const json* const found = member(object, name);
    return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::optional<std::string> bytes(const json& object, const char* name) {
    const json* const found = member(object, name);
    if (found == nullptr) return std::string();
    if (!found->is_string()) return std::nullopt;
    return from_base64(found->get_ref<const std::string&>());
}

/// What tells clusters apart, as text: it takes all 64 bits. Empty where the answer does not say.
std::string cluster_of(const json& answer) {
    const json* const header = member(answer, "header");
    return header != nullptr ? text(*header, "cluster_id") : std::string();
}

/// Not the greatest number, as there is one that comes next.
bool is_revision(std::int64_t n) { return n > 0 && n < std::numeric_limits<std::int64_t>::max(); }

std::string number(std::int64_t n) { return std::to_string(n); }

/// The key after `key`, in the order of bytes.
std::string prefix_end(std::string key) {
    while (!key.empty()) {
        const auto last = static_cast<unsigned char>(key.back());
        if (last < 255) {
            key.back() = static_cast<char>(last + 1);
            return key;
        }
        key.pop_back();
    }
    return "\0"s;  // no end
}

constexpr int grpc_canceled = 1;
constexpr int grpc_invalid_argument = 3;
constexpr int grpc_not_found = 5;
constexpr int grpc_permission_denied = 7;
constexpr int grpc_resource_exhausted = 8;
constexpr int grpc_failed_precondition = 9;
constexpr int grpc_out_of_range = 11;
constexpr int grpc_unimplemented = 12;
constexpr int grpc_unauthenticated = 16;

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

}  // namespace

key_range::key_range(std::string_view prefix)
    : key(prefix.empty() ? std::string(1, '\0') : std::string(prefix)),
      end(prefix_end(std::string(prefix))) {}

std::optional<std::int64_t> integer(const json& object, const char* name) {
    const json* const found = member(object, name);
    if (found == nullptr) return 0;
    if (found->is_number_integer()) return found->get<std::int64_t>();
    if (!found->is_string()) return std::nullopt;
    const auto& digits = found->get_ref<const std::string&>();
    std::int64_t value = 0;
    const char* const end = digits.data() + digits.size();
    const auto [stop, problem] = std::from_chars(digits.data(), end, value);
    if (problem != std::errc() || stop != end) return std::nullopt;
    return value;
}

bool truth(const json& object, const char* name) {
    const json* const found = member(object, name);
    return found != nullptr && found->is_boolean() && found->get<bool>();
}

std::optional<std::int64_t> header_revision(const json& answer) {
    const json* const header = member(answer, "header");
    if (header == nullptr) return std::nullopt;
    const std::optional<std::int64_t> revision = integer(*header, "revision");
    if (!revision || !is_revision(*revision)) return std::nullopt;
    return revision;
}

std::optional<key_value> to_key_value(const json& kv) {
    if (!kv.is_object()) return std::nullopt;
    std::optional<std::string> key = bytes(kv, "key");
    std::optional<std::string> value = bytes(kv, "value");
    const std::optional<std::int64_t> revision = integer(kv, "mod_revision");
    if (!key || !value || !revision || !is_revision(*revision)) return std::nullopt;
    return key_value{*std::move(key), *std::move(value), *revision};
}

std::optional<page> to_page(const json& answer) {
    page p;
    const std::optional<std::int64_t> revision = header_revision(answer);
    if (!revision) return std::nullopt;
    p.revision = *revision;
    p.cluster = cluster_of(answer);
    p.more = truth(answer, "more");
    if (const json* const kvs = member(answer, "kvs")) {
        if (!kvs->is_array()) return std::nullopt;
        p.entries.reserve(kvs->size());
        for (const json& kv : *kvs) {
            std::optional<key_value> entry = to_key_value(kv);
            if (!entry) return std::nullopt;
            p.entries.push_back(*std::move(entry));
        }
    }
    return p;
}

std::optional<watch_message> to_watch_message(std::string_view line) {
    const json parsed = json::parse(line, nullptr, false);
    if (!parsed.is_object()) return std::nullopt;
    watch_message m;
    if (const json* const problem = member(parsed, "error")) {
        m.canceled = true;
        m.reason = problem->is_string() ? problem->get<std::string>() : text(*problem, "message");
        return m;
    }
    const json* const result = member(parsed, "result");
    if (result == nullptr || !result->is_object()) return std::nullopt;
    m.created = truth(*result, "created");
    m.canceled = truth(*result, "canceled");
    m.fragment = truth(*result, "fragment");
    m.reason = text(*result, "cancel_reason");
    m.cluster = cluster_of(*result);
    const std::optional<std::int64_t> compacted = integer(*result, "compact_revision");
    if (!compacted) return std::nullopt;
    m.compacted = *compacted > 0;
    if (const json* const events = member(*result, "events")) {
        if (!events->is_array()) return std::nullopt;
        m.events.reserve(events->size());
        for (const json& e : *events) {
            const json* const kv = member(e, "kv");
            if (kv == nullptr) return std::nullopt;
            std::optional<key_value> entry = to_key_value(*kv);
            if (!entry) return std::nullopt;
            event made{std::move(entry->key), std::nullopt, entry->revision};
            if (text(e, "type") != "DELETE") made.value = std::move(entry->value);
            m.events.push_back(std::move(made));
        }
    }
    return m;
}

std::optional<transaction_answer> to_outcome(const json& answer, const transaction& t) {
    const std::optional<std::int64_t> revision = header_revision(answer);
    if (!revision) return std::nullopt;
    transaction_answer a;
    a.revision = *revision;
    a.what.done = truth(answer, "succeeded");
    const json* const responses = member(answer, "responses");
    const bool has_one = responses != nullptr && responses->is_array() && responses->size() == 1;
    if (a.what.done) {
        if (t.then == transaction::action::nothing) return a;
        if (!has_one) return std::nullopt;
        if (t.then == transaction::action::put) {
            if (member((*responses)[0], "response_put") == nullptr) return std::nullopt;
            return a;
        }
        const json* const erased = member((*responses)[0], "response_delete_range");
        if (erased == nullptr) return std::nullopt;
        const std::optional<std::int64_t> count = integer(*erased, "deleted");
        if (!count) return std::nullopt;
        a.what.erased = *count > 0;
        return a;
    }
    if (t.when == transaction::condition::none || !has_one) return std::nullopt;
    const json* const range = member((*responses)[0], "response_range");
    if (range == nullptr) return std::nullopt;
    if (const json* const kvs = member(*range, "kvs")) {
        if (!kvs->is_array() || kvs->size() > 1) return std::nullopt;
        for (const json& kv : *kvs) {
            std::optional<key_value> entry = to_key_value(kv);
            if (!entry) return std::nullopt;
            a.what.found = versioned{std::move(entry->value), entry->revision};
        }
    }
    return a;
}

std::optional<transaction_answer> to_erasure(const json& answer) {
    const std::optional<std::int64_t> revision = header_revision(answer);
    const std::optional<std::int64_t> erased = integer(answer, "deleted");
    if (!revision || !erased) return std::nullopt;
    transaction_answer a;
    a.revision = *revision;
    a.what.done = true;
    a.what.erased = *erased > 0;
    return a;
}

std::string range_request(std::string_view from, std::string_view end, std::size_t limit,
                          std::int64_t revision) {
    json request{{"key", to_base64(from)},
                 {"range_end", to_base64(end)},
                 {"limit", number(static_cast<std::int64_t>(limit))}};
    if (revision != 0) request["revision"] = number(revision);
    return request.dump();
}

std::string get_request(std::string_view key, bool keys_only) {
    return json{{"key", to_base64(key)}, {"keys_only", keys_only}}.dump();
}

std::string watch_request(const key_range& keys, std::int64_t first_revision) {
    return json{{"create_request",
                 {{"key", to_base64(keys.key)},
                  {"range_end", to_base64(keys.end)},
                  {"start_revision", number(first_revision)},
                  {"fragment", true}}}}
        .dump();
}

std::string transaction_request(std::string_view key, const transaction& t) {
    const std::string name = to_base64(key);
    json request = json::object();
    if (t.when == transaction::condition::revision) {
        request["compare"] = json::array({{{"key", name},
                                           {"target", "MOD"},
                                           {"result", "EQUAL"},
                                           {"mod_revision", number(t.revision)}}});
    } else if (t.when == transaction::condition::value) {
        request["compare"] = json::array({{{"key", name},
                                           {"target", "VALUE"},
                                           {"result", "EQUAL"},
                                           {"value", to_base64(t.expected)}}});
    }
    if (t.when != transaction::condition::none) {
        request["failure"] = json::array({{{"request_range", {{"key", name}}}}});
    }
    if (t.then == transaction::action::put) {
        json put{{"key", name}, {"value", to_base64(t.value)}};
        if (t.keep_lease) {
            put["ignore_lease"] = true;
        } else if (t.lease != 0) {
            put["lease"] = number(t.lease);
        }
        request["success"] = json::array({{{"request_put", std::move(put)}}});
    } else if (t.then == transaction::action::erase) {
        request["success"] = json::array({{{"request_delete_range", {{"key", name}}}}});
    }
    return request.dump();
}

std::string erase_request(std::string_view key) { return json{{"key", to_base64(key)}}.dump(); }

std::string erase_all_request(const key_range& keys) {
    return json{{"key", to_base64(keys.key)}, {"range_end", to_base64(keys.end)}}.dump();
}

std::string nothing_new_request(const key_range& keys, std::int64_t revision) {
    const std::string key = to_base64(keys.key);
    const std::string end = to_base64(keys.end);
    return json{
        {"compare", json::array({{{"key", key},
                                  {"range_end", end},
                                  {"target", "MOD"},
                                  {"result", "LESS"},
                                  {"mod_revision", number(revision + 1)}}})},
        {"success", json::array({{{"request_range",
                                   {{"key", key}, {"range_end", end}, {"count_only", true}}}}})}}
        .dump();
}

refusal to_refusal(long status, std::string_view body) {
    const json parsed = json::parse(body, nullptr, false);
    std::int64_t code = -1;
    std::string message;
    if (parsed.is_object()) {
        const json* nested = member(parsed, "error");  // of streams
        const json& where = nested != nullptr && nested->is_object() ? *nested : parsed;
        code = integer(where, member(where, "grpc_code") != nullptr ? "grpc_code" : "code")
                   .value_or(-1);
        message = text(where, "message");
        if (message.empty()) message = text(where, "error");
    }
    refusal r;
    if (message.empty()) {
        r.message =
            "answered with HTTP status " + std::to_string(status) + ", and not as etcd does";
        r.surely_not_done = status >= 400 && status < 500;
        r.kind = status == 401 || status == 403 ? error_kind::denied : error_kind::unavailable;
        r.worth_another_try = r.kind == error_kind::unavailable;
        return r;
    }
    r.message = printable(message);
    switch (code) {
    case grpc_unauthenticated:
    case grpc_permission_denied:
        r.kind = error_kind::denied;
        r.surely_not_done = true;
        r.token_is_bad = has(message, "auth token");
        break;
    case grpc_invalid_argument:
        r.surely_not_done = true;
        r.token_is_bad =
            has(message, "user name is empty") || has(message, "revision of auth store");
        r.kind = r.token_is_bad || has(message, "authentication failed") ? error_kind::denied
                 : has(message, "too large")                             ? error_kind::too_large
                                                                         : error_kind::bad_value;
        break;
    case grpc_not_found:
        r.surely_not_done = true;
        r.kind = has(message, "lease") ? error_kind::lease_expired : error_kind::unavailable;
        break;
    case grpc_resource_exhausted:
        r.no_space = has(message, "space exceeded");
        r.surely_not_done = !r.no_space;
        r.kind = has(message, "larger than max") ? error_kind::too_large : error_kind::unavailable;
        r.worth_another_try = has(message, "too many requests");
        break;
    case grpc_out_of_range:
        r.surely_not_done = true;
        r.kind = has(message, "compacted") ? error_kind::compacted : error_kind::unavailable;
        r.worth_another_try = r.kind == error_kind::unavailable;
        break;
    case grpc_failed_precondition:
        r.surely_not_done = true;
        r.worth_another_try = has(message, "learner");  // which other members are not
        break;
    case grpc_unimplemented: r.surely_not_done = true; break;
    case grpc_canceled:
    default:  // timeouts, changes of leader, a member that ends: whether it was done nobody knows
        r.worth_another_try = true;
        break;
    }
    return r;
}

std::string printable(std::string_view text) {
    constexpr std::size_t longest = 200;
    std::string line;
    for (const char c : text.substr(0, longest)) {
        line +=
            static_cast<unsigned char>(c) >= 32 && static_cast<unsigned char>(c) < 127 ? c : '?';
    }
    if (text.size() > longest) line += "...";
    return line;
}

}  // namespace syncmap::etcd::inline v0::detail
