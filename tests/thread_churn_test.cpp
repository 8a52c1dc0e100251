// SPDX-License-Identifier: BSL-1.0
//
// Threads that come and go by the thousand, as in a server with a thread for each request: what the
// library keeps for a thread is used again by the next.
#include <algorithm>
#include <array>
#include <barrier>
#include <memory>
#include <string>
#include <utility>

#include "concurrent_support.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using namespace concurrent;

// Runs `count` threads, a few at a time.
template <class Body>
void one_after_the_other(std::size_t count, const Body& body) {
    std::array<std::jthread, 3> running;
    for (std::size_t i = 0; i < count; ++i)
        running[i % running.size()] = std::jthread([&body, i] { body(i); });
}

// Catches: a thread's end that leaves a value pinned, a section open, or a handle without support.
TEST(thread_churn, ten_thousand_threads_use_one_map) {
    using value = witness<struct churn>;
    constexpr std::size_t boxes = 8;
    promises kept;
    {
        syncmap::map<std::uint64_t, value> m;
        std::array<std::mutex, boxes> locks;
        std::array<syncmap::pinned<value>, boxes> mailbox;  // guarded by the lock of its index
        const std::size_t count = scaled(10'000);
        one_after_the_other(count, [&](std::size_t i) {
            const std::uint64_t key = i % 100;
            m.store(key, value(key));
            m.visit(key + 1, [&](const value& v) { kept.require(v.is(key + 1), "values live"); });
            if (i % 3 == 0) m.erase(key);
            auto pin = m.pin(i % 50);
            const std::lock_guard guard(locks[i % boxes]);
            auto& box = mailbox[i % boxes];
            if (box) kept.require(box->intact(), "a handle outlives its thread");
            box = std::move(pin);
        });
        for (auto& pin : mailbox) pin.reset();
        m.reclaim();
        EXPECT_EQ(m.stats().retired_objects, 0u);
        EXPECT_EQ(value::alive(), static_cast<long>(m.size()));
    }
    EXPECT_EQ(value::alive(), 0);
}

#if defined(__GLIBC__)
// Catches: a record for each thread that ever was.
TEST(thread_churn, memory_does_not_grow_with_the_number_of_threads_that_were) {
    if (support::sanitized) GTEST_SKIP() << "a sanitizer's allocator keeps memory";
    syncmap::map<std::uint64_t, std::string> m;
    std::array<std::mutex, 2> locks;
    std::array<syncmap::pinned<std::string>, 2> mailbox;
    const auto use = [&](std::size_t i) {
        m.store(i % 10, "a value that is too long to be stored in place");
        m.visit(i % 10, [](const std::string&) {});
        auto pin = m.pin(i % 10);
        const std::lock_guard guard(locks[i % 2]);
        mailbox[i % 2] = std::move(pin);
    };
    const auto memory_in_use = [&] {
        for (auto& pin : mailbox) pin.reset();
        m.reclaim();
        return mallinfo2().uordblks + mallinfo2().hblkhd;
    };
    one_after_the_other(500, use);
    const std::size_t before = memory_in_use();
    one_after_the_other(5000, use);
    // Less than 16 bytes a thread, which is less than any record.
    EXPECT_LT(memory_in_use(), before + 80'000);
}
#endif

// Catches: a thread that gets the largest number of a crowd that has gone, and has to count where all others do.
TEST(thread_churn_white_box, a_new_thread_gets_the_smallest_number_that_is_free) {
    syncmap::map<int, int> m;
    const auto number = [&] {
        static_cast<void>(m.contains(1));
        return syncmap::detail::this_thread.record->index;
    };
    constexpr std::size_t crowd = 50;
    std::array<std::uint32_t, crowd> numbers{};
    {
        std::barrier meet(crowd);
        in_parallel(crowd, [&](std::size_t i) {
            numbers[i] = number();
            meet.arrive_and_wait();
        });
    }
    std::sort(numbers.begin(), numbers.end());
    in_parallel(1, [&](std::size_t) { EXPECT_EQ(number(), numbers[0]); });
    in_parallel(1, [&](std::size_t) {
        EXPECT_EQ(number(), numbers[0]);
        in_parallel(1, [&](std::size_t) { EXPECT_EQ(number(), numbers[1]); });
    });
}

}  // namespace
