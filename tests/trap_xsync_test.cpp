// SPDX-License-Identifier: BSL-1.0
//
// xsync's maps (Go): a panic in a callback left a bucket locked, an update was lost while the table
// was being resized, an iteration could show a key twice, and an insertion could lose against Clear.
#include <set>
#include <stdexcept>
#include <thread>

#include "concurrent_support.hpp"
#include "support_faults.hpp"

namespace trap_xsync {
namespace {

using namespace concurrent;

// All keys in one bucket: any lock that is left held stops all that comes after.
using crowd = syncmap::map<std::uint64_t, std::string, constant_hash<std::uint64_t>>;

TEST(trap_from_xsync, a_callback_that_throws_leaves_no_lock_behind) {
    crowd m;
    for (std::uint64_t n = 0; n < 30; ++n) m.store(n, "old");
    const auto fail = [](const auto&...) -> std::optional<std::string> {
        throw std::runtime_error("from a callback");
    };
    const auto fail_to_compute = []() -> std::string {
        throw std::runtime_error("from a callback");
    };
    const auto fail_to_test = [](std::uint64_t, const std::string&) -> bool {
        throw std::runtime_error("from a callback");
    };
    EXPECT_THROW(m.visit(1, fail), std::runtime_error);
    EXPECT_THROW(m.visit_many(std::vector<std::uint64_t>{1, 2}, fail), std::runtime_error);
    EXPECT_THROW(m.update(1, fail), std::runtime_error);
    EXPECT_THROW(m.update(99, fail), std::runtime_error);
    EXPECT_THROW(m.load_or_compute(99, fail_to_compute), std::runtime_error);
    EXPECT_THROW(m.for_each(fail_to_test), std::runtime_error);
    EXPECT_THROW(m.erase_if(fail_to_test), std::runtime_error);
    std::jthread([&] {  // another thread: a lock that this one holds would stop it
        for (std::uint64_t n = 0; n < 30; ++n) m.store(n, "new");
        m.update(99, [](const std::string* s) { return std::optional(s ? "was" : "was not"); });
        m.reserve(5000);
        m.clear();
        m.store(1, "last");
    })
        .join();
    EXPECT_EQ(m.size(), 1u);
}

TEST(trap_from_xsync, a_hash_or_equality_that_throws_under_a_lock_leaves_none_behind) {
    using support::faults;
    syncmap::map<std::uint64_t, std::uint64_t, support::fragile_hash, support::fragile_equal> m(
        0, support::fragile_hash{3});
    constexpr std::uint64_t keys = 60;
    for (std::uint64_t n = 0; n < keys; ++n) m.store(n, n);
    m.reserve(4000);  // each write moves buckets from now on, and so calls the hash under locks
    std::size_t thrown = 0;
    for (std::uint64_t n = 0; n < keys; ++n)
        for (long point = 0; point < 12; ++point) {
            faults::arm(point);
            try {
                m.store(n, n + 1);
            } catch (const support::injected&) {
                ++thrown;
            }
            faults::disarm();
            const auto now = m.load(n);
            ASSERT_TRUE(now == n || now == n + 1);
        }
    EXPECT_GT(thrown, keys);
    std::jthread([&] {
        for (std::uint64_t n = 0; n < keys; ++n) m.store(n, 7);
    }).join();
    EXPECT_EQ(m.size(), keys);
    m.for_each([](std::uint64_t, std::uint64_t value) { EXPECT_EQ(value, 7u); });
}

TEST(trap_from_xsync, no_update_is_lost_while_the_table_is_resized) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    constexpr std::uint64_t keys = 64;
    const std::size_t rounds = scaled(60'000);
    const auto add_one = [](const std::uint64_t* n) { return std::optional(n ? *n + 1 : 1); };
    in_parallel(
        threads,
        [&](std::size_t me) {
            dice roll(me);
            for (std::size_t i = 0; i < rounds; ++i) m.update(roll(keys), add_one);
        },
        [&, big = false]() mutable { (big = !big) ? m.reserve(20'000) : m.shrink_to_fit(); },
        [&, n = std::uint64_t{0}]() mutable {
            const std::uint64_t wave = n++;
            wave / 2000 % 2 == 0 ? m.store(keys + wave % 2000, 1)
                                 : void(m.erase(keys + wave % 2000));
        });
    std::uint64_t sum = 0;
    for (std::uint64_t n = 0; n < keys; ++n) sum += m.load(n).value_or(0);
    EXPECT_EQ(sum, threads * rounds);
}

TEST(trap_from_xsync, an_iteration_during_a_resize_shows_no_key_twice_and_all_that_stay) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    constexpr std::uint64_t staying = 100;
    for (std::uint64_t n = 0; n < staying; ++n) m.store(n, n);
    promises kept;
    in_parallel(
        2,
        [&](std::size_t) {
            for (std::size_t i = 0; i < scaled(1500); ++i) {
                std::set<std::uint64_t> seen;
                std::size_t stayed = 0;
                m.for_each([&](std::uint64_t key, std::uint64_t) {
                    kept.require(seen.insert(key).second, "no key is shown twice");
                    stayed += key < staying;
                });
                kept.require(stayed == staying, "what stays is shown");
            }
        },
        [&, n = std::uint64_t{0}]() mutable {
            const std::uint64_t wave = n++;
            wave / 400 % 2 == 0 ? m.store(staying + wave % 400, 1)
                                : void(m.erase(staying + wave % 400));
        });
}

TEST(trap_from_xsync, an_insertion_that_follows_a_clear_is_not_lost_to_it) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    std::atomic<std::size_t> begun{0};
    std::atomic<std::size_t> ended{0};
    std::atomic<std::size_t> between{0};
    promises kept;
    in_parallel(
        3,
        [&](std::size_t me) {
            for (std::uint64_t i = 0; i < scaled(150'000); ++i) {
                const std::uint64_t key = (i * 4 + me) % 4096;  // so that tables grow
                const std::size_t before = ended;
                m.store(key, i);
                const bool found = m.load(key) == i;
                if (begun == before) {  // no clear has run since before the store
                    ++between;
                    kept.require(found, "what is stored after a clear is there");
                }
            }
        },
        [&] {
            for (int patience = 0; patience < 10'000 && m.size() < 300; ++patience) {
            }  // a good deal of growth first
            ++begun;
            m.clear();
            ++ended;
        });
    EXPECT_GT(between, 0u);
}

}  // namespace
}  // namespace trap_xsync
