// SPDX-License-Identifier: BSL-1.0
//
// Maps that are made, handed on, moved and destroyed by many threads, some in the place of another.
#include <array>
#include <barrier>
#include <memory>
#include <memory_resource>
#include <optional>
#include <utility>

#include "concurrent_support.hpp"
#include "support_memory.hpp"

namespace {

using namespace concurrent;

// Catches: what a map leaves behind in threads that have used it, and what threads that end or
// begin meanwhile do to a map they never saw.
TEST(lifetime_stress, threads_make_fill_and_destroy_their_own_maps) {
    using value = witness<struct own>;
    promises kept;
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        for (std::size_t round = 0; round < scaled(3000); ++round) {
            syncmap::map<std::uint64_t, value> m;
            const std::size_t n = roll(200);
            for (std::uint64_t key = 0; key < n; ++key) m.store(key, value(key));
            for (std::uint64_t key = 0; key < n; key += 3) m.erase(key);
            if (round % 2 == 0) {
                auto moved = std::move(m);
                kept.require(moved.size() == n - (n + 2) / 3, "moving moves all");
                m.store(1, value(1));
                swap(m, moved);
            }
            m.for_each([&](std::uint64_t key, const value& v) {
                kept.require(v.is(key) && key % 3 != 0, "a map shows its own values only");
            });
        }
    });
    EXPECT_EQ(value::alive(), 0);
}

// Catches: memory that does not go back to the map's own allocator, or after its destructor.
TEST(lifetime_stress, maps_are_destroyed_by_other_threads_than_their_users) {
    using value = witness<struct handed>;
    using allocator = std::pmr::polymorphic_allocator<std::pair<const std::uint64_t, value>>;
    using map = syncmap::map<std::uint64_t, value, syncmap::hash<std::uint64_t>, std::equal_to<>,
                             allocator>;
    struct home {
        support::tracking_resource memory;
        map entries{allocator(&memory)};
    };
    constexpr std::size_t places = 4;
    std::array<std::mutex, places> locks;
    std::array<std::shared_ptr<home>, places> maps;  // each guarded by the lock of its index
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        for (std::size_t round = 0; round < scaled(20'000); ++round) {
            const std::size_t place = roll(places);
            std::shared_ptr<home> mine;
            {
                const std::lock_guard guard(locks[place]);
                if (maps[place] == nullptr || roll(20) == 0) maps[place] = std::make_shared<home>();
                mine = maps[place];
            }
            for (std::size_t i = 0; i < 20; ++i) {
                const std::uint64_t key = roll(100);
                mine->entries.store(key, value(key));
                mine->entries.erase(roll(100));
                mine->entries.visit(key, [&](const value& v) { EXPECT_TRUE(v.is(key)); });
            }
        }
    });
    maps = {};
    EXPECT_EQ(value::alive(), 0);
}

// Catches: something a thread remembers by a map's address.
TEST(lifetime_stress, a_new_map_in_the_place_of_an_old_one_is_another_map) {
    using value = witness<struct placed>;
    promises kept;
    std::optional<syncmap::map<std::uint64_t, value>> place;
    place.emplace();
    std::barrier pause(threads);
    in_parallel(threads, [&](std::size_t which) {
        for (std::size_t round = 0; round < scaled(3000); ++round) {
            pause.arrive_and_wait();
            for (std::uint64_t i = 0; i < 20; ++i) {
                const std::uint64_t key = i * threads + which;
                kept.require(!place->contains(key), "a new map is empty");
                place->store(key, value(key + round));
                place->store(key, value(key + round + 1));
            }
            place->erase(which);
            pause.arrive_and_wait();
            if (which != 0) continue;
            kept.require(place->size() == 19 * threads, "a map counts its own entries");
            place.emplace();
            kept.require(value::alive() == 0, "nothing of the old map is left");
        }
    });
}

}  // namespace
