// SPDX-License-Identifier: BSL-1.0
//
// load_or_compute: the value that is there, or else the callback's result.
#include <stdexcept>
#include <string>
#include <utility>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class load_or_compute : public ::testing::Test {};
TYPED_TEST_SUITE(load_or_compute, configs);

TYPED_TEST(load_or_compute, computes_once_when_absent) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 150; ++i) {
        int calls = 0;
        const auto [value, loaded] = m.load_or_compute(TypeParam::make_key(i), [&] {
            ++calls;
            return TypeParam::make_value(i);
        });
        EXPECT_EQ(calls, 1);
        EXPECT_FALSE(loaded);
        EXPECT_EQ(value, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(load_or_compute, does_not_compute_when_present) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto [value, loaded] =
            m.load_or_compute(TypeParam::make_key(i), [&]() -> typename TypeParam::value {
                ADD_FAILURE() << "called for a present key";
                return TypeParam::make_value(0);
            });
        EXPECT_TRUE(loaded);
        EXPECT_EQ(value, TypeParam::make_value(i));
    }
}

TYPED_TEST(load_or_compute, is_as_if_it_never_was_when_the_callback_throws) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 30);
    for (std::size_t i = 30; i < 60; ++i) {
        EXPECT_THROW(m.load_or_compute(TypeParam::make_key(i),
                                       []() -> typename TypeParam::value {
                                           throw std::runtime_error("no value");
                                       }),
                     std::runtime_error);
    }
    expect_holds(m, model_of<TypeParam>(0, 30));
}

TYPED_TEST(load_or_compute, loads_what_its_own_callback_stored) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 40; ++i) {
        const auto [value, loaded] = m.load_or_compute(TypeParam::make_key(i), [&] {
            m.store(TypeParam::make_key(i), TypeParam::make_value(i));
            return TypeParam::make_value(i + 1000);
        });
        EXPECT_TRUE(loaded);
        EXPECT_EQ(value, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 40));
}

// The callback runs outside of every lock and section: it may grow, clear and ask again.
TYPED_TEST(load_or_compute, lets_its_callback_change_the_map) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    const auto [value, loaded] = m.load_or_compute(TypeParam::make_key(500), [&] {
        fill<TypeParam>(m, 20, 100);
        m.clear();
        fill<TypeParam>(m, 0, 150);
        return TypeParam::make_value(500);
    });
    EXPECT_FALSE(loaded);
    EXPECT_EQ(value, TypeParam::make_value(500));
    auto model = model_of<TypeParam>(0, 150);
    model.emplace(TypeParam::make_key(500), TypeParam::make_value(500));
    expect_holds(m, model);
}

TEST(load_or_compute_recursion, fills_a_memo_table) {
    syncmap::map<int, std::uint64_t> memo;
    const auto fibonacci = [&](auto& self, int n) -> std::uint64_t {
        if (n < 2) return static_cast<std::uint64_t>(n);
        return memo.load_or_compute(n, [&] { return self(self, n - 1) + self(self, n - 2); }).first;
    };
    EXPECT_EQ(fibonacci(fibonacci, 90), 2880067194370816120u);
    EXPECT_EQ(memo.size(), 89u);
}

TEST(load_or_compute_node, converts_the_result) {
    syncmap::map<int, std::string> m;
    EXPECT_EQ(m.load_or_compute(1, [] { return "one"; }).first, "one");
    EXPECT_EQ(m.load(1), "one");
}

TEST(load_or_compute_node, leaves_no_instance_behind) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int key = 0; key < 30; ++key) {
            (void)m.load_or_compute(key, [&] {
                m.store(key, value(1));
                return value(2);
            });
        }
        EXPECT_EQ(live_after_reclaim<value>(m), 30);
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
