// SPDX-License-Identifier: BSL-1.0
//
// update: what is there goes in, what shall be there comes out.
#include <memory>
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

TYPED_TEST(update, leaves_the_entry_as_it_is_when_told_so) {
    typename TypeParam::map m;
    const auto as_it_is = [](const auto*) { return syncmap::unchanged; };
    EXPECT_EQ(m.update(TypeParam::make_key(1), as_it_is), std::nullopt);
    EXPECT_EQ(m.stats().buckets, 0u) << "made a table to put nothing into";
    fill<TypeParam>(m, 0, 100);
    const auto garbage = m.stats().retired_objects;
    for (std::size_t i = 0; i < 100; ++i) {
        const auto held = m.pin(TypeParam::make_key(i));
        EXPECT_EQ(m.update(TypeParam::make_key(i), as_it_is), TypeParam::make_value(i));
        EXPECT_EQ(m.update(TypeParam::make_key(100 + i), as_it_is), std::nullopt);
        m.visit(TypeParam::make_key(i), [&](const auto& now) {
            const bool by_copy = std::is_same_v<typename TypeParam::key, std::uint64_t>;
            EXPECT_TRUE(by_copy || &now == held.get()) << "replaced";
        });
    }
    EXPECT_EQ(m.stats().retired_objects, garbage);
    expect_holds(m, model_of<TypeParam>(0, 100));
}

TYPED_TEST(update, takes_all_three_answers_of_one_function) {
    typename TypeParam::map m;
    using change = syncmap::change<typename TypeParam::value>;
    fill<TypeParam>(m, 0, 90);
    for (std::size_t i = 0; i < 90; ++i) {
        const auto now = m.update(TypeParam::make_key(i), [&](const auto* current) -> change {
            EXPECT_EQ(*current, TypeParam::make_value(i));
            if (i % 3 == 0) return std::nullopt;
            if (i % 3 == 1) return syncmap::unchanged;
            return TypeParam::make_value(i + 500);
        });
        const auto expected = i % 3 == 0   ? typename TypeParam::result()
                              : i % 3 == 1 ? TypeParam::make_value(i)
                                           : TypeParam::make_value(i + 500);
        EXPECT_EQ(now, expected);
        EXPECT_EQ(m.load(TypeParam::make_key(i)), expected);
    }
    EXPECT_EQ(m.size(), 60u);
}

// There is nothing to commit, so nothing to begin again for: the answer was right when the value was looked at.
TYPED_TEST(update, runs_its_function_once_when_that_leaves_the_entry_as_it_is) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    int runs = 0;
    const auto now = m.update(TypeParam::make_key(5), [&](const auto*) {
        if (++runs == 1) m.store(TypeParam::make_key(5), TypeParam::make_value(100));
        return syncmap::unchanged;
    });
    EXPECT_EQ(runs, 1);
    EXPECT_EQ(now, TypeParam::make_value(5)) << "what it was shown";
    EXPECT_EQ(m.load(TypeParam::make_key(5)), TypeParam::make_value(100));
}

TYPED_TEST(update, may_leave_as_it_is_what_came_while_its_first_answer_was_made) {
    typename TypeParam::map m;
    using change = syncmap::change<typename TypeParam::value>;
    int runs = 0;
    const auto now = m.update(TypeParam::make_key(5), [&](const auto* current) -> change {
        if (++runs == 1) {
            m.store(TypeParam::make_key(5), TypeParam::make_value(100));
            return TypeParam::make_value(6);
        }
        EXPECT_EQ(*current, TypeParam::make_value(100));
        return syncmap::unchanged;
    });
    EXPECT_EQ(runs, 2);
    EXPECT_EQ(now, TypeParam::make_value(100));
    expect_holds(m,
                 typename TypeParam::model{{TypeParam::make_key(5), TypeParam::make_value(100)}});
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

TEST(update_node, makes_no_value_to_leave_one_as_it_is) {
    struct tag;
    using value = counted<tag>;
    syncmap::map<int, value> m;
    m.store(1, value(1));
    const auto made = value::made;
    EXPECT_EQ(m.update(1, [](const value*) { return syncmap::unchanged; }), value(1));
    EXPECT_EQ(value::made, made + 2) << "one to return, one to compare with";
}

// A handle says what is there afterwards where a copy cannot.
TEST(update_move_only, gives_a_handle_to_what_is_there) {
    using value = std::unique_ptr<int>;
    using change = syncmap::change<value>;
    syncmap::map<int, value> m;
    static_assert(
        std::is_same_v<decltype(m.update(1, [](const value*) -> change { return std::nullopt; })),
                       syncmap::pinned<value>>);
    const auto up_to_3 = [](const value* now) -> change {
        if (now != nullptr && **now == 3) return syncmap::unchanged;
        return std::make_unique<int>(now != nullptr ? **now + 1 : 1);
    };
    for (const int expected : {1, 2, 3, 3, 3}) {
        const syncmap::pinned<value> now = m.update(7, up_to_3);
        ASSERT_TRUE(now);
        EXPECT_EQ(**now, expected);
        m.visit(7, [&](const value& there) { EXPECT_EQ(&there, now.get()); });
    }
    const auto kept = m.update(7, up_to_3);
    EXPECT_FALSE(m.update(7, [](const value*) -> change { return std::nullopt; }));
    EXPECT_FALSE(m.update(7, [](const value*) -> change { return std::nullopt; }));
    EXPECT_FALSE(m.update(7, [](const value*) { return syncmap::unchanged; }));
    EXPECT_TRUE(m.empty());
    m.reclaim();
    EXPECT_EQ(**kept, 3);
    EXPECT_TRUE(m.update(8, [](const value*) { return std::make_unique<int>(8); }));
    EXPECT_TRUE(m.update(8, [](const value*) { return std::optional(std::make_unique<int>(9)); }));
    EXPECT_EQ(**m.pin(8), 9);
}

TEST(update_move_only, runs_its_function_again_when_the_entry_changed_meanwhile) {
    using value = std::unique_ptr<int>;
    syncmap::map<std::string, value> m;
    int runs = 0;
    const auto now = m.update("a key", [&](const value* current) {
        if (++runs == 1) m.store("a key", std::make_unique<int>(1));
        if (runs == 2) {
            EXPECT_EQ(**current, 1);
            m.erase("a key");
        }
        return std::make_unique<int>(10 * runs);
    });
    EXPECT_EQ(runs, 3);
    EXPECT_EQ(**now, 30);
    EXPECT_EQ(m.size(), 1u);
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

TEST(change, tells_others_than_the_map_what_it_is) {
    const syncmap::change<std::string> set = std::string("new");
    EXPECT_FALSE(set.leaves_unchanged());
    EXPECT_EQ(set.value(), "new");
    const syncmap::change<std::string> erase = std::nullopt;
    EXPECT_FALSE(erase.leaves_unchanged());
    EXPECT_FALSE(erase.value());
    const syncmap::change<std::string> leave = syncmap::unchanged;
    EXPECT_TRUE(leave.leaves_unchanged());
    EXPECT_FALSE(leave.value());

    syncmap::change<std::unique_ptr<int>> once = std::make_unique<int>(1);
    const std::optional<std::unique_ptr<int>> taken = std::move(once).value();
    EXPECT_EQ(**taken, 1);
}

}  // namespace
