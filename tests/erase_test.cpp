// SPDX-License-Identifier: BSL-1.0
//
// erase, load_and_erase, compare_and_erase and erase_if, of one key and of all.
#include <limits>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class erase : public ::testing::Test {};
TYPED_TEST_SUITE(erase, configs);

TYPED_TEST(erase, says_whether_the_key_was_there) {
    typename TypeParam::map m;
    EXPECT_FALSE(m.erase(TypeParam::make_key(0)));
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; i += 2) {
        EXPECT_TRUE(m.erase(TypeParam::make_key(i)));
        EXPECT_FALSE(m.erase(TypeParam::make_key(i)));
        EXPECT_FALSE(m.erase(TypeParam::make_key(i + 1000)));
    }
    EXPECT_EQ(m.size(), 75u);
    for (std::size_t i = 0; i < 150; ++i) EXPECT_EQ(m.contains(TypeParam::make_key(i)), i % 2 != 0);
}

TYPED_TEST(erase, takes_out_everything_one_by_one) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 150; i-- > 0;) {
        EXPECT_TRUE(m.erase(TypeParam::make_key(i)));
        EXPECT_EQ(m.size(), i);
    }
    EXPECT_TRUE(contents(m).empty());
}

TYPED_TEST(erase, load_and_erase_gives_the_value_it_erased) {
    typename TypeParam::map m;
    EXPECT_EQ(m.load_and_erase(TypeParam::make_key(0)), std::nullopt);
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        EXPECT_EQ(m.load_and_erase(TypeParam::make_key(i)), TypeParam::make_value(i));
        EXPECT_EQ(m.load_and_erase(TypeParam::make_key(i)), std::nullopt);
    }
    EXPECT_TRUE(m.empty());
}

TYPED_TEST(erase, compare_and_erase_erases_only_the_expected_value) {
    typename TypeParam::map m;
    EXPECT_FALSE(m.compare_and_erase(TypeParam::make_key(0), TypeParam::make_value(0)));
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 150; ++i) {
        EXPECT_FALSE(m.compare_and_erase(TypeParam::make_key(i), TypeParam::make_value(i + 1)));
        EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i));
        EXPECT_TRUE(m.compare_and_erase(TypeParam::make_key(i), TypeParam::make_value(i)));
        EXPECT_FALSE(m.compare_and_erase(TypeParam::make_key(i), TypeParam::make_value(i)));
    }
    EXPECT_TRUE(m.empty());
}

TYPED_TEST(erase, erase_if_tests_each_element_once_and_counts) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    std::set<typename TypeParam::value> doomed;
    for (std::size_t i = 0; i < 150; i += 3) doomed.insert(TypeParam::make_value(i));
    std::set<typename TypeParam::key> asked;
    const auto erased = m.erase_if([&](const auto& key, const auto& value) {
        EXPECT_TRUE(asked.insert(key).second);
        return doomed.contains(value);
    });
    EXPECT_EQ(erased, 50u);
    EXPECT_EQ(asked.size(), 150u);
    EXPECT_EQ(m.size(), 100u);
    for (std::size_t i = 0; i < 150; ++i) EXPECT_EQ(m.contains(TypeParam::make_key(i)), i % 3 != 0);
    EXPECT_EQ(m.erase_if([](const auto&, const auto&) { return true; }), 100u);
    EXPECT_TRUE(m.empty());
    EXPECT_EQ(m.erase_if([](const auto&, const auto&) { return true; }), 0u);
}

TYPED_TEST(erase, erase_if_keeps_what_it_erased_when_the_predicate_throws) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    std::set<typename TypeParam::key> gone;
    EXPECT_THROW(m.erase_if([&](const auto& key, const auto&) {
        if (gone.size() == 40) throw std::runtime_error("enough");
        gone.insert(key);
        return true;
    }),
                 std::runtime_error);
    EXPECT_EQ(m.size(), 60u);
    for (std::size_t i = 0; i < 100; ++i)
        EXPECT_NE(m.contains(TypeParam::make_key(i)), gone.contains(TypeParam::make_key(i)));
}

// Test and erasure are one atomic step: a value the predicate has not seen is never erased.
TYPED_TEST(erase, erase_if_asks_again_about_an_element_that_changed_meanwhile) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    const auto erased = m.erase_if([&](const auto& key, const auto& value) {
        const bool unchanged = value == TypeParam::make_value(7);
        if (unchanged) m.store(key, TypeParam::make_value(1000));
        return unchanged;
    });
    EXPECT_EQ(erased, 0u);
    EXPECT_EQ(m.load(TypeParam::make_key(7)), TypeParam::make_value(1000));
    EXPECT_EQ(m.size(), 20u);
}

TYPED_TEST(erase, erase_if_lets_its_predicate_erase) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    std::size_t calls = 0;
    const auto erased = m.erase_if([&](const auto& key, const auto&) {
        ++calls;
        EXPECT_TRUE(m.erase(key));
        return true;
    });
    EXPECT_EQ(erased, 0u) << "counted what somebody else erased";
    EXPECT_EQ(calls, 60u);
    EXPECT_TRUE(m.empty());
}

TYPED_TEST(erase, erase_if_of_one_key_asks_about_its_value_alone) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (std::size_t i = 0; i < 100; ++i) {
        const auto key = TypeParam::make_key(i);
        std::size_t asked = 0;
        const auto answer = [&](bool yes) {
            return [&, yes](const auto& value) {
                ++asked;
                EXPECT_EQ(value, TypeParam::make_value(i));
                return yes;
            };
        };
        EXPECT_FALSE(m.erase_if(key, answer(false)));
        EXPECT_EQ(m.load(key), TypeParam::make_value(i));
        EXPECT_TRUE(m.erase_if(key, answer(true)));
        EXPECT_FALSE(m.contains(key));
        EXPECT_EQ(asked, 2u);
        EXPECT_FALSE(m.erase_if(key, answer(true)));
        EXPECT_EQ(asked, 2u) << "asked about a key that is not there";
        EXPECT_EQ(m.size(), 99 - i);
    }
}

TYPED_TEST(erase, erase_if_of_one_key_asks_again_when_the_value_changed_meanwhile) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    const auto key = TypeParam::make_key(7);
    std::size_t asked = 0;
    const auto replaced = [&](const auto& value) {
        EXPECT_EQ(value, TypeParam::make_value(asked == 0 ? 7 : 1000));
        if (asked++ == 0) m.store(key, TypeParam::make_value(1000));
        return asked == 1;
    };
    EXPECT_FALSE(m.erase_if(key, replaced));
    EXPECT_EQ(asked, 2u);
    EXPECT_EQ(m.load(key), TypeParam::make_value(1000));
    EXPECT_TRUE(m.erase_if(key, [&](const auto& value) {
        if (value == TypeParam::make_value(1000)) m.store(key, TypeParam::make_value(1001));
        return true;
    }));
    EXPECT_EQ(m.size(), 19u);
}

TYPED_TEST(erase, erase_if_of_one_key_erases_nothing_that_came_in_its_place) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    const auto key = TypeParam::make_key(7);
    EXPECT_FALSE(m.erase_if(key, [&](const auto& value) {
        if (!(value == TypeParam::make_value(7))) return false;
        EXPECT_TRUE(m.erase(key));
        m.store(key, TypeParam::make_value(8));
        return true;
    }));
    EXPECT_EQ(m.load(key), TypeParam::make_value(8));
    EXPECT_FALSE(m.erase_if(key, [&](const auto&) { return m.erase(key); }))
        << "says it has erased what somebody else has";
    EXPECT_EQ(m.size(), 19u);
}

TYPED_TEST(erase, erase_if_of_one_key_changes_nothing_when_its_predicate_throws) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    EXPECT_THROW(m.erase_if(TypeParam::make_key(7),
                            [](const auto&) -> bool { throw std::runtime_error("no"); }),
                 std::runtime_error);
    expect_holds(m, model_of<TypeParam>(0, 20));
}

TEST(erase_values, compare_by_equality_and_never_by_bits) {
    syncmap::map<int, double> m;
    m.store(1, std::numeric_limits<double>::quiet_NaN());
    EXPECT_FALSE(m.compare_and_erase(1, std::numeric_limits<double>::quiet_NaN()));
    EXPECT_TRUE(m.contains(1));
    m.store(2, -0.0);
    EXPECT_TRUE(m.compare_and_erase(2, 0.0));
    EXPECT_FALSE(m.contains(2));
}

TEST(erase_values, compare_with_the_operator_of_their_type) {
    struct rounded {
        int n;
        bool operator==(const rounded& other) const { return n / 10 == other.n / 10; }
    };
    syncmap::map<int, rounded> m;
    m.store(1, rounded{42});
    EXPECT_FALSE(m.compare_and_erase(1, rounded{39}));
    EXPECT_TRUE(m.compare_and_erase(1, rounded{49}));
}

TEST(erase_values, are_destroyed_by_reclaim) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> m;
        for (int i = 0; i < 100; ++i) m.store(i, value(-i));
        for (int i = 0; i < 100; ++i) m.store(i, value(i));  // no longer the first of its key
        for (int i = 0; i < 25; ++i) m.erase(i);
        for (int i = 25; i < 50; ++i) (void)m.load_and_erase(i);
        for (int i = 50; i < 75; ++i) m.compare_and_erase(i, value(i));
        for (int i = 75; i < 77; ++i) m.erase_if(i, [](const value&) { return true; });
        EXPECT_EQ(live_after_reclaim<value>(m), 23);
        EXPECT_EQ(m.erase_if([](int key, const value&) { return key < 90; }), 13u);
        EXPECT_EQ(live_after_reclaim<value>(m), 10);
        EXPECT_EQ(m.stats().retired_objects, 0u);
        EXPECT_EQ(m.stats().retired_bytes, 0u);
    }
    EXPECT_EQ(value::live, 0);
}

// The key goes with the value; it does not wait until its slot is used again.
TEST(erase_values, take_their_keys_with_them) {
    struct tag;
    using key = counted<tag>;
    struct key_hash {
        std::uint64_t operator()(const key& k) const { return syncmap::hash<int>{}(k.number); }
    };
    {
        syncmap::map<key, int, key_hash> m;
        for (int i = 0; i < 100; ++i) m.store(key(i), i);
        for (int i = 0; i < 99; ++i) m.erase(key(i));
        EXPECT_EQ(live_after_reclaim<key>(m), 1);
    }
    EXPECT_EQ(key::live, 0);
}

TEST(erase_values, may_be_neither_copyable_nor_movable) {
    syncmap::map<int, immovable> m;
    for (int i = 0; i < 50; ++i) m.try_emplace(i, i);
    EXPECT_TRUE(m.erase(7));
    EXPECT_EQ(m.erase_if([](int, const immovable& v) { return v.number < 10; }), 9u);
    EXPECT_EQ(m.size(), 40u);
    EXPECT_FALSE(m.erase_if(20, [](const immovable& v) { return v.self != &v; }));
    EXPECT_TRUE(m.erase_if(20, [](const immovable& v) { return v.number == 20; }));
    EXPECT_EQ(m.size(), 39u);
    syncmap::map<int, std::unique_ptr<int>> owners;
    owners.store(1, std::make_unique<int>(1));
    owners.store(2, std::make_unique<int>(2));
    EXPECT_FALSE(owners.compare_and_erase(1, nullptr));
    EXPECT_TRUE(owners.erase(1));
    EXPECT_FALSE(owners.erase_if(2, [](const auto& owner) { return *owner == 1; }));
    EXPECT_TRUE(owners.erase_if(2, [](const auto& owner) { return *owner == 2; }));
    EXPECT_TRUE(owners.empty());
}

}  // namespace
