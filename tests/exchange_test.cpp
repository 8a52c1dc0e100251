// SPDX-License-Identifier: BSL-1.0
//
// exchange: stores, and gives the value that was there.
#include <string>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class exchange : public ::testing::Test {};
TYPED_TEST_SUITE(exchange, configs);

TYPED_TEST(exchange, inserts_an_absent_key_and_gives_nothing) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 150; ++i)
        EXPECT_EQ(m.exchange(TypeParam::make_key(i), TypeParam::make_value(i)), std::nullopt);
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(exchange, replaces_a_value_and_gives_the_previous_one) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t round = 0; round < 3; ++round) {
        for (std::size_t i = 0; i < 150; ++i) {
            EXPECT_EQ(
                m.exchange(TypeParam::make_key(i), TypeParam::make_value(i + 1000 * (round + 1))),
                TypeParam::make_value(i + 1000 * round));
        }
    }
    EXPECT_EQ(m.size(), 150u);
    for (std::size_t i = 0; i < 150; ++i)
        EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i + 3000));
}

TYPED_TEST(exchange, inserts_again_after_an_erase) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    for (std::size_t i = 0; i < 60; i += 2) m.erase(TypeParam::make_key(i));
    for (std::size_t i = 0; i < 60; ++i) {
        const auto previous = m.exchange(TypeParam::make_key(i), TypeParam::make_value(i + 1));
        EXPECT_EQ(previous.has_value(), i % 2 != 0);
    }
    EXPECT_EQ(m.size(), 60u);
}

// Whoever pinned the previous value still reads it: exchange may not move out of it.
TYPED_TEST(exchange, leaves_a_pinned_previous_value_whole) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 10);
    const auto held = m.pin(TypeParam::make_key(2));
    EXPECT_EQ(m.exchange(TypeParam::make_key(2), TypeParam::make_value(5)),
              TypeParam::make_value(2));
    EXPECT_EQ(*held, TypeParam::make_value(2));
    EXPECT_EQ(m.load_and_erase(TypeParam::make_key(2)), TypeParam::make_value(5));
    EXPECT_EQ(*held, TypeParam::make_value(2));
}

TEST(exchange_node, converts_its_value) {
    syncmap::map<int, std::string> m;
    EXPECT_EQ(m.exchange(1, "one"), std::nullopt);
    EXPECT_EQ(m.exchange(1, "two"), "one");
}

TEST(exchange_node, leaves_no_instance_behind) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int round = 0; round < 20; ++round)
            for (int key = 0; key < 20; ++key) (void)m.exchange(key, value(round));
        EXPECT_EQ(live_after_reclaim<value>(m), 20);
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
