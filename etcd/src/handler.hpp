// SPDX-License-Identifier: BSL-1.0
//
// A handler of the user's, which a subscription keeps and a list has called.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "syncmap/etcd/subscription.hpp"

namespace syncmap::etcd::inline v0::detail {

class handler {
public:
    virtual ~handler() = default;
    handler() = default;
    handler(const handler&) = delete;
    handler& operator=(const handler&) = delete;

    [[nodiscard]] bool active() const noexcept { return active_.load(std::memory_order_relaxed); }
    /// Returns when it is not running, and will not any more. The user's function is destroyed here, or where the
    /// handler does this itself, when it returns: what it holds may do anything then, as no lock is held.
    void end() noexcept {
        active_.store(false, std::memory_order_relaxed);
        std::shared_ptr<void> gone;
        const std::lock_guard lock(running_);
        if (depth_ == 0) gone = take();
    }
    [[nodiscard]] static subscription subscribe(std::shared_ptr<handler> h) noexcept {
        return subscription(std::move(h));
    }

protected:
    template <class F>
    void run(F f) {
        std::shared_ptr<void> gone;
        const std::lock_guard lock(running_);
        if (!active()) return;
        ++depth_;
        f();
        --depth_;
        if (depth_ == 0 && !active()) gone = take();
    }
    /// The function, which is not kept any more.
    virtual std::shared_ptr<void> take() noexcept = 0;

private:
    std::recursive_mutex running_;  // a handler may end its own subscription
    int depth_ = 0;                 // guarded by running_
    std::atomic<bool> active_{true};
};

template <class... Arguments>
class handler_of final : public handler {
public:
    using function = std::function<void(Arguments...)>;
    explicit handler_of(function f) : f_(std::make_shared<function>(std::move(f))) {}
    void call(Arguments... arguments) {
        run([&] { (*f_)(arguments...); });
    }

private:
    std::shared_ptr<void> take() noexcept override { return std::move(f_); }

    std::shared_ptr<function> f_;
};

/// All handlers of one kind. Any thread may add one.
template <class... Arguments>
class handlers {
public:
    using one = std::shared_ptr<handler_of<Arguments...>>;

    one add(std::function<void(Arguments...)> f) {
        auto made = std::make_shared<handler_of<Arguments...>>(std::move(f));
        const std::lock_guard lock(mutex_);
        all_.push_back(made);
        any_.store(true, std::memory_order_seq_cst);
        return made;
    }
    /// Whether there was one at the last look.
    [[nodiscard]] bool any() const noexcept { return any_.load(std::memory_order_seq_cst); }
    [[nodiscard]] std::vector<one> now() {
        const std::lock_guard lock(mutex_);
        std::erase_if(all_, [](const one& h) { return !h->active(); });
        any_.store(!all_.empty(), std::memory_order_seq_cst);
        return all_;
    }

private:
    std::mutex mutex_;
    std::vector<one> all_;  // guarded by mutex_
    std::atomic<bool> any_{false};
};

}  // namespace syncmap::etcd::inline v0::detail
