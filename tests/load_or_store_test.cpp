// SPDX-License-Identifier: BSL-1.0
//
// load_or_store: the value that is there, or else the one given.
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class load_or_store : public ::testing::Test {};
TYPED_TEST_SUITE(load_or_store, configs);

TYPED_TEST(load_or_store, stores_when_absent) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 150; ++i) {
        const auto [value, loaded] =
            m.load_or_store(TypeParam::make_key(i), TypeParam::make_value(i));
        EXPECT_FALSE(loaded);
        EXPECT_EQ(value, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(load_or_store, loads_when_present) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto [value, loaded] =
            m.load_or_store(TypeParam::make_key(i), TypeParam::make_value(i + 1000));
        EXPECT_TRUE(loaded);
        EXPECT_EQ(value, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(load_or_store, stores_again_after_an_erase) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    for (std::size_t i = 0; i < 60; i += 2) m.erase(TypeParam::make_key(i));
    for (std::size_t i = 0; i < 60; ++i) {
        const auto [value, loaded] =
            m.load_or_store(TypeParam::make_key(i), TypeParam::make_value(i + 1000));
        EXPECT_EQ(loaded, i % 2 != 0);
        EXPECT_EQ(value, TypeParam::make_value(loaded ? i : i + 1000));
    }
    EXPECT_EQ(m.size(), 60u);
}

TEST(load_or_store_node, gives_back_a_copy) {
    syncmap::map<int, std::vector<int>> m;
    auto first = m.load_or_store(1, std::vector<int>{1});
    first.first.push_back(2);
    const auto second = m.load_or_store(1, std::vector<int>{9});
    EXPECT_TRUE(second.second);
    EXPECT_EQ(second.first, std::vector<int>{1});
}

TEST(load_or_store_node, converts_its_value) {
    syncmap::map<int, std::string> m;
    EXPECT_EQ(m.load_or_store(1, "one"), std::make_pair(std::string("one"), false));
    EXPECT_EQ(m.load_or_store(1, "two"), std::make_pair(std::string("one"), true));
}

// A value that did not get in must not stay behind.
TEST(load_or_store_node, leaves_no_instance_behind) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int round = 0; round < 10; ++round)
            for (int key = 0; key < 30; ++key) (void)m.load_or_store(key, value(round));
        EXPECT_EQ(live_after_reclaim<value>(m), 30);
        for (int key = 0; key < 30; ++key) EXPECT_EQ(m.load(key), value(0));
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
