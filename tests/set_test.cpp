// SPDX-License-Identifier: BSL-1.0
//
// set: a map without values, whose members add nothing to the map's but their own signatures.
#include <syncmap/set.hpp>

#include <algorithm>
#include <array>
#include <memory>
#include <memory_resource>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"
#include "support_memory.hpp"

namespace set_of_keys {
namespace {

using namespace support;

template <class Config>
class set : public ::testing::Test {
protected:
    using subject = syncmap::set<typename Config::key, typename Config::map::hasher>;

    static void expect_holds(const subject& s, const std::set<typename Config::key>& model) {
        EXPECT_EQ(s.size(), model.size());
        EXPECT_EQ(s.empty(), model.empty());
        auto keys = s.snapshot();
        std::sort(keys.begin(), keys.end());
        EXPECT_TRUE(std::equal(keys.begin(), keys.end(), model.begin(), model.end()));
    }
};
TYPED_TEST_SUITE(set, configs);

TYPED_TEST(set, does_what_a_std_set_does) {
    typename TestFixture::subject s;
    std::set<typename TypeParam::key> model;
    std::mt19937 random(1);
    for (std::size_t i = 0; i < 30'000; ++i) {
        const auto key = TypeParam::make_key(random() % 200);
        switch (random() % 3) {
        case 0: EXPECT_EQ(s.insert(key), model.insert(key).second); break;
        case 1: EXPECT_EQ(s.erase(key), model.erase(key) == 1); break;
        case 2: EXPECT_EQ(s.contains(key), model.contains(key)); break;
        }
        if (random() % 5000 == 0) {
            s.clear();
            model.clear();
        }
        if (i % 1000 == 0) TestFixture::expect_holds(s, model);
    }
    TestFixture::expect_holds(s, model);
}

TYPED_TEST(set, grows_and_shrinks) {
    typename TestFixture::subject s;
    for (std::size_t i = 0; i < 3000; ++i) EXPECT_TRUE(s.insert(TypeParam::make_key(i)));
    for (std::size_t i = 0; i < 3000; ++i) EXPECT_TRUE(s.contains(TypeParam::make_key(i)));
    EXPECT_FALSE(s.contains(TypeParam::make_key(3000)));
    for (std::size_t i = 10; i < 3000; ++i) EXPECT_TRUE(s.erase(TypeParam::make_key(i)));
    std::set<typename TypeParam::key> rest;
    for (std::size_t i = 0; i < 10; ++i) rest.insert(TypeParam::make_key(i));
    TestFixture::expect_holds(s, rest);
}

TYPED_TEST(set, for_each_ends_when_the_function_says_so) {
    typename TestFixture::subject s;
    for (std::size_t i = 0; i < 100; ++i) s.insert(TypeParam::make_key(i));
    std::size_t shown = 0;
    s.for_each([&](const auto&) { return ++shown < 7; });
    EXPECT_EQ(shown, 7u);
    s.for_each([&](const auto&) { ++shown; });
    EXPECT_EQ(shown, 107u);
}

TYPED_TEST(set, for_each_in_parts_shows_every_key_once) {
    typename TestFixture::subject s;
    std::set<typename TypeParam::key> all;
    for (std::size_t i = 0; i < 300; ++i) {
        s.insert(TypeParam::make_key(i));
        all.insert(TypeParam::make_key(i));
    }
    for (const std::size_t parts : {1u, 3u, 8u, 100u}) {
        std::set<typename TypeParam::key> seen;
        for (std::size_t part = 0; part < parts; ++part) {
            s.for_each(part, parts, [&](const auto& key) { EXPECT_TRUE(seen.insert(key).second); });
        }
        EXPECT_EQ(seen, all);
    }
}

TYPED_TEST(set, erase_if_takes_out_what_the_predicate_picks) {
    typename TestFixture::subject s;
    std::set<typename TypeParam::key> model;
    for (std::size_t i = 0; i < 100; ++i) {
        s.insert(TypeParam::make_key(i));
        if (i >= 20) model.insert(TypeParam::make_key(i));
    }
    const auto early = [](std::size_t last) {
        return [last](const auto& key) {
            for (std::size_t i = 0; i < last; ++i) {
                if (key == TypeParam::make_key(i)) return true;
            }
            return false;
        };
    };
    EXPECT_EQ(s.erase_if(early(10)), 10u);
    EXPECT_EQ(erase_if(s, early(20)), 10u);
    TestFixture::expect_holds(s, model);
}

TYPED_TEST(set, visit_many_tells_which_keys_are_there) {
    typename TestFixture::subject s;
    std::vector<typename TypeParam::key> keys;
    std::vector<std::size_t> there;
    for (std::size_t i = 0; i < 70; ++i) {
        keys.push_back(TypeParam::make_key(i));
        if (i % 3 == 0) {
            s.insert(keys.back());
            there.push_back(i);
        }
    }
    std::vector<std::size_t> found;
    EXPECT_EQ(s.visit_many(keys, [&](std::size_t i) { found.push_back(i); }), there.size());
    EXPECT_EQ(found, there);
}

TYPED_TEST(set, reserve_makes_room_and_shrink_to_fit_gives_it_up) {
    typename TestFixture::subject s;
    s.reserve(1000);
    const auto buckets = s.stats().buckets;
    for (std::size_t i = 0; i < 1000; ++i) s.insert(TypeParam::make_key(i));
    if constexpr (std::is_same_v<typename TypeParam::key, std::uint64_t> &&
                  std::is_same_v<TypeParam, config<flat, good_hash>>) {
        EXPECT_EQ(s.stats().buckets, buckets);  // a bad hash fills overflow buckets instead
    }
    s.erase_if([](const auto&) { return true; });
    s.shrink_to_fit();
    for (std::size_t i = 0; i < 4000; ++i) {
        s.insert(TypeParam::make_key(0));
        s.erase(TypeParam::make_key(0));
    }
    EXPECT_LT(s.stats().buckets, buckets);
    s.reclaim();
    EXPECT_EQ(s.stats().retired_objects, 0u);
}

TYPED_TEST(set, moves_and_swaps_like_a_container) {
    using keys = typename TestFixture::subject;
    keys a{TypeParam::make_key(1), TypeParam::make_key(2), TypeParam::make_key(1)};
    keys b(std::move(a));
    TestFixture::expect_holds(a, {});  // NOLINT(bugprone-use-after-move): it is usable
    TestFixture::expect_holds(b, {TypeParam::make_key(1), TypeParam::make_key(2)});
    a.insert(TypeParam::make_key(3));
    swap(a, b);
    TestFixture::expect_holds(b, {TypeParam::make_key(3)});
    b = std::move(a);
    TestFixture::expect_holds(b, {TypeParam::make_key(1), TypeParam::make_key(2)});
    static_assert(std::is_nothrow_default_constructible_v<keys>);
    static_assert(std::is_nothrow_move_constructible_v<keys>);
    static_assert(!std::is_copy_constructible_v<keys> && !std::is_copy_assignable_v<keys>);
}

TYPED_TEST(set, is_made_of_a_range) {
    std::vector<typename TypeParam::key> keys;
    for (std::size_t i = 0; i < 50; ++i) keys.push_back(TypeParam::make_key(i % 40));
    const typename TestFixture::subject s(keys.begin(), keys.end());
    TestFixture::expect_holds(s, std::set(keys.begin(), keys.end()));
}

TEST(set_of_strings, are_looked_up_by_a_view_and_taken_out_by_a_literal) {
    syncmap::set<std::string> s{"one", "two"};
    EXPECT_TRUE(s.contains(std::string_view("one")));
    EXPECT_FALSE(s.insert(std::string_view("two")));
    EXPECT_TRUE(s.insert("three"));
    EXPECT_TRUE(s.erase("one"));
    EXPECT_EQ(s.size(), 2u);
}

TEST(set_of_move_only_keys, takes_a_key_only_if_it_keeps_it) {
    syncmap::set<std::unique_ptr<int>> s;
    auto key = std::make_unique<int>(1);
    const int* const at = key.get();
    EXPECT_TRUE(s.insert(std::move(key)));
    EXPECT_EQ(key, nullptr);  // NOLINT(bugprone-use-after-move)
    std::size_t shown = 0;
    s.for_each([&](const std::unique_ptr<int>& k) { shown += k.get() == at ? 1 : 0; });
    EXPECT_EQ(shown, 1u);
}

// Equal keys that can be told apart: the one that was first stays, and an rvalue that is not kept is
// left alone.
struct labelled {
    int number;
    std::string label;
    friend bool operator==(const labelled& a, const labelled& b) { return a.number == b.number; }
};
struct number_hash {
    std::size_t operator()(const labelled& k) const { return static_cast<std::size_t>(k.number); }
};

TEST(set_of_labelled_keys, keeps_the_first_of_equal_keys) {
    syncmap::set<labelled, number_hash> s;
    s.insert(labelled{1, "first"});
    labelled second{1, "a second one that is too long to be stored in place"};
    EXPECT_FALSE(s.insert(std::move(second)));
    EXPECT_EQ(second.label.substr(0, 8), "a second");  // NOLINT(bugprone-use-after-move)
    s.for_each([](const labelled& k) { EXPECT_EQ(k.label, "first"); });
}

TEST(set_memory, comes_from_the_allocator_and_is_given_back) {
    tracking_resource memory;
    {
        using pmr_set =
            syncmap::set<std::pmr::string, syncmap::hash<std::pmr::string>, std::equal_to<>,
                         std::pmr::polymorphic_allocator<std::pmr::string>>;
        pmr_set s{std::pmr::polymorphic_allocator<std::pmr::string>(&memory)};
        for (int i = 0; i < 1000; ++i) {
            const auto key = "a key that is too long to be stored in place " + std::to_string(i);
            s.insert(std::string_view(key));
        }
        EXPECT_EQ(s.get_allocator().resource(), &memory);
        s.for_each(
            [&](const std::pmr::string& k) { EXPECT_EQ(k.get_allocator().resource(), &memory); });
        tracking_resource elsewhere;
        {
            const pmr_set moved(std::move(s),
                                std::pmr::polymorphic_allocator<std::pmr::string>(&elsewhere));
            EXPECT_EQ(moved.size(), 1000u);
            EXPECT_GT(elsewhere.bytes(), 1000u * 45);
        }
    }
}

// The values that are not there take no room.
TEST(set_memory, is_half_of_what_a_map_of_words_takes) {
    const auto bytes_with = [](auto make, std::size_t keys) {
        tracking_resource memory;
        auto s = make(memory);
        s.reserve(keys);
        return memory.bytes();
    };
    using number = std::uint64_t;
    const std::size_t of_a_set = bytes_with(
        [](tracking_resource& r) {
            return syncmap::set<number, syncmap::hash<number>, std::equal_to<>,
                                tracking_allocator<number, true>>(
                tracking_allocator<number, true>(r));
        },
        10'000);
    const std::size_t of_a_map = bytes_with(
        [](tracking_resource& r) {
            using pair = std::pair<const number, number>;
            return syncmap::map<number, number, syncmap::hash<number>, std::equal_to<>,
                                tracking_allocator<pair, true>>(tracking_allocator<pair, true>(r));
        },
        10'000);
    EXPECT_LT(of_a_set * 100, of_a_map * 62);
    EXPECT_GT(of_a_set, 10'000 * sizeof(number));
}

// A hash that throws now and then: the set is as it was.
struct failing_hash {
    static inline int left = -1;
    std::size_t operator()(const std::string& k) const {
        if (left >= 0 && left-- == 0) throw 1;
        return std::hash<std::string>{}(k);
    }
};

TEST(set_exceptions, leave_it_as_it_was) {
    syncmap::set<std::string, failing_hash> s{"one", "two"};
    failing_hash::left = 0;
    EXPECT_THROW(s.insert("three"), int);
    failing_hash::left = 0;
    EXPECT_THROW(s.erase("one"), int);
    EXPECT_EQ(s.size(), 2u);
    EXPECT_TRUE(s.contains("one"));
    EXPECT_FALSE(s.contains("three"));
}

}  // namespace
}  // namespace set_of_keys
