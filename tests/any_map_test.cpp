// SPDX-License-Identifier: BSL-1.0
//
// any_map: keys and values of any types in one map, compared as Go compares interfaces.
#include <any>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <syncmap/any_map.hpp>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using syncmap::any;
using syncmap::any_cast;
using syncmap::any_map;

struct point {
    int x, y;
    friend bool operator==(const point&, const point&) = default;
};

struct no_equality {
    int n;
};

}  // namespace

template <>
struct std::hash<point> {
    std::size_t operator()(const point& p) const noexcept {
        return static_cast<std::size_t>(p.x * 31 + p.y);
    }
};

namespace {

TEST(any_map, holds_values_of_any_type) {
    any_map m;
    m.store("number", 42);
    m.store("text", "words");
    m.store("list", std::vector<int>{1, 2, 3});
    m.store("point", point{1, 2});
    m.store("nothing", any());
    EXPECT_EQ(m.load<int>("number"), 42);
    EXPECT_EQ(m.load<std::string>("text"), "words");
    EXPECT_EQ(m.load<std::vector<int>>("list"), (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(m.load<point>("point"), (point{1, 2}));
    EXPECT_TRUE(m.load("nothing").has_value());
    EXPECT_FALSE(m.load("nothing")->has_value());
    EXPECT_EQ(m.size(), 5u);
}

TEST(any_map, holds_keys_of_any_type) {
    any_map m;
    m.store(1, "int");
    m.store(std::string("1"), "string");
    m.store('1', "char");
    m.store(1.0, "double");
    m.store(true, "bool");
    m.store(point{1, 1}, "point");
    m.store(std::pair(1, 1), "pair");
    m.store(&m, "pointer");
    EXPECT_EQ(m.size(), 8u);
    EXPECT_EQ(m.load<std::string>(1), "int");
    EXPECT_EQ(m.load<std::string>("1"), "string");
    EXPECT_EQ(m.load<std::string>('1'), "char");
    EXPECT_EQ(m.load<std::string>(1.0), "double");
    EXPECT_EQ(m.load<std::string>(true), "bool");
    EXPECT_EQ(m.load<std::string>(point{1, 1}), "point");
    EXPECT_EQ(m.load<std::string>(std::pair(1, 1)), "pair");
    EXPECT_EQ(m.load<std::string>(&m), "pointer");
    EXPECT_EQ(m.load(point{1, 2}), std::nullopt);
}

// As in Go: an int and a long are different keys, whatever their value.
TEST(any_map, tells_equal_numbers_of_different_types_apart) {
    any_map m;
    m.store(1, "int");
    EXPECT_FALSE(m.contains(1L));
    EXPECT_FALSE(m.contains(1u));
    EXPECT_FALSE(m.erase(1LL));
    m.store(1L, "long");
    EXPECT_EQ(m.size(), 2u);
    EXPECT_EQ(m.load<std::string>(1), "int");
    EXPECT_EQ(m.load<std::string>(1L), "long");
}

TEST(any_map, takes_all_kinds_of_text_as_one) {
    any_map m;
    const char* pointer = "text";
    const char array[] = "text";
    m.store("text", 1);
    EXPECT_EQ(m.load<int>(pointer), 1);
    EXPECT_EQ(m.load<int>(array), 1);
    EXPECT_EQ(m.load<int>(std::string("text")), 1);
    EXPECT_EQ(m.load<int>(std::string_view("text")), 1);
    EXPECT_EQ(m.load<int>(any("text")), 1);
    m.store(std::string_view("text"), std::string_view("value"));
    EXPECT_EQ(m.size(), 1u);
    EXPECT_EQ(m.load<std::string>("text"), "value");
}

TEST(any_map, loads_nothing_where_the_type_is_another) {
    any_map m;
    m.store("k", 1);
    EXPECT_EQ(m.load<long>("k"), std::nullopt);
    EXPECT_EQ(m.load<std::string>("k"), std::nullopt);
    EXPECT_EQ(m.load<int>("absent"), std::nullopt);
    EXPECT_EQ(m.load<int>("k"), 1);
    static_assert(std::is_same_v<decltype(m.load("k")), std::optional<any>>);
    static_assert(std::is_same_v<decltype(m.load<int>("k")), std::optional<int>>);
}

TEST(any_map, does_what_every_map_does) {
    any_map m;
    EXPECT_EQ(m.load("k"), std::nullopt);
    auto [value, loaded] = m.load_or_store("k", 1);
    EXPECT_FALSE(loaded);
    EXPECT_EQ(any_cast<int>(value), 1);
    EXPECT_TRUE(m.load_or_store("k", "two").second);
    EXPECT_EQ(any_cast<int>(m.exchange("k", "three")), 1);
    EXPECT_EQ(any_cast<std::string>(m.load("k")), "three");
    EXPECT_TRUE(m.load_or_compute(5, [] { return 6; }).first == any(6));
    EXPECT_TRUE(m.try_emplace(7, "seven").second);
    EXPECT_EQ(any_cast<std::string>(*m.pin(7)), "seven");
    m.update(7, [](const any* current) -> std::optional<any> {
        return any(any_cast<std::string>(*current) + "!");
    });
    EXPECT_EQ(m.load<std::string>(7), "seven!");
    EXPECT_EQ(any_cast<std::string>(m.load_and_erase("k")), "three");
    EXPECT_FALSE(m.erase("k"));
    EXPECT_TRUE(m.erase(5));
    std::size_t visited = 0;
    m.for_each([&](const any& key, const any& v) {
        EXPECT_EQ(any_cast<int>(key), 7);
        EXPECT_TRUE(v == any("seven!"));
        ++visited;
    });
    EXPECT_EQ(visited, 1u);
    EXPECT_EQ(m.snapshot().size(), 1u);
    m.clear();
    EXPECT_TRUE(m.empty());
}

TEST(any_map, compares_values_by_type_and_equality) {
    any_map m;
    m.store("k", 1);
    EXPECT_FALSE(m.compare_exchange("k", 1L, 2)) << "another type";
    EXPECT_FALSE(m.compare_exchange("k", 2, 3));
    EXPECT_TRUE(m.compare_exchange("k", 1, "one"));
    EXPECT_FALSE(m.compare_and_erase("k", 1));
    EXPECT_TRUE(m.compare_exchange("k", "one", point{1, 2}));
    EXPECT_FALSE(m.compare_and_erase("k", point{1, 3}));
    EXPECT_TRUE(m.compare_and_erase("k", point{1, 2}));
    EXPECT_FALSE(m.compare_and_erase("k", point{1, 2}));
    EXPECT_FALSE(m.compare_exchange("k", any(), 1)) << "absent is not the empty value";
    m.store("k", any());
    EXPECT_TRUE(m.compare_exchange("k", any(), 1));
    EXPECT_EQ(m.load<int>("k"), 1);
}

// Go panics when the old value cannot be compared; the current one may be anything.
TEST(any_map, refuses_to_compare_with_a_value_that_has_no_equality) {
    any_map m;
    m.store("k", 1);
    EXPECT_THROW(m.compare_exchange("k", no_equality{1}, 2), syncmap::incomparable_value);
    EXPECT_THROW(m.compare_and_erase("k", no_equality{1}), syncmap::incomparable_value);
    EXPECT_THROW(m.compare_and_erase("absent", no_equality{1}), syncmap::incomparable_value);
    EXPECT_EQ(m.load<int>("k"), 1);
    m.store("k", no_equality{1});
    EXPECT_FALSE(m.compare_exchange("k", 1, 2)) << "another type: simply unequal";
    EXPECT_FALSE(m.compare_and_erase("k", "text"));
    EXPECT_THROW(m.compare_exchange("k", no_equality{1}, 2), syncmap::incomparable_value);
    EXPECT_EQ(m.load<no_equality>("k")->n, 1);
    EXPECT_TRUE((std::is_base_of_v<std::exception, syncmap::incomparable_value>));
}

TEST(any_map, grows_with_keys_of_mixed_types) {
    any_map m;
    for (int i = 0; i < 3000; ++i) {
        switch (i % 4) {
        case 0: m.store(i, i); break;
        case 1: m.store(std::to_string(i), i); break;
        case 2: m.store(static_cast<long>(i), i); break;
        default: m.store(point{i, -i}, i); break;
        }
    }
    EXPECT_EQ(m.size(), 3000u);
    for (int i = 0; i < 3000; ++i) {
        const auto found = i % 4 == 0   ? m.load<int>(i)
                           : i % 4 == 1 ? m.load<int>(std::to_string(i))
                           : i % 4 == 2 ? m.load<int>(static_cast<long>(i))
                                        : m.load<int>(point{i, -i});
        EXPECT_EQ(found, i);
    }
    EXPECT_EQ(m.erase_if([](const any& key, const any&) { return any_cast<int>(&key) != nullptr; }),
              750u);
}

TEST(any_map, update_and_erase_if_look_at_values_of_any_type) {
    any_map m;
    m.store("k", 1);
    EXPECT_EQ(m.update("k", [](const any*) { return syncmap::unchanged; }), any(1));
    EXPECT_EQ(m.update(2, [](const any*) { return syncmap::unchanged; }), std::nullopt);
    const auto text_once = [](const any* now) -> syncmap::change<any> {
        if (any_cast<std::string>(now) != nullptr) return syncmap::unchanged;
        return now != nullptr ? std::optional<any>("text") : std::nullopt;
    };
    EXPECT_EQ(m.update(2, text_once), std::nullopt);
    EXPECT_EQ(m.update("k", text_once), any("text"));
    EXPECT_EQ(m.update("k", text_once), any("text"));
    EXPECT_EQ(m.size(), 1u);
    const auto is_number = [](const any& value) { return any_cast<int>(&value) != nullptr; };
    EXPECT_FALSE(m.erase_if("k", is_number));
    EXPECT_FALSE(m.erase_if(2, is_number));
    m.store("k", 2);
    EXPECT_TRUE(m.erase_if("k", is_number));
    EXPECT_TRUE(m.empty());
}

// Everything is an any. An answer of update's function must not become one by mistake.
TEST(any_value, is_made_of_no_answer) {
    static_assert(!std::is_constructible_v<any, syncmap::unchanged_t>);
    static_assert(!std::is_convertible_v<syncmap::unchanged_t, std::optional<any>>);
    static_assert(!std::is_constructible_v<syncmap::change<any>, syncmap::change<int>>);
    static_assert(std::is_convertible_v<syncmap::unchanged_t, syncmap::change<any>>);
    static_assert(std::is_convertible_v<std::nullopt_t, syncmap::change<any>>);
    static_assert(std::is_convertible_v<int, syncmap::change<any>>);
}

TEST(any_value, casts_to_exactly_the_type_it_holds) {
    const any number = 1;
    const any text = "text";
    EXPECT_EQ(any_cast<int>(number), 1);
    EXPECT_EQ(any_cast<std::string>(text), "text");
    EXPECT_EQ(*any_cast<int>(&number), 1);
    EXPECT_EQ(any_cast<long>(&number), nullptr);
    EXPECT_THROW((void)any_cast<long>(number), std::bad_any_cast);
    EXPECT_THROW((void)any_cast<int>(any()), std::bad_any_cast);
    EXPECT_EQ(any_cast<int>(std::optional<any>(number)), 1);
    EXPECT_THROW((void)any_cast<int>(std::optional<any>()), std::bad_any_cast);
    EXPECT_FALSE(any().has_value());
    EXPECT_TRUE(number.has_value());
}

TEST(any_value, copies_share_what_is_never_changed) {
    const any list = std::vector<int>{1, 2, 3};
    any copy = list;  // NOLINT(performance-*): the copy is the point
    EXPECT_EQ(any_cast<std::vector<int>>(&copy), any_cast<std::vector<int>>(&list));
    EXPECT_TRUE(copy == list);
    any moved = std::move(copy);
    EXPECT_TRUE(moved == list);
    moved = 5;
    EXPECT_FALSE(moved == list);
    EXPECT_EQ(any_cast<std::vector<int>>(list).size(), 3u);
    any& same = moved;
    moved = same;
    EXPECT_EQ(any_cast<int>(moved), 5);
}

TEST(any_value, may_be_move_only) {
    any_map m;
    m.store("owner", std::make_unique<int>(7));
    m.visit("owner", [](const any& value) {
        ASSERT_NE(any_cast<std::unique_ptr<int>>(&value), nullptr);
        EXPECT_EQ(**any_cast<std::unique_ptr<int>>(&value), 7);
    });
}

TEST(any_value, is_destroyed_with_its_last_copy) {
    struct tag;
    using value = support::counted<tag>;
    {
        any_map m;
        for (int i = 0; i < 100; ++i) m.store(i, value(i));
        const auto kept = m.load(42);
        m.clear();
        m.reclaim();
        EXPECT_EQ(value::live, 1);
        EXPECT_EQ(any_cast<value>(&*kept)->number, 42);
    }
    EXPECT_EQ(value::live, 0);
}

TEST(any_value, compares_only_what_can_be_compared) {
    EXPECT_TRUE(any(1) == any(1));
    EXPECT_FALSE(any(1) == any(2));
    EXPECT_FALSE(any(1) == any(1L));
    EXPECT_FALSE(any() == any(1));
    EXPECT_TRUE(any() == any());
    EXPECT_FALSE(any(no_equality{1}) == any(1));
    EXPECT_THROW((void)(any(no_equality{1}) == any(no_equality{1})), syncmap::incomparable_value);
}

// Go panics on such keys at run time; here an any of them throws as soon as it is hashed.
TEST(any_value, without_hash_is_no_key) {
    any_map m;
    EXPECT_THROW(m.store(any(no_equality{1}), 1), syncmap::incomparable_value);
    EXPECT_THROW((void)m.load(any(no_equality{1})), syncmap::incomparable_value);
    EXPECT_TRUE(m.empty());
}

}  // namespace
