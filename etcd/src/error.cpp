// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/error.hpp"

#include <cstdio>
#include <cstdlib>

namespace syncmap::etcd::inline v0 {

namespace {
class error_category final : public std::error_category {
    const char* name() const noexcept override { return "syncmap::etcd"; }
    std::string message(int value) const override {
        switch (static_cast<error_kind>(value)) {
        case error_kind::unavailable: return "etcd is not available, and nothing has been done";
        case error_kind::uncertain: return "it is not known whether it has been done";
        case error_kind::denied: return "permission denied, and nothing has been done";
        case error_kind::too_large: return "too large for etcd, and nothing has been done";
        case error_kind::compacted: return "etcd has forgotten that revision";
        case error_kind::bad_value: return "not a value of this type, and nothing has been done";
        case error_kind::lease_expired: return "the lease has expired, and nothing has been done";
        }
        return "no error of syncmap::etcd";
    }
};
}  // namespace

const std::error_category& category() noexcept {
    static const error_category the;
    return the;
}

std::error_code make_error_code(error_kind kind) noexcept {
    return {static_cast<int>(kind), category()};
}

error::error(error_kind kind, const std::string& message)
    : std::system_error(make_error_code(kind), message) {}
error::~error() = default;

void on_error::report(error_kind kind, const std::string& message) const {
    if (code_ != nullptr) {
        *code_ = kind;
        return;
    }
#if defined(__cpp_exceptions)
    throw error(kind, message);
#else
    std::fprintf(stderr, "syncmap: %s\n", message.c_str());
    std::abort();
#endif
}

}  // namespace syncmap::etcd::inline v0
