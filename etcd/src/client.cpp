// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/client.hpp"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "kept_lease.hpp"
#include "session.hpp"

namespace syncmap::etcd::inline v0 {

namespace {

bool readable(const std::string& file) { return std::ifstream(file).good(); }

/// What is wrong with `endpoint`, or the empty string. Neither says what else may be in it, a password for
/// example.
std::string problem_of(std::string_view endpoint) {
    const std::string_view scheme = endpoint.starts_with("https://")  ? "https://"
                                    : endpoint.starts_with("http://") ? "http://"
                                                                      : "";
    if (scheme.empty()) return "an endpoint must begin with http:// or https://";
    const std::string_view place = endpoint.substr(scheme.size());
    if (place.find('@') != std::string_view::npos) {
        return "an endpoint must not contain a user or a password: they have options of their own";
    }
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:[]%";
    if (place.find_first_not_of(allowed) != std::string_view::npos) {
        return "an endpoint must be a scheme, a host and a port, as in http://10.0.0.1:2379";
    }
    const std::size_t colon = place.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == place.size() ||
        place.size() - colon > 6 ||
        place.find_first_not_of("0123456789", colon + 1) != std::string_view::npos ||
        std::stoul(std::string(place.substr(colon + 1))) > 65535 ||
        std::stoul(std::string(place.substr(colon + 1))) == 0) {
        return "an endpoint must have a host and a port, as in http://10.0.0.1:2379";
    }
    return {};
}

std::string problem_of(const options& how) {
    if (how.endpoints.empty()) return "there is no endpoint";
    for (const std::string& endpoint : how.endpoints) {
        if (std::string problem = problem_of(endpoint); !problem.empty()) return problem;
    }
    if (how.deadline < std::chrono::milliseconds{1} || how.deadline > std::chrono::hours{24}) {
        return "the deadline must be at least 1 ms, and a day at most";
    }
    if (how.tls.certificate_file.empty() != how.tls.key_file.empty()) {
        return "a certificate needs its key, and a key its certificate";
    }
    for (const std::string* file :
         {&how.tls.ca_file, &how.tls.certificate_file, &how.tls.key_file}) {
        if (!file->empty() && !readable(*file)) return "the file " + *file + " cannot be read";
    }
    return {};
}

void report_invalid(const std::string& problem, std::error_code* code) {
    if (code != nullptr) {
        *code = std::make_error_code(std::errc::invalid_argument);
        return;
    }
    const std::string message = "syncmap::etcd::client: " + problem;
#if defined(__cpp_exceptions)
    throw std::invalid_argument(message);
#else
    std::fprintf(stderr, "%s\n", message.c_str());
    std::abort();
#endif
}

}  // namespace

client::client(options how, on_error errors) {
    for (std::string& endpoint : how.endpoints) {
        if (endpoint.ends_with('/')) endpoint.pop_back();
    }
    if (const std::string problem = problem_of(how); !problem.empty()) {
        report_invalid(problem, errors.code());
        how = {};
    }
    session_ = std::make_shared<detail::session>(std::move(how));
}

client::~client() = default;

lease client::lease(std::chrono::seconds ttl, on_error errors) {
    using detail::json;
    constexpr std::chrono::seconds longest{9000000000};  // of etcd's own
    if (ttl < std::chrono::seconds{1} || ttl > longest) {
        errors.report(error_kind::bad_value,
                      "etcd: a lease must be for at least 1 s, and 9000000000 s at most");
        return {};
    }
    const auto asked = detail::loop::clock::now();
    // Twice does no harm: what nobody knows of expires.
    const detail::reply answer =
        session_->ask("/v3/lease/grant", json{{"TTL", std::to_string(ttl.count())}}.dump(),
                      detail::repeat::always, asked + session_->deadline());
    if (answer.failed) {
        errors.report(answer.failed->kind, answer.failed->message);
        return {};
    }
    const std::optional<std::int64_t> id = detail::integer(answer.body, "ID");
    const std::optional<std::int64_t> granted = detail::integer(answer.body, "TTL");
    if (!id || *id == 0 || !granted || *granted <= 0) {
        errors.report(error_kind::unavailable, "etcd: lease/grant: the answer is no lease");
        return {};
    }
    // Renewed long before it is lost, and not asked for more often than etcd counts.
    const std::chrono::milliseconds lives = std::min<std::chrono::milliseconds>(
        std::chrono::seconds(*granted), std::chrono::hours{24 * 365});
    return etcd::lease(std::make_shared<detail::kept_lease>(
        session_, std::make_shared<detail::lease_record>(*id, lives, asked)));
}

}  // namespace syncmap::etcd::inline v0
