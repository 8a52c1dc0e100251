// SPDX-License-Identifier: BSL-1.0
//
// A process forks while its other threads are inside callbacks, hold handles, load, begin and end.
// In the child these threads do not exist: nothing may wait for them, and every map that was not
// being written can be used, reclaimed and destroyed.
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <syncmap/map.hpp>
#include <thread>
#include <utility>
#include <vector>

#include "../check.hpp"

namespace {

// Under ThreadSanitizer a child of a process with threads may start none itself; under
// AddressSanitizer it waits for ever if another thread was allocating.
constexpr bool child_may_start_threads = built_with != sanitizer::thread;
constexpr bool others_may_allocate = built_with != sanitizer::address;

using words = syncmap::map<std::uint64_t, std::uint64_t>;
using texts = syncmap::map<std::uint64_t, std::string>;

std::string text(std::uint64_t n) {
    return "a text that is too long for its object " + std::to_string(n);
}

// Runs `body` in a child; a child that waits for a thread it does not have is ended by a signal.
template <class Body>
void in_a_child(const Body& body) {
    const pid_t child = fork();
    check(child >= 0, "fork succeeds");
    if (child == 0) {
        alarm(100);
        body();
        _exit(0);
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child, "the child can be waited for");
    check(WIFEXITED(status), "the child does not wait for threads of its parent");
    check(WEXITSTATUS(status) == 0, "the child has found everything as it should be");
}

template <class Map, class Make>
void use(Map& m, const Make& make) {
    for (std::uint64_t key = 0; key < 2000; ++key) check(m.load(key) == make(key), "a child reads");
    // Enough to make garbage be scanned for, tables grow and shrink.
    for (std::uint64_t i = 0; i < 40'000; ++i) m.store(i % 8000, make(i));
    for (std::uint64_t key = 0; key < 8000; ++key) check(m.erase(key), "a child erases");
    check(m.empty(), "a child's erased map is empty");
    m.reclaim();
    m.store(1, make(1));
    m.clear();
    m.store(2, make(2));
    check(m.size() == 1, "a child's cleared map is empty");
    m.reclaim();
}

void while_others_sleep() {
    auto w = std::make_unique<words>();
    auto t = std::make_unique<texts>();
    for (std::uint64_t key = 0; key < 2000; ++key) {
        w->store(key, key);
        t->store(key, text(key));
    }
    constexpr int sleepers = 6;
    std::latch asleep(sleepers);
    std::latch wake(1);
    const auto sleep = [&] {
        asleep.count_down();
        wake.wait();
    };
    syncmap::pinned<std::string> handed;  // pinned by another thread
    std::vector<std::thread> others;
    others.emplace_back([&] {
        t->visit(1, [&](const std::string& s) {
            sleep();
            check(s == text(1), "the parent's callbacks go on");
        });
    });
    others.emplace_back([&] {
        handed = t->pin(2);
        const auto kept = t->pin(3);
        const auto word = w->pin(3);
        sleep();
        check(*kept == text(3) && *word == 3, "the parent's handles stay what they are");
    });
    others.emplace_back([&] {
        t->for_each([&](std::uint64_t, const std::string&) {
            sleep();
            return false;
        });
    });
    others.emplace_back([&] {
        bool slept = false;
        t->update(4, [&](const std::string* s) {
            if (!std::exchange(slept, true)) sleep();
            return std::optional<std::string>(*s);
        });
    });
    others.emplace_back([&] {
        t->load_or_compute(5000, [&] {
            sleep();
            return text(5000);
        });
    });
    others.emplace_back([&] {
        w->for_each([&](std::uint64_t, std::uint64_t) {
            sleep();
            return false;
        });
    });
    asleep.wait();
    const auto mine = t->pin(6);

    in_a_child([&] {
        use(*w, [](std::uint64_t n) { return n; });
        use(*t, text);
        check(*mine == text(6), "a handle of the forking thread is good in the child");
        check(*handed == text(2), "a handle that another thread has made is good in the child");
        // What sleepers and handles may keep, one value each; but w has nothing to retire.
        check(t->stats().retired_objects <= sleepers + 3, "a child reclaims its garbage");
        check(w->stats().retired_objects <= sleepers + 3, "a child reclaims its garbage");
        in_a_child([&] {
            for (std::uint64_t key = 0; key < 2000; ++key) w->store(key, key);
            use(*w, [](std::uint64_t n) { return n; });
        });
        if (child_may_start_threads) {
            std::vector<std::thread> threads;
            for (std::uint64_t i = 0; i < 4; ++i)
                threads.emplace_back([&, i] {
                    for (std::uint64_t n = 0; n < 20'000; ++n) t->store(n % 16, text(i));
                });
            for (auto& thread : threads) thread.join();
            check(t->size() == 16, "threads of the child share its map");
        }
        w.reset();
    });

    wake.count_down();
    for (auto& other : others) other.join();
    check(*mine == text(6) && *handed == text(2), "the parent keeps its handles");
    handed.reset();
    use(*w, [](std::uint64_t n) { return n; });
    t->erase(5000);
    use(*t, text);
}

// Forks at any moment of a load, of a thread's first use of a map, and of its end.
void while_others_load() {
    texts t;
    for (std::uint64_t key = 0; key < 2000; ++key) t.store(key, text(key));
    std::atomic<bool> over{false};
    std::vector<std::thread> others;
    for (int i = 0; i < 2; ++i)
        others.emplace_back([&] {
            for (std::uint64_t key = 0; !over; ++key)
                check(t.load(key % 2000) == text(key % 2000), "the parent loads");
        });
    others.emplace_back([&] {
        while (!over) std::thread([&] { t.visit(1, [](const std::string&) {}); }).join();
    });
    for (int i = 0; i < 30; ++i)
        in_a_child([&] {
            use(t, text);
            check(t.stats().retired_objects <= 2,
                  "readers of the parent keep nothing in the child");
        });
    over = true;
    for (auto& other : others) other.join();
}

// The handles of other threads are out of reach in a child: its maps can be destroyed nevertheless, also in a debug
// build, which looks for handles that outlive their map.
void maps_of_lost_handles_can_be_destroyed() {
    auto t = std::make_unique<texts>();
    for (std::uint64_t key = 0; key < 100; ++key) t->store(key, text(key));
    std::latch held(1);
    std::latch drop(1);
    std::thread other([&] {
        std::vector<syncmap::pinned<std::string>> handles;
        for (std::uint64_t key = 0; key < 50; ++key) handles.push_back(t->pin(key));
        held.count_down();
        drop.wait();
    });
    held.wait();
    auto mine = t->pin(60);
    in_a_child([&] {
        t->erase(1);
        t->clear();
        t->reclaim();
        check(*mine == text(60), "a handle of the forking thread is good in the child");
        mine.reset();
        t.reset();
    });
    drop.count_down();
    other.join();
}

}  // namespace

int main() {
    maps_of_lost_handles_can_be_destroyed();
    while_others_sleep();
    if (others_may_allocate) while_others_load();
}
