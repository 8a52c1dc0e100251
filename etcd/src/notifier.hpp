// SPDX-License-Identifier: BSL-1.0
//
// The thread that calls the user's handlers, one after the other. It starts with the first that there is to
// call.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace syncmap::etcd::inline v0::detail {

class notifier {
public:
    notifier() = default;
    notifier(const notifier&) = delete;
    notifier& operator=(const notifier&) = delete;
    ~notifier();

    /// Starts the thread, if there is none yet: it is to be known early if there cannot be one.
    void start();
    /// Has `call` called, for `owner`.
    void post(const void* owner, std::function<void()> call);
    /// Drops what is still to be called for `owner`, and waits for what is being called.
    void forget(const void* owner) noexcept;

private:
    struct item {
        const void* owner;
        std::function<void()> call;
    };
    void run();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<item> items_;         // these are guarded by mutex_
    const void* running_ = nullptr;  // the owner of the call that is running
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace syncmap::etcd::inline v0::detail
