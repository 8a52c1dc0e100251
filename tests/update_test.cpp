// SPDX-License-Identifier: BSL-1.0
//
// update: what is there goes in, what shall be there comes out.
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class update : public ::testing::Test {};
TYPED_TEST_SUITE(update, configs);

TYPED_TEST(update, is_given_null_for_an_absent_key_and_may_insert) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    for (std::size_t i = 0; i < 150; ++i) {
        const auto now = m.update(TypeParam::make_key(i), [&](const auto* current) -> result {
            EXPECT_EQ(current, nullptr);
            return TypeParam::make_value(i);
        });
        EXPECT_EQ(now, TypeParam::make_value(i));
    }
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(update, is_given_the_current_value_and_may_replace_it) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        const auto now = m.update(TypeParam::make_key(i), [&](const auto* current) -> result {
            EXPECT_NE(current, nullptr);
            EXPECT_EQ(*current, TypeParam::make_value(i));
            return TypeParam::make_value(i + 1);
        });
        EXPECT_EQ(now, TypeParam::make_value(i + 1));
        EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i + 1));
    }
    EXPECT_EQ(m.size(), 150u);
}

TYPED_TEST(update, erases_or_leaves_absent_on_nullopt) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 100);
    const auto none = [](const auto*) -> result { return std::nullopt; };
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_EQ(m.update(TypeParam::make_key(i), none), std::nullopt);
        EXPECT_FALSE(m.contains(TypeParam::make_key(i)));
        EXPECT_EQ(m.update(TypeParam::make_key(i), none), std::nullopt);
        EXPECT_EQ(m.size(), 99 - i);
    }
}

TYPED_TEST(update, changes_nothing_when_its_function_throws) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 50);
    for (std::size_t i = 0; i < 100; ++i) {
        EXPECT_THROW(m.update(TypeParam::make_key(i),
                              [](const auto*) -> result { throw std::runtime_error("no"); }),
                     std::runtime_error);
    }
    expect_holds(m, model_of<TypeParam>(0, 50));
}

// A result computed from a value that is no longer there must never be committed.
TYPED_TEST(update, runs_its_function_again_when_the_value_changed_meanwhile) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 20);
    int runs = 0;
    const auto now = m.update(TypeParam::make_key(5), [&](const auto* current) -> result {
        if (++runs == 1) m.store(TypeParam::make_key(5), TypeParam::make_value(100));
        EXPECT_NE(current, nullptr);
        EXPECT_EQ(*current, TypeParam::make_value(runs == 1 ? 5 : 100));
        return TypeParam::make_value(runs == 1 ? 6 : 101);
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(now, TypeParam::make_value(101));
    EXPECT_EQ(m.load(TypeParam::make_key(5)), TypeParam::make_value(101));
}

TYPED_TEST(update, runs_its_function_again_when_the_key_came_or_went_meanwhile) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    int runs = 0;
    EXPECT_EQ(m.update(TypeParam::make_key(1),
                       [&](const auto* current) -> result {
                           if (++runs == 1)
                               m.store(TypeParam::make_key(1), TypeParam::make_value(1));
                           return TypeParam::make_value(current ? 3 : 2);
                       }),
              TypeParam::make_value(3));
    EXPECT_EQ(runs, 2);

    runs = 0;
    EXPECT_EQ(m.update(TypeParam::make_key(1),
                       [&](const auto* current) -> result {
                           if (++runs == 1) m.erase(TypeParam::make_key(1));
                           return TypeParam::make_value(current ? 4 : 5);
                       }),
              TypeParam::make_value(5));
    EXPECT_EQ(runs, 2);

    // Erasing must not erase a value the function has not seen either.
    runs = 0;
    EXPECT_EQ(m.update(TypeParam::make_key(1),
                       [&](const auto* current) -> result {
                           if (++runs == 1)
                               m.store(TypeParam::make_key(1), TypeParam::make_value(6));
                           if (current && *current == TypeParam::make_value(6))
                               return TypeParam::make_value(7);
                           return std::nullopt;
                       }),
              TypeParam::make_value(7));
    EXPECT_EQ(m.load(TypeParam::make_key(1)), TypeParam::make_value(7));
}

TYPED_TEST(update, lets_its_function_change_the_rest_of_the_map) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 10);
    m.update(TypeParam::make_key(3), [&](const auto* current) -> result {
        EXPECT_EQ(*current, TypeParam::make_value(3));
        for (std::size_t i = 10; i < 200; ++i)
            m.store(TypeParam::make_key(i), TypeParam::make_value(i));
        EXPECT_EQ(*current, TypeParam::make_value(3));
        return TypeParam::make_value(1000);
    });
    auto model = model_of<TypeParam>(0, 200);
    model[TypeParam::make_key(3)] = TypeParam::make_value(1000);
    expect_holds(m, model);
}

// The current value stays readable even if the function has taken it out of the map itself.
TYPED_TEST(update, keeps_the_current_value_alive_while_its_function_runs) {
    typename TypeParam::map m;
    using result = typename TypeParam::result;
    fill<TypeParam>(m, 0, 10);
    m.update(TypeParam::make_key(3), [&](const auto* current) -> result {
        if (!current) return std::nullopt;
        m.erase(TypeParam::make_key(3));
        m.clear();
        EXPECT_EQ(*current, TypeParam::make_value(3));
        return std::nullopt;
    });
    EXPECT_TRUE(m.empty());
}

TEST(update_node, counts_words) {
    syncmap::map<std::string, int> counts;
    for (const char* word : {"a", "b", "a", "c", "b", "a"})
        counts.update(word, [](const int* n) { return std::optional<int>(n ? *n + 1 : 1); });
    EXPECT_EQ(counts.load("a"), 3);
    EXPECT_EQ(counts.load("b"), 2);
    EXPECT_EQ(counts.load("c"), 1);
    EXPECT_EQ(counts.size(), 3u);
}

TEST(update_node, appends_to_a_list) {
    syncmap::map<int, std::vector<int>> m;
    for (int i = 0; i < 5; ++i) {
        m.update(1, [&](const std::vector<int>* current) -> std::optional<std::vector<int>> {
            std::vector<int> next = current ? *current : std::vector<int>{};
            next.push_back(i);
            return next;
        });
    }
    EXPECT_EQ(m.load(1), (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(update_node, leaves_no_instance_behind) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int round = 0; round < 20; ++round) {
            for (int key = 0; key < 20; ++key) {
                m.update(key, [&](const value* v) -> std::optional<value> {
                    if (round % 5 == 4) return std::nullopt;
                    return value(v ? v->number + 1 : 0);
                });
            }
        }
        EXPECT_EQ(live_after_reclaim<value>(m), 0);
    }
    EXPECT_EQ(value::live, 0);
}

}  // namespace
