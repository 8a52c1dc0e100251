// SPDX-License-Identifier: BSL-1.0
#include "gateway.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>

#include <curl/curl.h>
#include <nlohmann/json.hpp>

namespace cluster {
namespace {

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(std::string_view bytes) {
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t three = 0;
        for (std::size_t k = 0; k < 3; ++k) {
            const char c = i + k < bytes.size() ? bytes[i + k] : '\0';
            three = three << 8U | static_cast<unsigned char>(c);
        }
        for (std::size_t k = 0; k < 4; ++k) {
            text += i + k > bytes.size() ? '=' : digits[three >> (18 - 6 * k) & 63U];
        }
    }
    return text;
}

std::string from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t collected = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const std::size_t value = digits.find(c);
        if (value == std::string_view::npos) break;  // =
        collected = collected << 6U | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits < 8) continue;
        bits -= 8;
        bytes += static_cast<char>(collected >> bits & 255U);
    }
    return bytes;
}

/// Numbers of 64 bits are strings in etcd's JSON, and are left out where they are 0.
std::int64_t number(const nlohmann::json& object, const char* name) {
    return object.contains(name) ? std::stoll(object[name].get<std::string>()) : 0;
}
std::uint64_t id(const nlohmann::json& object, const char* name) {
    return object.contains(name) ? std::stoull(object[name].get<std::string>()) : 0;
}

std::string after(std::string text) {  // the end of the range of all that begins with it
    while (!text.empty() && text.back() == '\xff') text.pop_back();
    if (text.empty()) return std::string(1, '\0');
    text.back() = static_cast<char>(text.back() + 1);
    return text;
}

std::size_t collect(char* data, std::size_t, std::size_t size, void* into) {
    static_cast<std::string*>(into)->append(data, size);
    return size;
}

}  // namespace

gateway::gateway(std::string endpoint, std::chrono::milliseconds limit)
    : endpoint_(std::move(endpoint)), limit_(limit), curl_(::curl_easy_init()) {
    if (curl_ == nullptr) throw std::runtime_error("libcurl cannot be used");
}

gateway::~gateway() { ::curl_easy_cleanup(curl_); }

nlohmann::json gateway::ask(const char* path, const nlohmann::json& question) {
    const std::string url = endpoint_ + path, body = question.dump();
    answer_.clear();
    ::curl_easy_setopt(curl_, CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    ::curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl_, CURLOPT_TCP_NODELAY, 1L);
    ::curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(limit_.count()));
    ::curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.c_str());
    ::curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    ::curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, collect);
    ::curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &answer_);
    const CURLcode result = ::curl_easy_perform(curl_);
    if (result != CURLE_OK) throw std::runtime_error(url + ": " + ::curl_easy_strerror(result));
    long status = 0;
    ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200) throw std::runtime_error(url + ": " + answer_);
    return nlohmann::json::parse(answer_);
}

gateway::member_status gateway::status() {
    const nlohmann::json answer = ask("/v3/maintenance/status", nlohmann::json::object());
    return {answer.value("version", "?"), id(answer.at("header"), "member_id"),
            id(answer, "leader")};
}

gateway::contents gateway::all_below(const std::string& prefix) {
    const nlohmann::json answer =
        ask("/v3/kv/range", {{"key", base64(prefix)}, {"range_end", base64(after(prefix))}});
    contents all{number(answer.at("header"), "revision"), {}};
    if (!answer.contains("kvs")) return all;
    for (const nlohmann::json& kv : answer["kvs"]) {
        all.entries.emplace(from_base64(kv.at("key").get<std::string>()).substr(prefix.size()),
                            from_base64(kv.value("value", "")));
    }
    return all;
}

void gateway::put_all(const std::vector<std::pair<std::string, std::string>>& entries) {
    constexpr std::size_t at_once = 100;  // etcd takes 128 in one transaction
    for (std::size_t begin = 0; begin < entries.size(); begin += at_once) {
        nlohmann::json puts = nlohmann::json::array();
        for (std::size_t i = begin; i < std::min(begin + at_once, entries.size()); ++i) {
            puts.push_back(
                {{"request_put",
                  {{"key", base64(entries[i].first)}, {"value", base64(entries[i].second)}}}});
        }
        ask("/v3/kv/txn", {{"success", puts}});
    }
}

std::string gateway::get(const std::string& key, bool serializable) {
    const nlohmann::json answer =
        ask("/v3/kv/range", {{"key", base64(key)}, {"serializable", serializable}});
    if (!answer.contains("kvs")) return {};
    return from_base64(answer["kvs"].at(0).value("value", ""));
}

}  // namespace cluster
