// SPDX-License-Identifier: BSL-1.0
//
// compare_exchange: replaces a value only if it equals the expected one.
#include <limits>
#include <string>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class compare_exchange : public ::testing::Test {};
TYPED_TEST_SUITE(compare_exchange, configs);

TYPED_TEST(compare_exchange, is_false_for_an_absent_key_and_inserts_nothing) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 50; ++i)
        EXPECT_FALSE(m.compare_exchange(TypeParam::make_key(i), typename TypeParam::value{},
                                        TypeParam::make_value(i)));
    EXPECT_TRUE(m.empty());
    fill<TypeParam>(m, 0, 50);
    m.erase(TypeParam::make_key(7));
    EXPECT_FALSE(m.compare_exchange(TypeParam::make_key(7), TypeParam::make_value(7),
                                    TypeParam::make_value(8)));
    EXPECT_FALSE(m.contains(TypeParam::make_key(7)));
    EXPECT_EQ(m.size(), 49u);
}

TYPED_TEST(compare_exchange, replaces_only_the_expected_value) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto key = TypeParam::make_key(i);
        EXPECT_FALSE(
            m.compare_exchange(key, TypeParam::make_value(i + 1), TypeParam::make_value(i + 2)));
        EXPECT_EQ(m.load(key), TypeParam::make_value(i));
        EXPECT_TRUE(
            m.compare_exchange(key, TypeParam::make_value(i), TypeParam::make_value(i + 2)));
        EXPECT_EQ(m.load(key), TypeParam::make_value(i + 2));
        EXPECT_FALSE(
            m.compare_exchange(key, TypeParam::make_value(i), TypeParam::make_value(i + 3)));
    }
    EXPECT_EQ(m.size(), 150u);
}

TYPED_TEST(compare_exchange, may_replace_a_value_by_an_equal_one) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 10);
    for (int round = 0; round < 3; ++round)
        EXPECT_TRUE(m.compare_exchange(TypeParam::make_key(3), TypeParam::make_value(3),
                                       TypeParam::make_value(3)));
    expect_holds(m, model_of<TypeParam>(0, 10));
}

TEST(compare_exchange_values, compare_by_equality_and_never_by_bits) {
    syncmap::map<int, double> m;
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    m.store(1, nan);
    EXPECT_FALSE(m.compare_exchange(1, nan, 0.0));
    m.store(2, -0.0);
    EXPECT_TRUE(m.compare_exchange(2, 0.0, 5.0));
    EXPECT_EQ(m.load(2), 5.0);
}

TEST(compare_exchange_values, compare_with_the_operator_of_their_type) {
    struct rounded {
        int n;
        bool operator==(const rounded& other) const { return n / 10 == other.n / 10; }
    };
    syncmap::map<int, rounded> m;
    m.store(1, rounded{42});
    EXPECT_FALSE(m.compare_exchange(1, rounded{50}, rounded{1}));
    EXPECT_TRUE(m.compare_exchange(1, rounded{40}, rounded{77}));
    EXPECT_EQ(m.load(1)->n, 77);
}

// The comparison runs outside of locks: it may use the map, even the same key.
TEST(compare_exchange_values, may_use_the_map_while_they_are_compared) {
    struct nosy {
        syncmap::map<int, nosy>* owner;
        int n;
        bool operator==(const nosy& other) const {
            if (owner) (void)owner->contains(1);
            return n == other.n;
        }
    };
    syncmap::map<int, nosy> m;
    m.store(1, nosy{&m, 1});
    EXPECT_TRUE(m.compare_exchange(1, nosy{&m, 1}, nosy{&m, 2}));
    EXPECT_FALSE(m.compare_exchange(1, nosy{&m, 1}, nosy{&m, 2}));
    EXPECT_TRUE(m.compare_and_erase(1, nosy{&m, 2}));
}

TEST(compare_exchange_node, converts_what_it_is_given) {
    syncmap::map<int, std::string> m;
    m.store(1, "one");
    EXPECT_FALSE(m.compare_exchange(1, "two", "three"));
    EXPECT_TRUE(m.compare_exchange(1, "one", "two"));
    EXPECT_EQ(m.load(1), "two");
}

TEST(compare_exchange_node, leaves_no_instance_behind) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int key = 0; key < 20; ++key) {
            m.store(key, value(0));
            for (int n = 0; n < 10; ++n) m.compare_exchange(key, value(n), value(n + 1));
            EXPECT_FALSE(m.compare_exchange(key, value(3), value(4)));
            EXPECT_EQ(m.load(key), value(10));
        }
        EXPECT_EQ(live_after_reclaim<value>(m), 20);
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
