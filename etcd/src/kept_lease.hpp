// SPDX-License-Identifier: BSL-1.0
//
// What keeps a lease alive.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "loop.hpp"
#include "syncmap/etcd/error.hpp"

namespace syncmap::etcd::inline v0::detail {

class session;

/// What is known about a lease; shared with the client's thread, which outlives the object that has been handed
/// out.
struct lease_record {
    const std::int64_t id;
    const std::chrono::milliseconds ttl;

    lease_record(std::int64_t name, std::chrono::milliseconds time_to_live,
                 loop::clock::time_point asked)
        : id(name), ttl(time_to_live), ends_(asked + time_to_live) {}

    [[nodiscard]] std::chrono::milliseconds time_left() const noexcept {
        const auto left = ends_.load(std::memory_order_relaxed) - loop::clock::now();
        return std::max(std::chrono::floor<std::chrono::milliseconds>(left),
                        std::chrono::milliseconds::zero());
    }
    [[nodiscard]] bool alive() const noexcept {
        return time_left() > std::chrono::milliseconds::zero();
    }

    /// Whether it is over for good: etcd has said so, or it has been revoked.
    [[nodiscard]] bool is_lost() const noexcept {
        return ends_.load(std::memory_order_relaxed) == lost;
    }
    /// It was alive at `asked`, when etcd was asked to renew it. That may be news: a new leader lets all leases begin
    /// their time anew.
    void extend(loop::clock::time_point asked) noexcept {
        loop::clock::time_point ends = ends_.load(std::memory_order_relaxed);
        while (ends != lost &&
               !ends_.compare_exchange_weak(ends, asked + ttl, std::memory_order_relaxed)) {
        }
    }
    /// Whether it was not lost before.
    bool lose() noexcept { return ends_.exchange(lost, std::memory_order_relaxed) != lost; }

private:
    static constexpr loop::clock::time_point lost{};
    std::atomic<loop::clock::time_point> ends_;
};

class kept_lease {
public:
    kept_lease(std::shared_ptr<session> s, std::shared_ptr<lease_record> r);
    kept_lease(const kept_lease&) = delete;
    kept_lease& operator=(const kept_lease&) = delete;
    ~kept_lease();

    [[nodiscard]] const lease_record& record() const noexcept { return *record_; }
    void revoke(on_error errors);

private:
    const std::shared_ptr<session> session_;
    const std::shared_ptr<lease_record> record_;
};

}  // namespace syncmap::etcd::inline v0::detail
