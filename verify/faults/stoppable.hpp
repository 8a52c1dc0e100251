// SPDX-License-Identifier: BSL-1.0
//
// A thread that another one can stop at any instruction, by a signal whose handler waits in read().
// Not in malloc or free, which have locks of their own: there it stops when it comes out (heap.hpp).
// SIGSTOP would stop the whole process; ending a single thread (pthread_cancel) is not survived by
// any lock, and so not asked of the map's.
#pragma once

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <thread>

#include "faults.hpp"
#include "heap.hpp"

namespace faults {

class stoppable {
public:
    /// Calls body() again and again, each time as one operation.
    explicit stoppable(std::function<void()> body) {
        static const bool installed = install();
        require(installed && ::pipe(stopped_) == 0 && ::pipe(go_on_) == 0, "there are pipes");
        thread_ = std::jthread([this, body = std::move(body)](const std::stop_token& over) {
            me_ = this;
            while (!over.stop_requested()) {
                inside_ = true;
                body();
                inside_ = false;
                operations_.fetch_add(1, std::memory_order_relaxed);
            }
            me_ = nullptr;
        });
        eventually([&] { return operations() > 10; }, "a thread starts to work");
    }
    stoppable(const stoppable&) = delete;
    stoppable& operator=(const stoppable&) = delete;
    ~stoppable() {
        thread_.request_stop();
        thread_.join();
        for (const int fd : {stopped_[0], stopped_[1], go_on_[0], go_on_[1]}) ::close(fd);
    }

    /// Returns when the thread stands still; says whether it does in the middle of an operation.
    bool stop() {
        require(::pthread_kill(thread_.native_handle(), SIGUSR1) == 0, "a thread can be signalled");
        char inside = 0;
        require(::read(stopped_[0], &inside, 1) == 1, "a thread says that it has stopped");
        return inside != 0;
    }
    void go_on() { require(::write(go_on_[1], "", 1) == 1, "a thread can be told to go on"); }

    [[nodiscard]] std::size_t operations() const {
        return operations_.load(std::memory_order_relaxed);
    }

private:
    static bool install() {
        heap::on_exit = [] {
            if (wanted_ && me_ != nullptr) {
                wanted_ = 0;
                me_->stand_still();
            }
        };
        struct sigaction action{};
        action.sa_handler = [](int) {
            if (heap::busy)
                wanted_ = 1;
            else if (me_ != nullptr)
                me_->stand_still();
        };
        action.sa_flags = SA_RESTART;
        return ::sigaction(SIGUSR1, &action, nullptr) == 0;
    }
    /// Nothing but read() and write(): they are safe in a signal handler.
    void stand_still() noexcept {
        char byte = inside_ ? 1 : 0;
        if (::write(stopped_[1], &byte, 1) != 1 || ::read(go_on_[0], &byte, 1) != 1) ::_exit(3);
    }

    static inline thread_local stoppable* volatile me_ = nullptr;
    static inline thread_local volatile std::sig_atomic_t wanted_ = 0;

    int stopped_[2]{};
    int go_on_[2]{};
    std::atomic<bool> inside_{false};
    std::atomic<std::size_t> operations_{0};
    std::jthread thread_;
};

}  // namespace faults
