// SPDX-License-Identifier: BSL-1.0
#include "notifier.hpp"

#include <utility>

#include "quiet_thread.hpp"

namespace syncmap::etcd::inline v0::detail {

notifier::~notifier() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void notifier::start() {
    const std::lock_guard lock(mutex_);
    if (!thread_.joinable()) thread_ = quiet_thread([this] { run(); });
}

void notifier::post(const void* owner, std::function<void()> call) {
    {
        const std::lock_guard lock(mutex_);
        items_.push_back({owner, std::move(call)});
    }
    changed_.notify_all();
}

void notifier::forget(const void* owner) noexcept {
    std::deque<item> dropped;  // destroyed without the lock: what they hold is the user's
    std::unique_lock lock(mutex_);
    for (item& i : items_) {
        if (i.owner == owner) dropped.push_back({owner, std::exchange(i.call, {})});
    }
    std::erase_if(items_, [owner](const item& i) { return i.owner == owner; });
    if (thread_.get_id() != std::this_thread::get_id()) {
        changed_.wait(lock, [&] { return running_ != owner; });
    }
    lock.unlock();
}

void notifier::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !items_.empty(); });
        if (stopping_) return;
        item now = std::move(items_.front());
        items_.pop_front();
        running_ = now.owner;
        lock.unlock();
        now.call();
        now.call = nullptr;
        lock.lock();
        running_ = nullptr;
        changed_.notify_all();
    }
}

}  // namespace syncmap::etcd::inline v0::detail
