// SPDX-License-Identifier: BSL-1.0
//
// reclaim() while another thread is in the middle of destroying garbage: what had been erased before the call is
// gone when it returns, also what that thread had in hand.
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>

#include <syncmap/map.hpp>

namespace {

// Counts the living, and stops the thread that destroys the first one until it is let go.
struct stage {
    std::atomic<std::size_t> alive{0};
    std::atomic<bool> stopped{false};
    std::atomic<bool> go_on{false};
};

class actor {
public:
    explicit actor(stage& s) : stage_(s) { ++stage_.alive; }
    actor(const actor&) = delete;
    actor& operator=(const actor&) = delete;
    ~actor() {
        if (!stage_.stopped.exchange(true))
            while (!stage_.go_on) std::this_thread::yield();
        --stage_.alive;
    }

private:
    stage& stage_;
};

TEST(reclaim_beside_sweep, leaves_nothing_that_was_erased_before) {
    constexpr std::size_t n = 20000;  // several times what waits for a sweep
    stage s;
    {
        syncmap::map<std::size_t, actor> map;
        for (std::size_t i = 0; i < n; ++i) map.try_emplace(i, s);
        std::atomic<std::size_t> erased{0};
        std::thread eraser([&] {
            for (std::size_t i = 0; i < n && !s.stopped; ++i) {
                map.erase(i);
                ++erased;
            }
        });
        while (!s.stopped) std::this_thread::yield();
        std::atomic<bool> about_to{false};
        std::thread reclaimer([&] {
            about_to = true;
            map.reclaim();
        });
        while (!about_to) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it waits for the eraser now
        s.go_on = true;
        reclaimer.join();
        EXPECT_GT(erased, 0u);
        EXPECT_LE(s.alive, n - erased + 1);  // the last one erased may have been later
        eraser.join();
    }
    EXPECT_EQ(s.alive, 0u);
}

}  // namespace
