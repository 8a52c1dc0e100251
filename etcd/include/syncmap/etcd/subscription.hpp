// SPDX-License-Identifier: BSL-1.0
//
// syncmap::etcd::subscription: how long a handler is called.
#pragma once

#include <memory>

namespace syncmap::etcd::inline v0 {

namespace detail {
class handler;
}

/// Has a handler called as long as it lives. It may outlive the map.
/// @progress Wait-free, but where it ends: that waits for the handler, if it is running. @complexity O(1).
class subscription {
public:
    subscription() noexcept;                      ///< of nothing
    subscription(subscription&& other) noexcept;  ///< takes over `other`'s
    subscription&
    operator=(subscription&& other) noexcept;  ///< ends this one, and takes over `other`'s
    /// From now on the handler is not called. If it is running, waits for its end, but not where it is the
    /// handler itself that does this.
    ~subscription();

private:
    friend class detail::handler;
    explicit subscription(std::shared_ptr<detail::handler> kept) noexcept;

    std::shared_ptr<detail::handler> kept_;
};

}  // namespace syncmap::etcd::inline v0
