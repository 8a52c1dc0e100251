// SPDX-License-Identifier: BSL-1.0
//
// syncmap::etcd::client: the way from this process to an etcd.
#pragma once

#include <chrono>
#include <memory>

#include "error.hpp"
#include "lease.hpp"
#include "options.hpp"

namespace syncmap::etcd::inline v0 {

namespace detail {
class session;
class mirror;
}  // namespace detail

/// A connection to an etcd cluster, for any number of maps and leases; they keep it open as long as they live.
/// It has one thread of its own, which sleeps unless there is something to do. Any number of threads may use it
/// at the same time.
/// @par Parameters named alike
/// `errors`: where an error is reported, see `on_error`.
class client {
public:
    /// Checks `how`, and starts the thread. Asks etcd for nothing yet: whether it is there is seen by the first
    /// map.
    /// @progress Does not wait. @complexity O(1).
    /// @may_throw `std::invalid_argument` if there is no endpoint, one that is no URL as described, no file of
    /// a name given, or a deadline below 1 ms (with a std::error_code: `std::errc::invalid_argument`, and every
    /// use of the client fails with `unavailable`); `std::system_error` if there can be no thread;
    /// `std::bad_alloc`.
    explicit client(options how, on_error errors = {});
    /// Maps and leases may outlive it.
    /// @progress If it was the last that used the connection: waits for what the thread is doing, and for a
    /// second at most until etcd knows which leases have been revoked. @complexity O(1).
    ~client();
    client(const client&) = delete;             ///< share it by reference
    client& operator=(const client&) = delete;  ///< likewise

    /// A lease that etcd grants for `ttl` (1 s to 9,000,000,000 s; etcd may make it longer, to two times its
    /// election timeout or more), and that is renewed until it is destroyed.
    /// @progress Waits for etcd, at most for the deadline. @complexity One round trip.
    /// @may_throw `error`: unavailable, denied; bad_value if `ttl` is out of range. `std::bad_alloc`.
    [[nodiscard]] etcd::lease lease(std::chrono::seconds ttl, on_error errors = {});

private:
    friend class detail::mirror;
    std::shared_ptr<detail::session> session_;
};

}  // namespace syncmap::etcd::inline v0
