// SPDX-License-Identifier: BSL-1.0
//
// syncmap::etcd::lease: keys that are gone when the process that stored them is.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "error.hpp"

namespace syncmap::etcd::inline v0 {

namespace detail {
class kept_lease;
}

/// A promise to etcd to be alive, renewed in the background three times in its time to live. Keys that were
/// stored with it are erased by etcd when it is revoked, or when it has not been renewed for its time to live.
///
/// It is lost for good once etcd has erased it: this machine slept, etcd was out of reach for too long, or a leader
/// of etcd stood still for as long (docs/cluster.md). Stores with it fail with `lease_expired` then; ask the client
/// for another. Any number of threads may call the const members and revoke() at the same time.
/// @progress Does not wait, but revoke(). @complexity O(1), a message in the background where one ends.
class lease {
public:
    lease() noexcept;               ///< none: what is stored with it stays
    lease(lease&& other) noexcept;  ///< takes over what `other` keeps alive
    lease& operator=(
        lease&& other) noexcept;  ///< revokes this one, and takes over what `other` keeps alive
    /// Revokes it. Does not wait: etcd is told in the background, and where that fails the lease expires.
    ~lease();

    /// Whether it keeps something alive, as far as this process knows: it was granted, not revoked, and renewed
    /// less than its time to live ago. (etcd may know better: a new leader lets all leases begin their time anew. So it
    /// may turn out to be alive again.)
    /// @progress Lock-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] bool alive() const noexcept;
    /// For how long it would live if it were not renewed any more; 0 if it is not alive.
    /// @progress Lock-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] std::chrono::milliseconds time_left() const noexcept;
    /// What etcd calls it; 0 for none.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] std::int64_t id() const noexcept;

    /// Erases all keys stored with it, and ends it; returns when etcd has done so. Of no lease, or one that has
    /// expired, nothing happens. `errors`: see `on_error`.
    /// @progress Waits for etcd, at most for the client's deadline. @complexity One round trip.
    /// @may_throw `error`: unavailable, uncertain, denied.
    void revoke(on_error errors = {});

private:
    friend class client;
    explicit lease(std::shared_ptr<detail::kept_lease> kept) noexcept;

    std::shared_ptr<detail::kept_lease> kept_;
};

}  // namespace syncmap::etcd::inline v0
