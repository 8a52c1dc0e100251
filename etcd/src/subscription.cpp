// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/subscription.hpp"

#include <utility>

#include "handler.hpp"

namespace syncmap::etcd::inline v0 {

subscription::subscription() noexcept = default;
subscription::subscription(std::shared_ptr<detail::handler> kept) noexcept
    : kept_(std::move(kept)) {}
subscription::subscription(subscription&& other) noexcept = default;
subscription& subscription::operator=(subscription&& other) noexcept {
    if (this != &other) {
        if (kept_) kept_->end();
        kept_ = std::move(other.kept_);
    }
    return *this;
}
subscription::~subscription() {
    if (kept_) kept_->end();
}

}  // namespace syncmap::etcd::inline v0
