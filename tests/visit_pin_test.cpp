// SPDX-License-Identifier: BSL-1.0
//
// visit and pin: looking at a value without copying it, however long that takes.
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class visit : public ::testing::Test {};
TYPED_TEST_SUITE(visit, configs);

TYPED_TEST(visit, calls_once_for_a_present_key_and_never_for_an_absent_one) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 300; ++i) {
        int calls = 0;
        const bool found = std::as_const(m).visit(TypeParam::make_key(i), [&](const auto& value) {
            ++calls;
            EXPECT_EQ(value, TypeParam::make_value(i));
        });
        EXPECT_EQ(found, i < 150);
        EXPECT_EQ(calls, i < 150 ? 1 : 0);
    }
}

TYPED_TEST(visit, shows_a_value_that_lives_as_long_as_the_callback) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 50);
    for (std::size_t i = 0; i < 50; ++i) {
        m.visit(TypeParam::make_key(i), [&](const auto& value) {
            m.store(TypeParam::make_key(i), TypeParam::make_value(i + 1));
            m.erase(TypeParam::make_key(i));
            m.reclaim();
            EXPECT_EQ(value, TypeParam::make_value(i));
        });
    }
    m.store(TypeParam::make_key(0), TypeParam::make_value(0));
    m.visit(TypeParam::make_key(0), [&](const auto& value) {
        m.clear();
        fill<TypeParam>(m, 0, 100);
        m.reclaim();
        EXPECT_EQ(value, TypeParam::make_value(0));
    });
    expect_holds(m, model_of<TypeParam>(0, 100));
}

TYPED_TEST(visit, lets_an_exception_out_and_stays_usable) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 30);
    for (int i = 0; i < 1000; ++i) {
        EXPECT_THROW(
            m.visit(TypeParam::make_key(3), [](const auto&) { throw std::runtime_error("no"); }),
            std::runtime_error);
    }
    expect_holds(m, model_of<TypeParam>(0, 30));
}

// Each level of nesting protects a value of its own; none may reuse another's protection.
TYPED_TEST(visit, nests_deeply) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 200);
    const auto descend = [&](auto& self, std::size_t i) -> void {
        if (i == 200) {
            m.clear();
            m.reclaim();
            return;
        }
        EXPECT_TRUE(m.visit(TypeParam::make_key(i), [&](const auto& value) {
            self(self, i + 1);
            EXPECT_EQ(value, TypeParam::make_value(i));
        }));
    };
    descend(descend, 0);
    EXPECT_TRUE(m.empty());
}

TEST(visit_move_only, needs_no_copy) {
    syncmap::map<int, std::unique_ptr<int>> m;
    m.store(1, std::make_unique<int>(5));
    int seen = 0;
    EXPECT_TRUE(m.visit(1, [&](const std::unique_ptr<int>& p) { seen = *p; }));
    EXPECT_EQ(seen, 5);
}

template <class Config>
class pin : public ::testing::Test {};
TYPED_TEST_SUITE(pin, configs);

TYPED_TEST(pin, holds_the_value_of_a_present_key_and_nothing_of_an_absent_one) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 300; ++i) {
        const auto held = std::as_const(m).pin(TypeParam::make_key(i));
        EXPECT_EQ(static_cast<bool>(held), i < 150);
        EXPECT_EQ(held.get() != nullptr, i < 150);
        EXPECT_TRUE(!held || *held == TypeParam::make_value(i));
    }
}

TYPED_TEST(pin, outlives_overwriting_erasing_and_clearing) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    std::vector<decltype(m.pin(TypeParam::make_key(0)))> held;
    for (std::size_t i = 0; i < 60; ++i) held.push_back(m.pin(TypeParam::make_key(i)));
    for (std::size_t i = 0; i < 20; ++i)
        m.store(TypeParam::make_key(i), TypeParam::make_value(i + 1000));
    for (std::size_t i = 10; i < 40; ++i) m.erase(TypeParam::make_key(i));
    m.reclaim();
    m.clear();
    fill<TypeParam>(m, 0, 100);
    m.reclaim();
    for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(*held[i], TypeParam::make_value(i));
}

// More handles at once than any fixed number of hazard pointers a thread could have.
TYPED_TEST(pin, holds_thousands_of_values_at_once) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 200);
    std::vector<decltype(m.pin(TypeParam::make_key(0)))> held;
    for (std::size_t round = 0; round < 20; ++round)
        for (std::size_t i = 0; i < 200; ++i) held.push_back(m.pin(TypeParam::make_key(i)));
    m.clear();
    m.reclaim();
    for (std::size_t n = 0; n < held.size(); ++n)
        EXPECT_EQ(*held[n], TypeParam::make_value(n % 200));
}

TEST(pinned_handle, is_a_movable_handle_to_a_constant) {
    using handle = syncmap::pinned<std::string>;
    static_assert(std::is_nothrow_default_constructible_v<handle>);
    static_assert(std::is_nothrow_move_constructible_v<handle>);
    static_assert(std::is_nothrow_move_assignable_v<handle>);
    static_assert(!std::is_copy_constructible_v<handle>);
    static_assert(!std::is_copy_assignable_v<handle>);
    static_assert(!std::is_convertible_v<handle, bool>);
    static_assert(std::is_same_v<decltype(*std::declval<handle&>()), const std::string&>);
    static_assert(std::is_same_v<decltype(std::declval<handle&>().get()), const std::string*>);

    handle empty;
    EXPECT_FALSE(empty);
    EXPECT_EQ(empty.get(), nullptr);
    empty.reset();

    syncmap::map<int, std::string> m;
    m.store(1, "one");
    handle one = m.pin(1);
    EXPECT_EQ(one->size(), 3u);
    handle moved = std::move(one);
    EXPECT_FALSE(one);
    EXPECT_EQ(*moved, "one");
    one = std::move(moved);
    EXPECT_FALSE(moved);
    EXPECT_EQ(*one, "one");
    one.reset();
    EXPECT_FALSE(one);
}

TEST(pinned_handle, of_a_small_value_moves_like_any_other) {
    syncmap::map<int, int> m;
    m.store(1, 11);
    syncmap::pinned<int> one = m.pin(1);
    syncmap::pinned<int> moved = std::move(one);
    EXPECT_FALSE(one);
    EXPECT_EQ(one.get(), nullptr);
    EXPECT_EQ(*moved, 11);
    EXPECT_EQ(moved.get(), &*moved);
    one = std::move(moved);
    EXPECT_FALSE(moved);
    EXPECT_EQ(*one, 11);
    one.reset();
    EXPECT_FALSE(one);
}

TEST(pinned_handle, shows_the_value_in_the_map_and_no_copy) {
    syncmap::map<int, support::immovable> m;
    m.try_emplace(1, 5);
    const support::immovable* seen = nullptr;
    m.visit(1, [&](const support::immovable& value) { seen = &value; });
    EXPECT_EQ(m.pin(1).get(), seen);
    EXPECT_EQ(m.pin(1)->self, seen);
}

// reclaim() must spare exactly what is pinned, and free it as soon as it is not.
TEST(pinned_handle, holds_back_one_value_and_no_more) {
    struct tag;
    using value = counted<tag>;
    syncmap::map<int, value> m;
    for (int i = 0; i < 100; ++i) m.store(i, value(i));
    auto held = m.pin(42);
    auto other = m.pin(43);
    m.clear();
    EXPECT_EQ(live_after_reclaim<value>(m), 2);
    EXPECT_GE(m.stats().retired_objects, 2u);
    held = std::move(other);
    EXPECT_EQ(live_after_reclaim<value>(m), 1);
    EXPECT_EQ(held->number, 43);
    held.reset();
    EXPECT_EQ(live_after_reclaim<value>(m), 0);
    EXPECT_EQ(m.stats().retired_objects, 0u);
}

TEST(pinned_handle, may_be_dropped_by_another_thread_than_the_one_that_pinned) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int i = 0; i < 10; ++i) m.store(i, value(i));
        syncmap::pinned<value> held;
        std::thread([&] { held = m.pin(5); }).join();
        m.erase(5);
        m.reclaim();
        EXPECT_EQ(held->number, 5);
        std::thread([handle = std::move(held)] { EXPECT_EQ(handle->number, 5); }).join();
        EXPECT_EQ(live_after_reclaim<value>(m), 9);
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
