// SPDX-License-Identifier: BSL-1.0
// Coroutines that send a page in three parts, and wait for the network in between: they go on in
// another thread, and by then the page has been replaced in the map, or erased.
//
// Why this way: pin() gives a handle that lies in the coroutine's frame, goes with it to other
// threads, and keeps that one page as it was, without a copy, and without a count of users that all
// readers write to. visit() cannot do that: its function would have to return before the wait.
// Watch out: no handle may outlive the map, so all coroutines must have ended before the map does.
// And what is pinned for long is old: to see the latest value, pin again after the co_await.
#include <syncmap/map.hpp>

#include <atomic>
#include <coroutine>
#include <cstdio>
#include <deque>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

// Coroutines that wait, and threads that go on with them: `co_await network.wait()` is where a
// server would wait until it can send more.
class event_loop {
public:
    auto wait() {
        struct waiting {
            event_loop& loop;
            bool await_ready() const noexcept { return false; }
            // Once it is in the queue the coroutine may go on, and end: touch nothing of it then.
            void await_suspend(std::coroutine_handle<> h) { loop.add(h); }
            void await_resume() const noexcept {}
        };
        return waiting{*this};
    }

    // Returns when no coroutine waits any more.
    void run(unsigned threads) {
        std::vector<std::jthread> workers;
        for (unsigned t = 0; t < threads; ++t)
            workers.emplace_back([this] {
                // One that waits again is in the queue again when resume() returns.
                while (const std::coroutine_handle<> next = take()) next.resume();
            });
    }

private:
    void add(std::coroutine_handle<> h) {
        const std::scoped_lock lock(mutex_);
        ready_.push_back(h);
    }
    std::coroutine_handle<> take() {
        const std::scoped_lock lock(mutex_);
        if (ready_.empty()) return nullptr;
        const std::coroutine_handle<> first = ready_.front();
        ready_.pop_front();
        return first;
    }

    std::mutex mutex_;
    std::deque<std::coroutine_handle<>> ready_;
};

// A coroutine that begins at once and that nobody waits for: its frame goes when it ends.
struct detached {
    struct promise_type {
        detached get_return_object() const noexcept { return {}; }
        std::suspend_never initial_suspend() const noexcept { return {}; }
        std::suspend_never final_suspend() const noexcept { return {}; }
        void return_void() const noexcept {}
        void unhandled_exception() const noexcept { std::terminate(); }
    };
};

// Neither copied nor moved: readers share it.
struct page {
    static inline std::atomic<int> alive = 0;

    explicit page(int number)
        : version(number), head("head " + text()), body("body " + text()), foot("foot " + text()) {
        ++alive;
    }
    page(const page&) = delete;
    page& operator=(const page&) = delete;
    ~page() { --alive; }
    std::string text() const { return "of version " + std::to_string(version) + '\n'; }

    const int version;
    const std::string head, body, foot;
};
using website = syncmap::map<std::string, page>;

struct {
    std::atomic<int> right, wrong, not_found;
} sent;

detached send(const website& site, event_loop& network, std::string name) {
    const syncmap::pinned<page> found = site.pin(name);
    if (!found) {
        ++sent.not_found;
        co_return;
    }
    std::string received = found->head;
    co_await network.wait();
    received += found->body;
    co_await network.wait();
    received += found->foot;

    const std::string text = found->text();
    const bool whole = received == "head " + text + "body " + text + "foot " + text;
    ++(whole ? sent.right : sent.wrong);
}

}  // namespace

int main() {
    website site;
    event_loop network;
    site.store("index", 1);
    site.store("news", 1);
    constexpr int requests = 100;
    for (int i = 0; i < requests; ++i)
        for (const char* name : {"index", "news", "nothing"}) send(site, network, name);

    // All of them wait now. One page is replaced, many times, and one is erased. Of the old pages
    // only those that are pinned are still there after reclaim().
    for (int version = 2; version <= 100; ++version) site.store("index", version);
    site.erase("news");
    site.reclaim();
    const int alive = page::alive;
    std::printf("%zu page in the map, %d in memory: two are being sent\n", site.size(), alive);

    {
        const std::jthread editor([&] {
            for (int version = 101; version <= 1000; ++version) site.store("index", version);
        });
        network.run(4);
    }
    site.reclaim();
    std::printf("%d pages sent as they were, %d not, %d not found; %d in memory\n",
                sent.right.load(), sent.wrong.load(), sent.not_found.load(), page::alive.load());
    const bool right = sent.right == 2 * requests && sent.wrong == 0 && sent.not_found == requests;
    return right && alive == 3 && page::alive == 1 ? 0 : 1;
}
