// SPDX-License-Identifier: BSL-1.0
//
// etcd asked directly: gateway.hpp.
#include "gateway.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace rig {

namespace {

using nlohmann::json;

std::size_t receive(const char* bytes, std::size_t size, std::size_t count, void* to) {
    return (*static_cast<std::function<bool(std::string_view)>*>(to))({bytes, size * count})
               ? size * count
               : 0;
}

// `take` returns false to end the transfer.
long transfer(const std::string& url, const std::string& body, milliseconds limit,
              const access& with, std::function<bool(std::string_view)> take) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    if (ready != CURLE_OK) throw std::runtime_error("libcurl does not start");
    const std::unique_ptr<CURL, void (*)(CURL*)> h(curl_easy_init(), curl_easy_cleanup);
    const std::string authorization = "Authorization: " + with.token;
    std::unique_ptr<curl_slist, void (*)(curl_slist*)> headers(nullptr, curl_slist_free_all);
    if (!with.token.empty()) headers.reset(curl_slist_append(nullptr, authorization.c_str()));
    const auto set = [&](CURLoption option, auto value) {
        curl_easy_setopt(h.get(), option, value);
    };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROXY, "");
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    set(CURLOPT_POSTFIELDS, body.c_str());
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(limit.count()));
    set(CURLOPT_WRITEFUNCTION, receive);
    set(CURLOPT_WRITEDATA, static_cast<void*>(&take));
    if (headers) set(CURLOPT_HTTPHEADER, headers.get());
    if (!with.verify) {
        set(CURLOPT_SSL_VERIFYPEER, 0L);
        set(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!with.ca.empty()) set(CURLOPT_CAINFO, with.ca.c_str());
    if (!with.certificate.empty()) {
        set(CURLOPT_SSLCERT, with.certificate.c_str());
        set(CURLOPT_SSLKEY, with.key.c_str());
    }
    const CURLcode result = curl_easy_perform(h.get());
    long status = 0;
    if (result == CURLE_OK || result == CURLE_WRITE_ERROR)
        curl_easy_getinfo(h.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

std::int64_t number(const json& object, const char* name) {
    const auto at = object.find(name);
    if (at == object.end()) return 0;
    return at->is_string() ? std::stoll(at->get<std::string>()) : at->get<std::int64_t>();
}

std::string bytes(const json& object, const char* name) {
    return from_base64(object.value(name, std::string()));
}

std::int64_t revision_of(const std::string& answer) {
    return number(json::parse(answer).at("header"), "revision");
}

entry entry_of(const json& kv) {
    return {bytes(kv, "key"),           bytes(kv, "value"),    number(kv, "create_revision"),
            number(kv, "mod_revision"), number(kv, "version"), number(kv, "lease")};
}

std::vector<entry> entries_of(const std::string& answer) {
    std::vector<entry> all;
    for (const json& kv : json::parse(answer).value("kvs", json::array()))
        all.push_back(entry_of(kv));
    return all;
}

// All keys that begin with `prefix`, as a request names them.
json range(std::string_view prefix) {
    if (prefix.empty())
        return {{"key", to_base64(std::string(1, '\0'))},
                {"range_end", to_base64(std::string(1, '\0'))}};
    return {{"key", to_base64(prefix)}, {"range_end", to_base64(end_of(std::string(prefix)))}};
}

}  // namespace

answer post(const std::string& url, const std::string& body, milliseconds limit,
            const access& with) {
    answer a;
    a.status = transfer(url, body, limit, with, [&](std::string_view more) {
        a.body += more;
        return true;
    });
    return a;
}

std::string to_base64(std::string_view bytes) {
    static constexpr char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t n = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t group = 0;
        for (std::size_t j = 0; j < 3; ++j)
            group = group << 8U | (j < n ? static_cast<unsigned char>(bytes[i + j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            text += j <= n ? digits[group >> (18 - 6 * j) & 63U] : '=';
    }
    return text;
}

std::string from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t group = 0;
    int bits = 0;
    for (const char c : text) {
        if (c == '=') break;
        const int digit = c >= 'A' && c <= 'Z'   ? c - 'A'
                          : c >= 'a' && c <= 'z' ? c - 'a' + 26
                          : c >= '0' && c <= '9' ? c - '0' + 52
                          : c == '+'             ? 62
                          : c == '/'             ? 63
                                                 : -1;
        if (digit < 0) throw std::runtime_error("not base64");
        group = group << 6U | static_cast<std::uint32_t>(digit);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(group >> static_cast<unsigned>(bits) & 255U);
        }
    }
    return bytes;
}

std::string end_of(std::string prefix) {
    while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 255) prefix.pop_back();
    if (prefix.empty()) return std::string(1, '\0');
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

std::string gateway::call(const std::string& path, const std::string& body,
                          milliseconds each) const {
    answer last;
    const auto until = clock::now() + 20s;
    do {
        if (!password_.empty()) log_in();  // tokens may be good for a second only
        for (const std::string& endpoint : endpoints_) {
            last = post(endpoint + "/v3/" + path, body, each, with_);
            if (last.status == 200) return last.body;
        }
        std::this_thread::sleep_for(50ms);
    } while (clock::now() < until && (last.status == 0 || last.status >= 500 ||
                                      (last.status == 401 && !password_.empty())));
    throw std::runtime_error(path + ": status " + std::to_string(last.status) + ": " + last.body);
}

std::int64_t gateway::put(std::string_view key, std::string_view value, std::int64_t lease) const {
    return revision_of(call(
        "kv/put",
        json{{"key", to_base64(key)}, {"value", to_base64(value)}, {"lease", std::to_string(lease)}}
            .dump()));
}

void gateway::put_all(const std::vector<std::pair<std::string, std::string>>& entries) const {
    for (std::size_t i = 0; i < entries.size();) {
        json puts = json::array();
        for (; i < entries.size() && puts.size() < 100; ++i)
            puts.push_back({{"request_put",
                             {{"key", to_base64(entries[i].first)},
                              {"value", to_base64(entries[i].second)}}}});
        call("kv/txn", json{{"success", puts}}.dump(), patience);
    }
}

std::optional<entry> gateway::get(std::string_view key) const {
    const std::vector<entry> all =
        entries_of(call("kv/range", json{{"key", to_base64(key)}}.dump()));
    if (all.empty()) return std::nullopt;
    return all.front();
}

std::vector<entry> gateway::below(std::string_view prefix) const {
    return entries_of(call("kv/range", range(prefix).dump(), patience));
}

std::int64_t gateway::erase(std::string_view key) const {
    return revision_of(call("kv/deleterange", json{{"key", to_base64(key)}}.dump()));
}

void gateway::erase_below(std::string_view prefix) const {
    call("kv/deleterange", range(prefix).dump(), patience);
}

std::int64_t gateway::revision() const {
    return revision_of(call("kv/range", json{{"key", to_base64("none")}}.dump()));
}

void gateway::compact(std::int64_t revision) const {
    call("kv/compaction", json{{"revision", std::to_string(revision)}, {"physical", true}}.dump());
}

std::vector<event> gateway::events(const std::string& prefix, std::int64_t from,
                                   std::int64_t to) const {
    std::vector<event> all;
    if (from > to) return all;
    json request{{"create_request", range("")}};
    request["create_request"]["start_revision"] = std::to_string(from);
    std::string buffer, problem;
    bool complete = false;
    const auto read = [&](const std::string& line) {  // all of a transaction is in one line
        const json result = json::parse(line).at("result");
        if (number(result, "compact_revision") != 0) throw std::runtime_error("compacted");
        for (const json& e : result.value("events", json::array())) {
            const entry kv = entry_of(e.at("kv"));
            complete = complete || kv.modified >= to;
            if (kv.modified > to || !kv.key.starts_with(prefix)) continue;
            all.push_back(
                {kv.modified, kv.key, e.contains("type") ? std::nullopt : std::optional(kv.value)});
        }
    };
    transfer(endpoints_.front() + "/v3/watch", request.dump(), patience, with_,
             [&](std::string_view more) {
                 buffer += more;
                 try {
                     for (std::size_t end;
                          !complete && (end = buffer.find('\n')) < buffer.size();) {
                         read(buffer.substr(0, end));
                         buffer.erase(0, end + 1);
                     }
                 } catch (const std::exception& e) {  // not through libcurl
                     problem = e.what();
                     return false;
                 }
                 return !complete;
             });
    if (!complete) throw std::runtime_error("etcd does not tell what happened: " + problem);
    return all;
}

void gateway::disarm() const {
    const json all = json::parse(call("maintenance/alarm", R"({"action":"GET"})"));
    for (json alarm : all.value("alarms", json::array())) {
        alarm["action"] = "DEACTIVATE";
        call("maintenance/alarm", alarm.dump());
    }
}

std::size_t gateway::leases() const {
    return json::parse(call("lease/leases", "{}")).value("leases", json::array()).size();
}

void gateway::add_user(const std::string& name, const std::string& password,
                       const std::string& prefix) const {
    call("auth/user/add", json{{"name", name}, {"password", password}}.dump());
    call("auth/role/add", json{{"name", name}}.dump());
    json permission = range(prefix);
    permission["permType"] = "READWRITE";
    call("auth/role/grant", json{{"name", name}, {"perm", permission}}.dump());
    call("auth/user/grant", json{{"user", name}, {"role", name}}.dump());
}

void gateway::protect(const std::string& password) {
    call("auth/user/add", json{{"name", "root"}, {"password", password}}.dump());
    call("auth/role/add", json{{"name", "root"}}.dump());
    call("auth/user/grant", json{{"user", "root"}, {"role", "root"}}.dump());
    call("auth/enable", "{}");
    password_ = password;
}

void gateway::log_in() const {
    with_.token.clear();  // etcd refuses to answer who shows one that has expired, also this
    for (const std::string& endpoint : endpoints_) {
        const answer a = post(endpoint + "/v3/auth/authenticate",
                              json{{"name", "root"}, {"password", password_}}.dump(), 3s, with_);
        if (a.status != 200) continue;
        with_.token = json::parse(a.body).at("token").get<std::string>();
        return;
    }
}

std::optional<bool> leads(const std::string& endpoint, const access& with) {
    const answer a = post(endpoint + "/v3/maintenance/status", "{}", 2s, with);
    if (a.status != 200) return std::nullopt;
    const json j = json::parse(a.body, nullptr, false);
    if (j.is_discarded() || !j.contains("leader")) return std::nullopt;
    return j.at("leader") == j.at("header").at("member_id");
}

}  // namespace rig
