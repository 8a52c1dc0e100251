// SPDX-License-Identifier: BSL-1.0
//
// Every member on one key, in every internal state of a map: whatever is moving, full, dead or
// overflowing, a member does what it always does.
#include "support_states.hpp"

namespace {

using namespace support;

template <class Config>
class states : public ::testing::Test {};
TYPED_TEST_SUITE(states, state_configs);

TYPED_TEST(states, load_and_its_kin) {
    on_keys_in_every_state<TypeParam>(
        [](auto& s, const auto& key) { EXPECT_EQ(s.map.load(key), value_of(s, key)); });
    on_keys_in_every_state<TypeParam>(
        [](auto& s, const auto& key) { EXPECT_EQ(s.map.contains(key), s.model.contains(key)); });
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        typename TypeParam::result seen;
        EXPECT_EQ(s.map.visit(key, [&](const auto& value) { seen = value; }),
                  s.model.contains(key));
        EXPECT_EQ(seen, value_of(s, key));
    });
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        const auto held = s.map.pin(key);
        EXPECT_EQ(held ? typename TypeParam::result(*held) : std::nullopt, value_of(s, key));
        expect_usable(s);
        EXPECT_EQ(held ? typename TypeParam::result(*held) : std::nullopt, value_of(s, key));
    });
}

TYPED_TEST(states, store_and_exchange) {
    const auto fresh = TypeParam::make_value(777);
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        s.map.store(key, fresh);
        s.model[key] = fresh;
    });
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        EXPECT_EQ(s.map.exchange(key, fresh), value_of(s, key));
        s.model[key] = fresh;
    });
}

TYPED_TEST(states, load_or_store_and_its_kin) {
    const auto fresh = TypeParam::make_value(777);
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        const auto [value, loaded] = s.map.load_or_store(key, fresh);
        EXPECT_EQ(loaded, s.model.contains(key));
        EXPECT_EQ(value, s.model.emplace(key, fresh).first->second);
    });
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        const auto [value, loaded] = s.map.load_or_compute(key, [&] { return fresh; });
        EXPECT_EQ(loaded, s.model.contains(key));
        EXPECT_EQ(value, s.model.emplace(key, fresh).first->second);
    });
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        const auto [handle, inserted] = s.map.try_emplace(key, fresh);
        EXPECT_NE(inserted, s.model.contains(key));
        EXPECT_EQ(*handle, s.model.emplace(key, fresh).first->second);
    });
}

TYPED_TEST(states, erase_and_its_kin) {
    on_keys_in_every_state<TypeParam>(
        [](auto& s, const auto& key) { EXPECT_EQ(s.map.erase(key), s.model.erase(key) != 0); });
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        EXPECT_EQ(s.map.load_and_erase(key), value_of(s, key));
        s.model.erase(key);
    });
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        const auto value = value_of(s, key);
        const auto same = [&](const auto& now) {
            EXPECT_EQ(typename TypeParam::result(now), value);
            return true;
        };
        EXPECT_FALSE(s.map.erase_if(key, [&](const auto& now) { return !same(now); }));
        EXPECT_EQ(s.map.erase_if(key, same), s.model.erase(key) != 0);
    });
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        EXPECT_FALSE(s.map.compare_and_erase(key, TypeParam::make_value(777)));
        const auto value = value_of(s, key);
        EXPECT_EQ(s.map.compare_and_erase(key, value.value_or(TypeParam::make_value(777))),
                  s.model.erase(key) != 0);
    });
}

TYPED_TEST(states, compare_exchange) {
    const auto fresh = TypeParam::make_value(777);
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        EXPECT_FALSE(s.map.compare_exchange(key, fresh, TypeParam::make_value(1)));
        const auto value = value_of(s, key);
        EXPECT_EQ(s.map.compare_exchange(key, value.value_or(fresh), fresh), value.has_value());
        if (value) s.model[key] = fresh;
    });
}

TYPED_TEST(states, update) {
    using result = typename TypeParam::result;
    const auto fresh = TypeParam::make_value(777);
    on_keys_in_every_state<TypeParam>([](auto& s, const auto& key) {
        const auto before = s.map.stats();
        EXPECT_EQ(s.map.update(key, [](const auto*) { return syncmap::unchanged; }),
                  value_of(s, key));
        EXPECT_EQ(s.map.stats().moved_buckets, before.moved_buckets) << "wrote";
        EXPECT_EQ(s.map.stats().retired_objects, before.retired_objects);
    });
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        EXPECT_EQ(s.map.update(key,
                               [&](const auto* current) -> result {
                                   EXPECT_EQ(current ? result(*current) : std::nullopt,
                                             value_of(s, key));
                                   return fresh;
                               }),
                  fresh);
        s.model[key] = fresh;
    });
    on_keys_in_every_state<TypeParam>([&](auto& s, const auto& key) {
        EXPECT_EQ(s.map.update(key, [](const auto*) -> result { return std::nullopt; }),
                  std::nullopt);
        s.model.erase(key);
    });
}

}  // namespace
