// SPDX-License-Identifier: BSL-1.0
//
// load_many, visit_many, insert_range and erase_many: a batch does what single calls would.
#include <array>
#include <iterator>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <syncmap/set.hpp>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
using slots = std::vector<typename Config::result>;

template <class Config>
std::vector<typename Config::key> every_other(std::size_t n) {
    std::vector<typename Config::key> keys;
    for (std::size_t i = 0; i < n; ++i) keys.push_back(Config::make_key(2 * i));
    return keys;
}

template <class Config>
class batch : public ::testing::Test {};
TYPED_TEST_SUITE(batch, configs);

// Batches of every length around the sizes in which an implementation may work internally.
TYPED_TEST(batch, load_many_loads_each_key) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (std::size_t n = 0; n < 100; ++n) {
        const auto keys = every_other<TypeParam>(n);
        slots<TypeParam> out(n + 3, TypeParam::make_value(5000));
        const auto found = std::as_const(m).load_many(keys, std::span(out));
        EXPECT_EQ(found, std::min<std::size_t>(n, 50));
        for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(out[i], m.load(keys[i]));
        for (std::size_t i = n; i < out.size(); ++i)
            EXPECT_EQ(out[i], TypeParam::make_value(5000)) << "wrote beyond the keys";
    }
}

TYPED_TEST(batch, load_many_finds_nothing_in_an_empty_map_and_resets_the_slots) {
    const typename TypeParam::map m;
    const auto keys = every_other<TypeParam>(40);
    slots<TypeParam> out(40, TypeParam::make_value(1));
    EXPECT_EQ(m.load_many(keys, std::span(out)), 0u);
    for (const auto& slot : out) EXPECT_EQ(slot, std::nullopt);
}

TYPED_TEST(batch, load_many_refuses_a_span_that_is_too_short) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 40);
    const auto keys = every_other<TypeParam>(20);
    slots<TypeParam> out(19);
    EXPECT_THROW(m.load_many(keys, std::span(out)), std::invalid_argument);
    for (const auto& slot : out) EXPECT_EQ(slot, std::nullopt);
}

TYPED_TEST(batch, load_many_takes_repeated_keys) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 5);
    const std::vector<typename TypeParam::key> keys(70, TypeParam::make_key(3));
    slots<TypeParam> out(70);
    EXPECT_EQ(m.load_many(keys, std::span(out)), 70u);
    for (const auto& slot : out) EXPECT_EQ(slot, TypeParam::make_value(3));
}

TYPED_TEST(batch, visit_many_tells_the_index_of_each_key_found) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (const std::size_t n : {0u, 1u, 15u, 16u, 17u, 33u, 64u, 90u}) {
        const auto keys = every_other<TypeParam>(n);
        std::vector<int> calls(n);
        const auto found =
            std::as_const(m).visit_many(keys, [&](std::size_t index, const auto& value) {
                ASSERT_LT(index, n);
                ++calls[index];
                EXPECT_EQ(value, TypeParam::make_value(2 * index));
            });
        EXPECT_EQ(found, std::min<std::size_t>(n, 50));
        for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(calls[i], i < 50 ? 1 : 0);
    }
}

TYPED_TEST(batch, visit_many_may_change_the_map_in_its_callback) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    const auto keys = every_other<TypeParam>(30);
    std::size_t calls = 0;
    m.visit_many(keys, [&](std::size_t index, const auto& value) {
        m.erase(keys[index]);
        fill<TypeParam>(m, 1000 + 5 * index, 1005 + 5 * index);
        m.reclaim();
        EXPECT_EQ(value, TypeParam::make_value(2 * index));
        ++calls;
    });
    EXPECT_EQ(calls, 30u);
    EXPECT_EQ(m.size(), 30u + 150u);
}

TYPED_TEST(batch, visit_many_lets_an_exception_out) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 60);
    const auto keys = every_other<TypeParam>(30);
    std::size_t calls = 0;
    EXPECT_THROW(m.visit_many(keys,
                              [&](std::size_t, const auto&) {
                                  if (++calls == 20) throw std::runtime_error("no");
                              }),
                 std::runtime_error);
    EXPECT_EQ(calls, 20u);
    expect_holds(m, model_of<TypeParam>(0, 60));
}

// Says where an array ends by what is there, as that of a text does.
struct before_number {
    int number = 0;
    friend bool operator==(const int* at, before_number end) { return *at == end.number; }
};
template <class First, class Last>
struct from_to {
    First first;
    Last last;
    First begin() const { return first; }
    Last end() const { return last; }
};
template <class First, class Last>
from_to(First, Last) -> from_to<First, Last>;

// Has to be changed to be gone through, as a view that looks for its first element then.
struct lazy {
    const std::list<int>& of;
    std::size_t begun = 0;
    auto begin() {
        ++begun;
        return of.begin();
    }
    auto end() { return of.end(); }
};

TEST(batch_ranges, may_end_by_something_else_than_an_iterator) {
    syncmap::map<int, int> m;
    for (int i = 0; i < 100; ++i) m.store(i, -i);
    std::array<std::optional<int>, 5> out;
    const int array[] = {7, 8, 1000, 10, -1};
    EXPECT_EQ(m.load_many(from_to{&array[0], before_number{-1}}, std::span(out)), 3u);
    EXPECT_EQ(out[3], -10);
    EXPECT_EQ(m.visit_many(from_to{&array[0], before_number{1000}}, [](std::size_t, int) {}), 2u);
    const std::list<int> list{1, 2, 300, 4, 5, 6};
    const from_to counted{std::counted_iterator(list.begin(), 4), std::default_sentinel};
    EXPECT_EQ(m.load_many(counted, std::span(out)), 3u);
    EXPECT_EQ(out[3], -4);
    EXPECT_THROW((void)m.load_many(from_to{list.begin(), list.end()}, std::span(out)),
                 std::invalid_argument);
    EXPECT_THROW((void)m.load_many(lazy{list}, std::span(out)), std::invalid_argument);
    EXPECT_EQ(m.visit_many(lazy{list}, [](std::size_t, int) {}), 5u);
    syncmap::map<bool, int> truths{{true, 1}};
    const std::vector<bool> some{true, false, true};  // which has no bools to refer to
    EXPECT_EQ(truths.load_many(some, std::span(out)), 2u);
    EXPECT_EQ(
        syncmap::set<int>{1}.visit_many(from_to{&array[0], before_number{-1}}, [](std::size_t) {}),
        0u);
}

TEST(batch_ranges, may_be_of_any_sized_kind) {
    syncmap::map<int, int> m;
    for (int i = 0; i < 100; ++i) m.store(i, -i);
    std::array<std::optional<int>, 5> out;
    const std::list<int> list{1, 2, 300, 4, 5};
    EXPECT_EQ(m.load_many(list, std::span(out)), 4u);
    EXPECT_EQ(out[2], std::nullopt);
    EXPECT_EQ(out[4], -5);
    const int array[] = {7, 8, 9, 10, 1000};
    EXPECT_EQ(m.load_many(array, std::span(out)), 4u);
    EXPECT_EQ(out[0], -7);
    const std::set<int> set{90, 95, 100, 105};
    EXPECT_EQ(m.load_many(set, std::span(out)), 2u);
    EXPECT_EQ(out[1], -95);
    EXPECT_EQ(m.visit_many(set, [](std::size_t, int) {}), 2u);
    const std::span<const int> some(array);
    EXPECT_EQ(m.visit_many(some.first(2), [](std::size_t, int) {}), 2u);
}

TEST(batch_ranges, may_hold_views_of_keys) {
    syncmap::map<std::string, int> m;
    m.store("one", 1);
    m.store("two", 2);
    const std::string_view keys[] = {"two", "three", "one"};
    std::optional<int> out[3];
    EXPECT_EQ(m.load_many(keys, std::span(out)), 2u);
    EXPECT_EQ(out[0], 2);
    EXPECT_EQ(out[1], std::nullopt);
    EXPECT_EQ(out[2], 1);
}

TEST(batch_ranges, are_converted_to_keys_where_they_have_to_be) {
    syncmap::map<std::uint64_t, int> numbers;
    numbers.store(1, 10);
    numbers.store(3, 30);
    std::optional<int> out[3];
    EXPECT_EQ(numbers.load_many(std::vector<std::uint8_t>{1, 2, 3}, std::span(out)), 2u);
    EXPECT_EQ(out[2], 30);
    syncmap::map<std::string, int, std::hash<std::string>> texts;
    texts.store("two", 2);
    const char* const words[] = {"one", "two"};
    EXPECT_EQ(texts.visit_many(words, [](std::size_t index, int) { EXPECT_EQ(index, 1u); }), 1u);
}

TEST(batch_values, need_no_copy_to_be_visited) {
    syncmap::map<int, immovable> m;
    for (int i = 0; i < 50; ++i) m.try_emplace(i, i);
    const std::vector<int> keys{3, 4, 99, 5};
    EXPECT_EQ(m.visit_many(keys,
                           [&](std::size_t index, const immovable& value) {
                               EXPECT_EQ(value.number, keys[index]);
                               EXPECT_EQ(value.self, &value);
                           }),
              3u);
}

TYPED_TEST(batch, insert_range_inserts_what_is_absent) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 20);
    std::vector<std::pair<typename TypeParam::key, typename TypeParam::value>> entries;
    for (std::size_t i = 10; i < 50; ++i)
        entries.emplace_back(TypeParam::make_key(i), TypeParam::make_value(1000 + i));
    entries.push_back(entries.back());
    EXPECT_EQ(m.insert_range(entries), 30u);
    EXPECT_EQ(m.size(), 50u);
    EXPECT_EQ(m.load(TypeParam::make_key(10)), TypeParam::make_value(10)) << "kept";
    EXPECT_EQ(m.load(TypeParam::make_key(20)), TypeParam::make_value(1020)) << "inserted";
    EXPECT_EQ(m.insert_range(entries), 0u);
}

TYPED_TEST(batch, erase_many_removes_each_key_and_counts_those_that_were_there) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 50);
    EXPECT_EQ(m.erase_many(every_other<TypeParam>(40)), 25u);
    EXPECT_EQ(m.size(), 25u);
    EXPECT_FALSE(m.contains(TypeParam::make_key(48)));
    EXPECT_TRUE(m.contains(TypeParam::make_key(49)));
    EXPECT_EQ(m.erase_many(every_other<TypeParam>(40)), 0u);
}

// Whatever holds pairs: a map, a list, something that can be gone through once.
TEST(batch_ranges, insert_range_takes_any) {
    syncmap::map<std::string, int> m;
    EXPECT_EQ(m.insert_range(std::map<std::string, int>{{"a", 1}, {"b", 2}}), 2u);
    EXPECT_EQ(m.insert_range(std::list<std::tuple<const char*, int>>{{"b", 3}, {"c", 4}}), 1u);
    std::istringstream once("d e d");
    struct words {
        std::istream& from;
        std::istream_iterator<std::string> begin() const {
            return std::istream_iterator<std::string>(from);
        }
        std::istream_iterator<std::string> end() const { return {}; }
    };
    syncmap::set<std::string> s;
    EXPECT_EQ(s.insert_range(words{once}), 2u);
    EXPECT_EQ(s.erase_many(std::vector<std::string_view>{"d", "x"}), 1u);
    EXPECT_EQ(m.erase_many(std::array{"a", "b", "x"}), 2u);
    EXPECT_EQ(m.load("c"), 4);
}

// Catches: copies of what could be moved, and what is there already moved from.
TEST(batch_ranges, insert_range_moves_rvalues) {
    std::vector<std::pair<int, std::unique_ptr<int>>> entries;
    entries.emplace_back(1, std::make_unique<int>(10));
    entries.emplace_back(1, std::make_unique<int>(11));
    struct moving {
        std::vector<std::pair<int, std::unique_ptr<int>>>& from;
        auto begin() const { return std::make_move_iterator(from.begin()); }
        auto end() const { return std::make_move_iterator(from.end()); }
    };
    syncmap::map<int, std::unique_ptr<int>> m;
    EXPECT_EQ(m.insert_range(moving{entries}), 1u);
    EXPECT_EQ(entries[0].second, nullptr);
    ASSERT_NE(entries[1].second, nullptr);
    EXPECT_EQ(*entries[1].second, 11);
    m.visit(1, [](const std::unique_ptr<int>& p) { EXPECT_EQ(*p, 10); });
}

// Catches: a range that breaks off taking back what has been done.
TEST(batch_ranges, what_was_inserted_before_an_exception_stays) {
    struct throws_at_3 {
        int i = 0;
        using difference_type = std::ptrdiff_t;
        using value_type = std::pair<int, int>;
        std::pair<int, int> operator*() const {
            if (i == 3) throw std::runtime_error("broken off");
            return {i, i};
        }
        throws_at_3& operator++() {
            ++i;
            return *this;
        }
        throws_at_3 operator++(int) { return {i++}; }
        bool operator==(const throws_at_3&) const = default;
    };
    struct range {
        throws_at_3 begin() const { return {}; }
        throws_at_3 end() const { return {10}; }
    };
    syncmap::map<int, int> m;
    EXPECT_THROW(m.insert_range(range{}), std::runtime_error);
    EXPECT_EQ(m.size(), 3u);
}

}  // namespace
