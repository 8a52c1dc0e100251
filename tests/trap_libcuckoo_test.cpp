// SPDX-License-Identifier: BSL-1.0
//
// libcuckoo's swap and move lost the keys of a map whose lazy rehash was under way: they exchanged
// the tables and forgot what told how far the rehash had come. Here: every state with every other.
#include "support_states.hpp"

namespace trap_libcuckoo {
namespace {

using namespace support;

// Calls change(first, second) for fresh maps in all pairs of states; both are used and checked then.
template <class Config, class Change>
void in_all_pairs_of_states(Change change) {
    for (const auto& a : states_of<Config>()) {
        for (const auto& b : states_of<Config>()) {
            SCOPED_TRACE(std::string(a.name) + " with " + b.name);
            scenario<Config> first;
            scenario<Config> second;
            a.build(first);
            b.build(second);
            change(first, second);
            expect_usable(first);
            expect_usable(second);
            if (::testing::Test::HasFailure()) return;
        }
    }
}

TEST(trap_from_libcuckoo, swap_loses_no_key_whatever_both_maps_are_doing) {
    const auto swapped = [](auto& first, auto& second) {
        swap(first.map, second.map);
        swap(first.model, second.model);
    };
    in_all_pairs_of_states<config<flat, good_hash>>(swapped);
    in_all_pairs_of_states<config<flat, constant_hash>>(swapped);
}

TEST(trap_from_libcuckoo, move_assignment_loses_no_key_whatever_both_maps_are_doing) {
    const auto moved = [](auto& first, auto& second) {
        second.map = std::move(first.map);
        second.model = std::move(first.model);
        first.model.clear();
    };
    in_all_pairs_of_states<config<flat, good_hash>>(moved);
    in_all_pairs_of_states<config<node, constant_hash>>(moved);
}

TEST(trap_from_libcuckoo, a_map_may_be_moved_at_every_step_of_a_rehash) {
    using kind = config<node, good_hash>;
    std::vector<kind::map> track(1);
    constexpr std::size_t keys = 600;
    for (std::size_t n = 0; n < 2 * keys; ++n) {
        auto& m = track.back();
        n < keys ? m.store(kind::make_key(n), kind::make_value(n))
                 : void(m.erase(kind::make_key(n - keys)));
        typename kind::map next(std::move(m));
        ASSERT_TRUE(m.empty());
        ASSERT_EQ(next.size(), n < keys ? n + 1 : 2 * keys - n - 1);
        track.back() = std::move(next);
        const std::size_t last = n < keys ? n : keys - 1;
        ASSERT_EQ(track.back().contains(kind::make_key(last)), n + 1 < 2 * keys);
        ASSERT_EQ(track.back().contains(kind::make_key(0)), n < keys);
    }
}

}  // namespace
}  // namespace trap_libcuckoo
