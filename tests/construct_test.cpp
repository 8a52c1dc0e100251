// SPDX-License-Identifier: BSL-1.0
//
// Constructors, move, swap, and what a map is before anything is stored. Allocators have a file
// of their own: allocator_test.cpp.
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

using flat_map = config<flat, good_hash>::map;
using node_map = config<node, good_hash>::map;

static_assert(std::is_nothrow_default_constructible_v<flat_map>);
static_assert(std::is_nothrow_default_constructible_v<node_map>);
static_assert(std::is_nothrow_move_constructible_v<flat_map>);
static_assert(std::is_nothrow_move_constructible_v<node_map>);
static_assert(std::is_move_assignable_v<node_map>);
static_assert(std::is_swappable_v<node_map>);
static_assert(!std::is_copy_constructible_v<flat_map>);
static_assert(!std::is_copy_assignable_v<flat_map>);
static_assert(!std::is_convertible_v<std::size_t, flat_map>);
static_assert(sizeof(flat_map) <= 128);
static_assert(sizeof(node_map) <= 128);

static_assert(std::is_same_v<node_map::key_type, std::string>);
static_assert(std::is_same_v<node_map::mapped_type, std::string>);
static_assert(std::is_same_v<node_map::value_type, std::pair<const std::string, std::string>>);
static_assert(std::is_same_v<node_map::hasher, syncmap::hash<std::string>>);
static_assert(std::is_same_v<node_map::key_equal, std::equal_to<>>);
static_assert(std::is_same_v<node_map::allocator_type,
                             std::allocator<std::pair<const std::string, std::string>>>);
static_assert(std::is_same_v<node_map::size_type, std::size_t>);

// Says which one it is, so that a test sees whether it travels with the map.
struct numbered_hash {
    int number = 0;
    std::uint64_t operator()(std::uint64_t key) const {
        return syncmap::hash<std::uint64_t>{}(key);
    }
};
struct numbered_equal {
    int number = 0;
    bool operator()(std::uint64_t a, std::uint64_t b) const { return a == b; }
};
using numbered_map = syncmap::map<std::uint64_t, std::uint64_t, numbered_hash, numbered_equal>;

template <class Config>
class construct : public ::testing::Test {};
TYPED_TEST_SUITE(construct, configs);

TYPED_TEST(construct, makes_an_empty_map) {
    const typename TypeParam::map m;
    EXPECT_EQ(m.size(), 0u);
    EXPECT_TRUE(m.empty());
    const auto stats = m.stats();
    EXPECT_EQ(stats.buckets, 0u);
    EXPECT_EQ(stats.load_factor, 0.0);
    EXPECT_EQ(stats.retired_bytes, 0u);
}

TYPED_TEST(construct, takes_the_first_of_repeated_keys) {
    using map = typename TypeParam::map;
    const auto key = &TypeParam::make_key;
    const auto value = &TypeParam::make_value;
    const map list{{key(1), value(1)}, {key(2), value(2)}, {key(1), value(3)}};
    expect_holds(list, model_of<TypeParam>(1, 3));

    std::vector<std::pair<typename TypeParam::key, typename TypeParam::value>> pairs;
    for (std::size_t i = 0; i < 150; ++i) pairs.emplace_back(key(i), value(i));
    for (std::size_t i = 0; i < 150; ++i) pairs.emplace_back(key(i), value(i + 1));
    const map range(pairs.begin(), pairs.end());
    expect_holds(range, model_of<TypeParam>(0, 150));

    const auto model = model_of<TypeParam>(0, 40);
    const map from_map(model.begin(), model.end());
    expect_holds(from_map, model);
    const map from_nothing(pairs.end(), pairs.end());
    EXPECT_TRUE(from_nothing.empty());
}

TYPED_TEST(construct, moves_everything_and_leaves_a_usable_empty_map) {
    using map = typename TypeParam::map;
    map source;
    fill<TypeParam>(source, 0, 150);
    map target(std::move(source));
    expect_holds(target, model_of<TypeParam>(0, 150));
    expect_holds(source, typename TypeParam::model{});
    fill<TypeParam>(source, 10, 90);
    fill<TypeParam>(target, 150, 160);
    expect_holds(source, model_of<TypeParam>(10, 90));
    expect_holds(target, model_of<TypeParam>(0, 160));
}

TYPED_TEST(construct, move_assignment_replaces_what_was_there) {
    using map = typename TypeParam::map;
    map source, target;
    fill<TypeParam>(source, 0, 100);
    fill<TypeParam>(target, 50, 170);
    target = std::move(source);
    expect_holds(target, model_of<TypeParam>(0, 100));
    expect_holds(source, typename TypeParam::model{});
    fill<TypeParam>(source, 0, 20);
    source = map{};
    EXPECT_TRUE(source.empty());
    fill<TypeParam>(source, 0, 20);
    map& same = source;
    source = std::move(same);
    source.store(TypeParam::make_key(1), TypeParam::make_value(2));
    EXPECT_EQ(source.load(TypeParam::make_key(1)), TypeParam::make_value(2));
}

TYPED_TEST(construct, swap_exchanges_two_maps) {
    using map = typename TypeParam::map;
    map a, b;
    fill<TypeParam>(a, 0, 100);
    fill<TypeParam>(b, 50, 70);
    a.swap(b);
    expect_holds(a, model_of<TypeParam>(50, 70));
    expect_holds(b, model_of<TypeParam>(0, 100));
    swap(a, b);
    expect_holds(a, model_of<TypeParam>(0, 100));
    map empty;
    std::swap(a, empty);
    EXPECT_TRUE(a.empty());
    fill<TypeParam>(a, 0, 30);
    a.swap(a);
    expect_holds(a, model_of<TypeParam>(0, 30));
}

TYPED_TEST(construct, pinned_values_stay_valid_when_their_map_moves) {
    using map = typename TypeParam::map;
    map first;
    fill<TypeParam>(first, 0, 50);
    auto held = first.pin(TypeParam::make_key(7));
    map second(std::move(first));
    EXPECT_EQ(*held, TypeParam::make_value(7));
    second.erase(TypeParam::make_key(7));
    second.reclaim();
    EXPECT_EQ(*held, TypeParam::make_value(7));
    map third;
    third.swap(second);
    third.clear();
    third.reclaim();
    EXPECT_EQ(*held, TypeParam::make_value(7));
    held.reset();  // before the map that holds its value now
}

TEST(construct_capacity, gives_room_without_growth) {
    for (const std::size_t n : {1u, 14u, 100u, 1000u, 20000u}) {
        flat_map m(n);
        const std::size_t buckets = m.stats().buckets;
        EXPECT_GT(buckets, 0u);
        for (std::uint64_t i = 0; i < n; ++i) m.store(i, i);
        EXPECT_EQ(m.stats().buckets, buckets);
        EXPECT_FALSE(m.stats().amended);
        EXPECT_EQ(m.stats().promotions, 0u);
    }
    EXPECT_TRUE(flat_map(0).empty());
}

TEST(construct_function_objects, are_copied_in_and_travel_with_the_map) {
    numbered_map a(10, numbered_hash{3}, numbered_equal{4});
    EXPECT_EQ(a.hash_function().number, 3);
    EXPECT_EQ(a.key_eq().number, 4);
    a.store(1, 1);
    numbered_map b(std::move(a));
    EXPECT_EQ(b.hash_function().number, 3);
    EXPECT_EQ(b.key_eq().number, 4);
    numbered_map c({{5u, 6u}}, numbered_hash{7}, numbered_equal{8});
    b.swap(c);
    EXPECT_EQ(b.hash_function().number, 7);
    EXPECT_EQ(c.key_eq().number, 4);
    EXPECT_EQ(b.load(5), 6u);
    EXPECT_EQ(c.load(1), 1u);
    c = std::move(b);
    EXPECT_EQ(c.hash_function().number, 7);
    EXPECT_EQ(c.load(5), 6u);
    c.clear();
    EXPECT_EQ(c.hash_function().number, 7);
}

TEST(construct_range, reads_single_pass_iterators_once) {
    struct reader {
        using value_type = std::pair<std::uint64_t, std::uint64_t>;
        using difference_type = std::ptrdiff_t;
        using iterator_category = std::input_iterator_tag;
        using reference = value_type;
        using pointer = void;
        std::istringstream* in;
        std::uint64_t word = 0;
        value_type operator*() const { return {word, word + 1}; }
        reader& operator++() {
            if (!(*in >> word)) in = nullptr;
            return *this;
        }
        void operator++(int) { ++*this; }
        bool operator==(const reader& other) const { return in == other.in; }
    };
    std::istringstream in("3 1 4 1 5 9 2 6");
    reader first{&in};
    ++first;
    const flat_map m(first, reader{nullptr});
    EXPECT_EQ(m.size(), 7u);
    EXPECT_EQ(m.load(9), 10u);
}

struct any_type_hash {
    template <class K>
    std::size_t operator()(const K& key) const {
        return std::hash<K>{}(key);
    }
};

// A Hash may accept anything without being transparent: keys are converted before it sees them.
TEST(construct_range, converts_keys_of_another_type_first) {
    const std::vector<std::pair<int, int>> pairs{{1, 10}, {2, 20}, {1, 30}};
    const syncmap::map<double, int, any_type_hash> m(pairs.begin(), pairs.end());
    EXPECT_EQ(m.size(), 2u);
    EXPECT_EQ(m.load(1.0), 10);
    EXPECT_EQ(m.load(2), 20);
}

TEST(construct_range, moves_out_of_move_iterators) {
    std::vector<std::pair<int, std::unique_ptr<int>>> owners;
    for (int i = 0; i < 30; ++i) owners.emplace_back(i, std::make_unique<int>(i));
    const syncmap::map<int, std::unique_ptr<int>> m(std::move_iterator(owners.begin()),
                                                    std::move_iterator(owners.end()));
    EXPECT_EQ(m.size(), 30u);
    EXPECT_EQ(owners[5].second, nullptr);
    m.visit(5, [](const std::unique_ptr<int>& p) { EXPECT_EQ(*p, 5); });
}

TEST(construct_move, neither_copies_nor_moves_a_value) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<int, value> a;
        for (int i = 0; i < 100; ++i) a.try_emplace(i, i);
        const long made = value::made;
        syncmap::map<int, value> b(std::move(a)), c;
        c = std::move(b);
        c.swap(a);
        EXPECT_EQ(value::made, made);
        EXPECT_EQ(a.size(), 100u);
        c.try_emplace(1, 1);
        c = std::move(a);
        EXPECT_EQ(live_after_reclaim<value>(c), 100);
    }
    EXPECT_EQ(value::live, 0);
}

TEST(construct_move, works_for_values_that_cannot_move) {
    syncmap::map<int, immovable> a;
    for (int i = 0; i < 100; ++i) a.try_emplace(i, i);
    syncmap::map<int, immovable> b(std::move(a));
    a = std::move(b);
    swap(a, b);
    b.visit(7, [](const immovable& value) { EXPECT_EQ(value.self, &value); });
    EXPECT_EQ(b.size(), 100u);
}

}  // namespace
