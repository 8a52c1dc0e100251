// SPDX-License-Identifier: BSL-1.0
//
// try_emplace: constructs a value in place if the key is absent, and hands back a handle to
// whatever is there then.
#include <atomic>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class try_emplace : public ::testing::Test {};
TYPED_TEST_SUITE(try_emplace, configs);

TYPED_TEST(try_emplace, inserts_when_absent) {
    typename TypeParam::map m;
    for (std::size_t i = 0; i < 150; ++i) {
        const auto [handle, inserted] =
            m.try_emplace(TypeParam::make_key(i), TypeParam::make_value(i));
        EXPECT_TRUE(inserted);
        ASSERT_TRUE(handle);
        EXPECT_EQ(*handle, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(try_emplace, hands_back_what_is_there_when_present) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto [handle, inserted] =
            m.try_emplace(TypeParam::make_key(i), TypeParam::make_value(i + 1000));
        EXPECT_FALSE(inserted);
        ASSERT_TRUE(handle);
        EXPECT_EQ(*handle, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(try_emplace, makes_a_default_value_out_of_no_arguments) {
    typename TypeParam::map m;
    const auto [handle, inserted] = m.try_emplace(TypeParam::make_key(3));
    EXPECT_TRUE(inserted);
    EXPECT_EQ(*handle, typename TypeParam::value{});
    EXPECT_EQ(m.load(TypeParam::make_key(3)), typename TypeParam::value{});
}

TYPED_TEST(try_emplace, gives_a_handle_that_outlives_the_entry) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 30);
    const auto present = m.try_emplace(TypeParam::make_key(3)).first;
    const auto fresh = m.try_emplace(TypeParam::make_key(99), TypeParam::make_value(99)).first;
    m.store(TypeParam::make_key(3), TypeParam::make_value(4));
    m.erase(TypeParam::make_key(99));
    m.clear();
    EXPECT_EQ(*present, TypeParam::make_value(3));
    EXPECT_EQ(*fresh, TypeParam::make_value(99));
}

TEST(try_emplace_immovable, constructs_in_place_and_never_moves_it) {
    syncmap::map<int, immovable> m;
    std::vector<const immovable*> made;
    for (int i = 0; i < 500; ++i) {
        auto [handle, inserted] = m.try_emplace(i, i, 1);
        EXPECT_TRUE(inserted);
        made.push_back(handle.get());
    }
    for (int i = 0; i < 500; ++i) {
        m.visit(i, [&](const immovable& value) {
            EXPECT_EQ(value.number, i + 1);
            EXPECT_EQ(value.self, &value);
            EXPECT_EQ(&value, made[static_cast<std::size_t>(i)]);
        });
        EXPECT_FALSE(m.try_emplace(i, 7).second);
    }
    EXPECT_TRUE(m.erase(3));
    EXPECT_EQ(m.try_emplace(3, 8).first->number, 8);
}

TEST(try_emplace_immovable, holds_atomics_and_mutexes_that_callers_share) {
    struct account {
        mutable std::mutex guard;
        mutable std::atomic<int> hits{0};
    };
    syncmap::map<std::string, account> m;
    for (int i = 0; i < 10; ++i) m.try_emplace("shared").first->hits.fetch_add(1);
    m.visit("shared", [](const account& a) {
        const std::lock_guard lock(a.guard);
        EXPECT_EQ(a.hits.load(), 10);
    });
}

TEST(try_emplace_arguments, select_a_constructor_as_parentheses_do) {
    syncmap::map<int, std::vector<int>> m;
    EXPECT_EQ(m.try_emplace(1, std::size_t{3}, 7).first->size(), 3u);  // not the list {3, 7}
    EXPECT_EQ(*m.try_emplace(2, std::size_t{2}).first, std::vector<int>(2));
}

TEST(try_emplace_arguments, are_forwarded_with_their_value_category) {
    struct taker {
        std::unique_ptr<int> moved;
        const int* address;
        taker(std::unique_ptr<int> p, const int& r) : moved(std::move(p)), address(&r) {}
    };
    syncmap::map<int, taker> m;
    const int here = 1;
    auto owned = std::make_unique<int>(5);
    const auto handle = m.try_emplace(1, std::move(owned), here).first;
    EXPECT_EQ(owned, nullptr);
    EXPECT_EQ(*handle->moved, 5);
    EXPECT_EQ(handle->address, &here);
}

TEST(try_emplace_node, constructs_nothing_when_present) {
    struct tag;
    using value = counted<tag>;
    syncmap::map<int, value> m;
    m.try_emplace(1, 10);
    const long made = value::made;
    for (int i = 0; i < 10; ++i) EXPECT_EQ(m.try_emplace(1, 20).first->number, 10);
    EXPECT_EQ(value::made, made);
}

TEST(try_emplace_node, constructs_exactly_one_value_when_absent) {
    struct tag;
    using value = counted<tag>;
    syncmap::map<int, value> m;
    for (int i = 0; i < 100; ++i) m.try_emplace(i, i);
    EXPECT_EQ(value::made, 100);
}

TEST(try_emplace_node, leaves_the_map_alone_when_the_constructor_throws) {
    struct thrower {
        explicit thrower(int n) {
            if (n < 0) throw std::runtime_error("negative");
        }
    };
    syncmap::map<int, thrower> m;
    for (int i = 0; i < 100; ++i) {
        EXPECT_THROW(m.try_emplace(i, -1), std::runtime_error);
        EXPECT_FALSE(m.contains(i));
        EXPECT_EQ(m.size(), static_cast<std::size_t>(i));
        EXPECT_TRUE(m.try_emplace(i, 1).second);
    }
}

}  // namespace
