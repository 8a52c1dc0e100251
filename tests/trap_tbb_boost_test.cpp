// SPDX-License-Identifier: BSL-1.0
//
// TBB's concurrent_hash_map deadlocks when a thread that holds an accessor comes back to the map, and
// its iteration may show a key twice; boost's concurrent maps assert or deadlock when a visitor
// re-enters. Here every callback uses every member, on its own key and bucket.
#include <array>
#include <set>
#include <thread>

#include "concurrent_support.hpp"

namespace trap_tbb_boost {
namespace {

using namespace concurrent;

template <template <class> class Hash>
using texts = syncmap::map<std::uint64_t, std::string, Hash<std::uint64_t>>;

template <class Map>
void use_everything(Map& m, std::uint64_t key) {
    m.store(key, "stored");
    m.load(key);
    m.visit(key, [](const std::string&) {});
    m.pin(key);
    m.contains(key);
    const std::array<std::uint64_t, 2> keys{key, key + 1};
    std::array<std::optional<std::string>, 2> out;
    m.load_many(keys, out);
    m.visit_many(keys, [](std::size_t, const std::string&) {});
    m.load_or_store(key, "or stored");
    m.exchange(key, "exchanged");
    m.compare_exchange(key, "exchanged", "compared");
    m.update(key, [](const std::string*) { return std::optional<std::string>("updated"); });
    m.erase(key);
    m.load_or_compute(key, [] { return "computed"; });
    m.load_and_erase(key);
    m.try_emplace(key, "emplaced");
    m.compare_and_erase(key, "emplaced");
    m.store(key, "again");
    m.for_each([](std::uint64_t, const std::string&) {});
    m.erase_if([&](std::uint64_t k, const std::string&) { return k == key; });
    EXPECT_LE(m.snapshot().size(), m.size());
    EXPECT_EQ(m.stats().size, m.size());
    m.reserve(50 + key);
    m.shrink_to_fit();
    m.reclaim();
    m.store(key, "in the end");
}

template <template <class> class Hash>
void every_callback_uses_every_member() {
    texts<Hash> m;
    for (std::uint64_t n = 0; n < 40; ++n) m.store(n, "value");
    std::size_t calls = 0;
    const auto reenter = [&](std::uint64_t key) {
        ++calls;
        use_everything(m, key);
        use_everything(m, 39);
    };
    m.visit(1, [&](const std::string& s) {
        reenter(1);
        EXPECT_EQ(s, "value");
    });
    bool once = false;
    m.update(2, [&](const std::string*) {
        if (!std::exchange(once, true))  // it is called again, for what it has stored itself
            reenter(2);
        return std::optional<std::string>("result");
    });
    EXPECT_EQ(m.load(2), "result");
    m.load_or_compute(100, [&] {
        reenter(100);
        return "result";
    });
    EXPECT_EQ(m.load(100), "in the end") << "what the callback itself has stored";
    m.visit_many(std::array<std::uint64_t, 2>{3, 4},
                 [&](std::size_t i, const std::string&) { reenter(3 + i); });
    std::set<std::uint64_t> seen;
    m.for_each([&](std::uint64_t key, const std::string&) {
        if (key < 40 && key != 39) {
            EXPECT_TRUE(seen.insert(key).second) << key << " is shown twice";
            reenter(key);
        }
    });
    EXPECT_EQ(seen.size(), 39u);
    m.erase_if([&](std::uint64_t key, const std::string&) {
        if (key % 10 == 0) reenter(key);
        return false;
    });
    m.visit(5, [&](const std::string&) { m.clear(); });
    EXPECT_TRUE(m.empty());
    EXPECT_GT(calls, 40u);
}

TEST(trap_from_tbb_and_boost, every_callback_may_use_every_member_on_its_own_key) {
    every_callback_uses_every_member<good_hash>();
    every_callback_uses_every_member<constant_hash>();
}

TEST(trap_from_tbb_and_boost, two_callbacks_may_each_wait_for_the_other_ones_key) {
    texts<constant_hash> m;
    m.store(1, "one");
    m.store(2, "two");
    std::latch both(2);
    const auto meet_and_store = [&](std::uint64_t mine, std::uint64_t other) {
        m.visit(mine, [&](const std::string&) {
            both.arrive_and_wait();  // with locks held by callbacks nobody would get further
            m.store(other, "from the other");
        });
    };
    std::jthread thread([&] { meet_and_store(1, 2); });
    meet_and_store(2, 1);
    thread.join();
    EXPECT_EQ(m.load(1), "from the other");
    EXPECT_EQ(m.load(2), "from the other");
}

TEST(trap_from_tbb_and_boost, an_iteration_shows_no_key_twice_that_others_erase_and_insert) {
    // One long chain, half of it dead: what is erased at its front may come back further behind.
    syncmap::map<std::uint64_t, std::uint64_t, constant_hash<std::uint64_t>> m;
    constexpr std::uint64_t keys = 240;
    for (std::uint64_t n = 0; n < keys; ++n) m.store(n, n);
    promises kept;
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t i = 0; i < scaled(3000); ++i) {
                std::array<bool, keys> seen{};
                m.for_each([&](std::uint64_t key, std::uint64_t) {
                    kept.require(!std::exchange(seen[key], true), "no key is shown twice");
                });
            }
        },
        [&, roll = dice(7)]() mutable {
            const std::uint64_t key = roll(keys);
            if (!m.erase(key)) m.store(key, key);
        });
}

}  // namespace
}  // namespace trap_tbb_boost
