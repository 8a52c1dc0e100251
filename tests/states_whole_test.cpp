// SPDX-License-Identifier: BSL-1.0
//
// Every member on the whole map, in every internal state of it: iteration, batches, clear, reserve,
// move, swap and destruction.
#include <functional>
#include <span>
#include <vector>

#include "support_states.hpp"

namespace {

using namespace support;

template <class Config>
class states_whole : public ::testing::Test {};
TYPED_TEST_SUITE(states_whole, state_configs);

TYPED_TEST(states_whole, for_each_and_what_is_built_on_it) {
    in_every_state<TypeParam>([](auto& s) { EXPECT_EQ(contents(s.map), s.model); });
    for (const std::size_t parts : {1u, 2u, 3u, 16u, 50u, 1000u}) {
        in_every_state<TypeParam>([&](auto& s) {
            typename TypeParam::model seen;
            for (std::size_t part = 0; part < parts; ++part) {
                s.map.for_each(part, parts, [&](const auto& key, const auto& value) {
                    EXPECT_TRUE(seen.emplace(key, value).second) << "shown by two parts";
                });
            }
            EXPECT_EQ(seen, s.model);
        });
    }
    in_every_state<TypeParam>([](auto& s) {
        const auto all = s.map.snapshot();
        EXPECT_EQ(all.size(), s.model.size());
        EXPECT_EQ(typename TypeParam::model(all.begin(), all.end()), s.model);
    });
    in_every_state<TypeParam>([](auto& s) {
        const auto odd = [](const auto&, const auto& value) {
            return std::hash<typename TypeParam::value>{}(value) % 3 != 0;
        };
        EXPECT_EQ(s.map.erase_if(odd),
                  std::erase_if(s.model, [&](auto& e) { return odd(e.first, e.second); }));
    });
    in_every_state<TypeParam>([](auto& s) {
        EXPECT_EQ(s.map.erase_if([](const auto&, const auto&) { return true; }), s.model.size());
        s.model.clear();
    });
}

TYPED_TEST(states_whole, batches) {
    std::vector<typename TypeParam::key> keys;
    for (std::size_t i = 0; i < 2 * base_size; i += 3) keys.push_back(TypeParam::make_key(i));
    in_every_state<TypeParam>([&](auto& s) {
        std::vector<typename TypeParam::result> out(keys.size());
        std::size_t present = 0;
        for (const auto& key : keys) present += s.model.contains(key);
        EXPECT_EQ(s.map.load_many(keys, std::span(out)), present);
        for (std::size_t i = 0; i < keys.size(); ++i) EXPECT_EQ(out[i], value_of(s, keys[i]));
    });
    in_every_state<TypeParam>([&](auto& s) {
        std::size_t present = 0;
        for (const auto& key : keys) present += s.model.contains(key);
        EXPECT_EQ(s.map.visit_many(keys,
                                   [&](std::size_t i, const auto& value) {
                                       EXPECT_EQ(typename TypeParam::result(value),
                                                 value_of(s, keys[i]));
                                   }),
                  present);
    });
}

TYPED_TEST(states_whole, clear_and_reclaim) {
    in_every_state<TypeParam>([](auto& s) {
        s.map.clear();
        s.model.clear();
    });
    in_every_state<TypeParam>([](auto& s) { s.map.reclaim(); });
}

TYPED_TEST(states_whole, reserve_and_shrink_to_fit) {
    for (const std::size_t n : {0u, 10u, 1000u, 10000u})
        in_every_state<TypeParam>([&](auto& s) { s.map.reserve(n); });
    in_every_state<TypeParam>([](auto& s) { s.map.shrink_to_fit(); });
    in_every_state<TypeParam>([](auto& s) {
        s.map.shrink_to_fit();
        s.map.reserve(2000);
        s.map.shrink_to_fit();
    });
}

TYPED_TEST(states_whole, move_and_swap) {
    using map = typename TypeParam::map;
    in_every_state<TypeParam>([](auto& s) {
        map other(std::move(s.map));
        EXPECT_TRUE(s.map.empty());
        expect_holds(other, s.model);
        s.map = std::move(other);
    });
    in_every_state<TypeParam>([](auto& s) {
        map other(std::move(s.map));
        s.model.clear();  // the moved-from map is the one that is used on
    });
    in_every_state<TypeParam>([](auto& s) {
        map other;
        other.store(TypeParam::make_key(1), TypeParam::make_value(1));
        other.swap(s.map);
        expect_holds(other, s.model);
        EXPECT_EQ(s.map.size(), 1u);
        swap(s.map, other);
    });
    // Both of them in the same state, with different contents.
    for (const auto& state : states_of<TypeParam>()) {
        SCOPED_TRACE(state.name);
        scenario<TypeParam> a, b;
        state.build(a);
        state.build(b);
        b.put(3000, 3003);
        swap(a.map, b.map);
        swap(a.model, b.model);
        expect_usable(a);
        expect_usable(b);
    }
}

// Destruction, clear and a move in every state: each key and value is destroyed exactly once.
struct states_tag;
struct living : node {
    using key = counted<states_tag>;
    using value = counted<states_tag>;
    static key make_key(std::size_t i) { return key(static_cast<int>(i)); }
    static value make_value(std::size_t i) { return value(static_cast<int>(i)); }
};
template <class Key>
struct living_hash {
    std::uint64_t operator()(const Key& key) const { return syncmap::hash<int>{}(key.number); }
};

TEST(states_lifetime, every_instance_is_destroyed_with_the_map_whatever_its_state) {
    using Config = config<living, living_hash>;
    for (const auto& state : spread_states<Config>) {
        SCOPED_TRACE(state.name);
        {
            scenario<Config> s;
            state.build(s);
            const auto entries = static_cast<long>(s.model.size());
            s.model.clear();
            EXPECT_EQ(live_after_reclaim<Config::key>(s.map), 2 * entries);
        }
        EXPECT_EQ(living::key::live, 0) << "after the destructor";
        {
            scenario<Config> s;
            state.build(s);
            s.model.clear();
            s.map.clear();
            EXPECT_EQ(live_after_reclaim<Config::key>(s.map), 0) << "after clear";
        }
    }
}

}  // namespace
