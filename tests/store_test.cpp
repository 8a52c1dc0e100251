// SPDX-License-Identifier: BSL-1.0
//
// store: inserts or overwrites.
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class store : public ::testing::Test {};
TYPED_TEST_SUITE(store, configs);

TYPED_TEST(store, inserts_an_absent_key) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 150; ++i) {
        m.store(TypeParam::make_key(i), TypeParam::make_value(i));
        EXPECT_EQ(m.size(), i + 1);
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(store, overwrites_a_present_key_and_touches_no_other) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    auto model = model_of<TypeParam>(0, 100);
    for (std::size_t i = 0; i < 100; i += 7) {
        m.store(TypeParam::make_key(i), TypeParam::make_value(i + 500));
        model[TypeParam::make_key(i)] = TypeParam::make_value(i + 500);
    }
    expect_holds(m, model);
}

TYPED_TEST(store, leaves_its_arguments_alone_when_they_are_lvalues) {
    typename TypeParam::map m;
    const auto key = TypeParam::make_key(4);
    auto value = TypeParam::make_value(9);
    m.store(key, value);
    m.store(key, value);
    EXPECT_EQ(key, TypeParam::make_key(4));
    EXPECT_EQ(value, TypeParam::make_value(9));
    EXPECT_EQ(m.load(key), value);
}

TYPED_TEST(store, may_store_a_value_that_it_holds_already) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 5);
    for (std::size_t i = 0; i < 5; ++i) {
        const auto held = m.pin(TypeParam::make_key(i));
        m.store(TypeParam::make_key(i), *held);
        m.store(TypeParam::make_key(i + 100), *held);
        EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i));
        EXPECT_EQ(m.load(TypeParam::make_key(i + 100)), TypeParam::make_value(i));
    }
}

TEST(store_node, moves_rvalues_in) {
    syncmap::map<std::string, std::unique_ptr<int>> m;
    std::string key = "a key that is too long to be stored in place";
    auto value = std::make_unique<int>(5);
    const int* address = value.get();
    m.store(std::move(key), std::move(value));
    EXPECT_EQ(value, nullptr);
    EXPECT_TRUE(m.visit("a key that is too long to be stored in place",
                        [&](const std::unique_ptr<int>& p) { EXPECT_EQ(p.get(), address); }));
    m.store("a key that is too long to be stored in place", std::make_unique<int>(6));
    EXPECT_EQ(**m.pin("a key that is too long to be stored in place"), 6);
}

TEST(store_node, converts_its_value) {
    syncmap::map<int, std::string> m;
    m.store(1, "from a literal");
    m.store(2, std::string_view("from a view").data());
    EXPECT_EQ(m.load(1), "from a literal");
    EXPECT_EQ(m.load(2), "from a view");
}

TEST(store_node, accepts_braces_for_key_and_value) {
    syncmap::map<std::pair<int, int>, std::pair<std::string, int>> m;
    m.store({1, 2}, {"x", 3});
    EXPECT_EQ(m.load({1, 2}), std::make_pair(std::string("x"), 3));
}

// Defends "the value is retired at once": what was overwritten is gone after reclaim(), not when
// the map is.
TEST(store_node, destroys_what_it_overwrites) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int round = 0; round < 50; ++round)
            for (int key = 0; key < 20; ++key) m.store(key, value(round));
        EXPECT_EQ(live_after_reclaim<value>(m), 20);
    }
    EXPECT_EQ(value::live, 0);
}

TEST(store_node, keeps_the_key_it_was_first_given) {
    struct ignore_second_hash {
        std::uint64_t operator()(const std::pair<int, int>& p) const {
            return syncmap::hash<int>{}(p.first);
        }
    };
    struct ignore_second {
        bool operator()(const std::pair<int, int>& a, const std::pair<int, int>& b) const {
            return a.first == b.first;
        }
    };
    syncmap::map<std::pair<int, int>, std::string, ignore_second_hash, ignore_second> m;
    m.store(std::pair(1, 10), "first");
    m.store(std::pair(1, 20), "second");
    m.for_each([](const std::pair<int, int>& key, const std::string& value) {
        EXPECT_EQ(key.second, 10);
        EXPECT_EQ(value, "second");
    });
    EXPECT_EQ(m.size(), 1u);
}

}  // namespace
