// SPDX-License-Identifier: BSL-1.0
//
// What all tests of the library share: clients of the members of the rig, and what has become of a call.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <syncmap/etcd/map.hpp>
#include <system_error>
#include <utility>
#include <vector>

#include "rig/cluster.hpp"

namespace syncmap::etcd::inline v0 {
inline void PrintTo(error_kind kind, std::ostream* out) { *out << make_error_code(kind).message(); }
}  // namespace syncmap::etcd::inline v0

namespace support {

using namespace rig;
namespace etcd = syncmap::etcd;
using etcd::error_kind;
using strings = etcd::map<std::string>;
using words = std::map<std::string, std::string>;

/// A client's options.
inline etcd::options to(std::vector<std::string> endpoints, milliseconds deadline = 5s) {
    etcd::options o;
    o.endpoints = std::move(endpoints);
    o.deadline = deadline;
    return o;
}
inline etcd::options to(const cluster& c, milliseconds deadline = 5s) {
    return to(c.endpoints(), deadline);
}

/// Whether a code says `kind`; for EXPECT_TRUE.
inline testing::AssertionResult is(const std::error_code& code, error_kind kind) {
    if (code == kind) return testing::AssertionSuccess();
    return testing::AssertionFailure() << "it is " << code << ": " << code.message();
}
inline testing::AssertionResult is_one_of(const std::error_code& code, error_kind a, error_kind b) {
    return code == a ? is(code, a) : is(code, b);
}

/// What `f(on_error)` reports when it is called once, and how long that takes.
struct failure {
    std::error_code code{};
    std::string message{};  ///< of the exception
    milliseconds took{};
};
template <class F>
failure failure_of(F f) {
    failure seen;
    const auto before = clock::now();
    try {
        f(etcd::on_error());
    } catch (const etcd::error& e) {
        seen.code = e.code();
        seen.message = e.what();
    }
    seen.took = std::chrono::duration_cast<milliseconds>(clock::now() - before);
    return seen;
}
template <class F>
failure code_of(F f) {
    failure seen;
    const auto before = clock::now();
    f(etcd::on_error(seen.code));
    seen.took = std::chrono::duration_cast<milliseconds>(clock::now() - before);
    return seen;
}

/// All that a mirror shows.
template <class T>
std::map<std::string, T> shown_by(const etcd::map<T>& m) {
    std::map<std::string, T> all;
    m.for_each([&](const std::string& key, const T& value) {
        EXPECT_TRUE(all.emplace(key, value).second) << "for_each shows a key twice";
    });
    return all;
}

/// All that etcd has below a prefix, without it.
inline words kept_by(const gateway& g, const std::string& prefix) {
    words all;
    for (const entry& e : g.below(prefix)) all.emplace(e.key.substr(prefix.size()), e.value);
    return all;
}

}  // namespace support
