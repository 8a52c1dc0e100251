// SPDX-License-Identifier: BSL-1.0
//
// Lookup by other types than Key: no Key is built unless an entry is, by any member.
#include <array>
#include <filesystem>
#include <functional>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <syncmap/set.hpp>

#include "support.hpp"

namespace {

using namespace support;

// What callers hold; not convertible to a key without saying so.
struct number_plate {
    int number;
};

struct car {
    static inline long built = 0;
    int number;

    explicit car(number_plate p) : number(p.number) { ++built; }
    car(const car& other) : number(other.number) { ++built; }
    car(car&&) = default;
};

struct car_hash {
    using is_transparent = void;
    std::uint64_t operator()(const car& c) const { return syncmap::hash<int>{}(c.number); }
    std::uint64_t operator()(number_plate p) const { return syncmap::hash<int>{}(p.number); }
};

struct car_equal {
    using is_transparent = void;
    bool operator()(const car& a, const car& b) const { return a.number == b.number; }
    bool operator()(const car& a, number_plate b) const { return a.number == b.number; }
    bool operator()(number_plate a, const car& b) const { return a.number == b.number; }
};

using car_map = syncmap::map<car, std::string, car_hash, car_equal>;

class heterogeneous : public ::testing::Test {
protected:
    heterogeneous() {
        for (int i = 0; i < 100; ++i) cars.store(number_plate{i}, std::to_string(i));
        car::built = 0;
    }
    car_map cars;
    number_plate present{42};
    number_plate absent{1000};
};

TEST_F(heterogeneous, looking_up_builds_no_key) {
    EXPECT_EQ(cars.load(present), "42");
    EXPECT_EQ(cars.load(absent), std::nullopt);
    EXPECT_TRUE(cars.contains(present));
    EXPECT_TRUE(cars.visit(present, [](const std::string& s) { EXPECT_EQ(s, "42"); }));
    EXPECT_EQ(*cars.pin(present), "42");
    const std::array plates{present, absent};
    std::array<std::optional<std::string>, 2> found;
    EXPECT_EQ(cars.load_many(plates, std::span(found)), 1u);
    EXPECT_EQ(cars.visit_many(plates, [](std::size_t, const std::string&) {}), 1u);
    EXPECT_EQ(car::built, 0);
}

TEST_F(heterogeneous, changing_a_present_value_builds_no_key) {
    cars.store(present, "a");
    EXPECT_EQ(cars.exchange(present, "b"), "a");
    EXPECT_TRUE(cars.load_or_store(present, "c").second);
    EXPECT_TRUE(cars.load_or_compute(present, [] { return std::string("c"); }).second);
    EXPECT_FALSE(cars.try_emplace(present, "c").second);
    EXPECT_TRUE(cars.compare_exchange(present, "b", "d"));
    cars.update(present, [](const std::string* s) { return std::optional(*s + "e"); });
    EXPECT_EQ(cars.load(present), "de");
    EXPECT_EQ(car::built, 0);
}

TEST_F(heterogeneous, erasing_builds_no_key) {
    EXPECT_EQ(cars.load_and_erase(number_plate{1}), "1");
    EXPECT_TRUE(cars.erase(number_plate{2}));
    EXPECT_TRUE(cars.compare_and_erase(number_plate{3}, "3"));
    cars.update(number_plate{4}, [](const std::string*) { return std::optional<std::string>(); });
    EXPECT_FALSE(cars.erase_if(number_plate{5}, [](const std::string& s) { return s == "4"; }));
    EXPECT_TRUE(cars.erase_if(number_plate{5}, [](const std::string& s) { return s == "5"; }));
    EXPECT_FALSE(cars.erase_if(absent, [](const std::string&) { return true; }));
    EXPECT_FALSE(cars.erase(absent));
    EXPECT_EQ(cars.load_and_erase(absent), std::nullopt);
    EXPECT_FALSE(cars.compare_and_erase(absent, ""));
    EXPECT_FALSE(cars.compare_exchange(absent, "", ""));
    cars.update(absent, [](const std::string*) { return std::optional<std::string>(); });
    EXPECT_EQ(cars.size(), 95u);
    EXPECT_EQ(car::built, 0);
}

TEST_F(heterogeneous, inserting_builds_the_one_key_that_stays) {
    long expected = 0;
    cars.store(number_plate{200}, "a");
    EXPECT_EQ(car::built, ++expected) << "store";
    EXPECT_EQ(cars.exchange(number_plate{201}, "a"), std::nullopt);
    EXPECT_EQ(car::built, ++expected) << "exchange";
    EXPECT_FALSE(cars.load_or_store(number_plate{202}, "a").second);
    EXPECT_EQ(car::built, ++expected) << "load_or_store";
    EXPECT_FALSE(cars.load_or_compute(number_plate{203}, [] { return std::string("a"); }).second);
    EXPECT_EQ(car::built, ++expected) << "load_or_compute";
    EXPECT_TRUE(cars.try_emplace(number_plate{204}, "a").second);
    EXPECT_EQ(car::built, ++expected) << "try_emplace";
    cars.update(number_plate{205}, [](auto*) { return std::optional<std::string>("a"); });
    EXPECT_EQ(car::built, ++expected) << "update";
    for (int i = 200; i < 206; ++i) EXPECT_EQ(cars.load(number_plate{i}), "a");
    EXPECT_EQ(cars.size(), 106u);
}

// Growth moves entries, not keys.
TEST_F(heterogeneous, growth_builds_no_key) {
    for (int i = 1000; i < 5000; ++i) cars.store(number_plate{i}, "x");
    EXPECT_EQ(car::built, 4000);
}

TEST(heterogeneous_strings, are_found_by_whatever_views_as_one) {
    syncmap::map<std::string, int> m;
    const char array[] = "array";
    m.store("literal", 1);
    m.store(std::string_view("view"), 2);
    m.store(std::string("string"), 3);
    m.store(array, 4);
    EXPECT_EQ(m.load(std::string_view("literal")), 1);
    EXPECT_EQ(m.load(std::string("view")), 2);
    EXPECT_EQ(m.load("string"), 3);
    EXPECT_EQ(m.load(static_cast<const char*>(array)), 4);
    EXPECT_EQ(m.load(std::string_view("literally").substr(0, 7)), 1);
    EXPECT_TRUE(m.erase("view"));
    EXPECT_EQ(m.size(), 3u);
    const std::string with_null("a\0b", 3);
    m.store(with_null, 5);
    EXPECT_EQ(m.load("a"), std::nullopt);
    EXPECT_EQ(m.load(std::string_view("a\0b", 3)), 5);
    m.store("", 6);
    EXPECT_EQ(m.load(std::string_view()), 6);
}

// What converts to a view of the characters, or to the key.
struct named {
    std::string name;
    operator std::string_view() const { return name; }
};
struct titled {
    std::string title;
    operator std::string() const { return title; }
};

template <class Map, class Make>
void does_everything_with(Make make) {
    Map m;
    m.store(make("a"), 1);
    EXPECT_EQ(m.load(make("a")), 1);
    EXPECT_TRUE(m.contains(make("a")));
    EXPECT_TRUE(m.visit(make("a"), [](int n) { EXPECT_EQ(n, 1); }));
    EXPECT_EQ(*m.pin(make("a")), 1);
    EXPECT_EQ(m.exchange(make("a"), 2), 1);
    EXPECT_TRUE(m.load_or_store(make("a"), 3).second);
    EXPECT_FALSE(m.load_or_compute(make("b"), [] { return 4; }).second);
    EXPECT_TRUE(m.try_emplace(make("c"), 5).second);
    EXPECT_TRUE(m.compare_exchange(make("a"), 2, 6));
    m.update(make("a"), [](const int* n) { return std::optional(*n + 1); });
    EXPECT_TRUE(m.compare_and_erase(make("a"), 7));
    EXPECT_EQ(m.load_and_erase(make("b")), 4);
    const std::array keys{make("c"), make("d")};
    std::array<std::optional<int>, 2> found;
    EXPECT_EQ(m.load_many(keys, found), 1u);
    EXPECT_EQ(m.visit_many(keys, [](std::size_t, int) {}), 1u);
    EXPECT_EQ(m.load("c"), 5);
    EXPECT_TRUE(m.erase(make("c")));
    EXPECT_TRUE(m.empty());
}
template <class Make>
void is_a_key_of_strings(Make make) {
    does_everything_with<syncmap::map<std::string, int>>(make);
    does_everything_with<syncmap::map<std::pmr::string, int>>(make);
    auto key = make("x");
    syncmap::set<std::string> s;
    EXPECT_TRUE(s.insert(key));
    EXPECT_TRUE(s.contains(key));
    EXPECT_TRUE(s.erase(key));
}

TEST(heterogeneous_strings, are_found_by_whatever_converts_to_a_view_or_to_them) {
    is_a_key_of_strings([](const char* text) { return std::string(text); });
    is_a_key_of_strings([](const char* text) { return std::pmr::string(text); });
    is_a_key_of_strings([](const char* text) { return named{text}; });
    does_everything_with<syncmap::map<std::string, int>>(
        [](const char* text) { return titled{text}; });
    does_everything_with<syncmap::map<std::string, int>>(
        [](const char* text) { return std::filesystem::path(text); });
}

// What can be stored can be looked up: not only its address, but the array.
TEST(heterogeneous_pointers, are_found_by_arrays) {
    static int numbers[4];
    syncmap::map<int*, int> m;
    m.store(numbers, 1);
    EXPECT_TRUE(m.contains(numbers));
    EXPECT_EQ(m.load(numbers), 1);
    EXPECT_TRUE(m.contains(&numbers[0]));
    EXPECT_TRUE(m.visit(numbers, [](int) {}));
    EXPECT_EQ(*m.pin(numbers), 1);
    EXPECT_TRUE(m.compare_exchange(numbers, 1, 2));
    EXPECT_TRUE(m.compare_and_erase(numbers, 2));
    EXPECT_FALSE(m.erase(numbers));
    EXPECT_EQ(m.load_and_erase(numbers), std::nullopt);

    static const char text[] = "text";
    syncmap::map<const char*, int> names;
    names.store(text, 1);
    EXPECT_EQ(names.load(text), 1);
    static char buffer[] = "text";
    EXPECT_FALSE(names.contains(buffer));
    names.store(buffer, 2);
    EXPECT_EQ(names.load(buffer), 2);

    syncmap::set<void*> addresses;
    EXPECT_TRUE(addresses.insert(numbers));
    EXPECT_TRUE(addresses.contains(numbers));
    EXPECT_TRUE(addresses.erase(numbers));
}

// Without is_transparent on both sides a key is converted first: slower, never wrong.
TEST(heterogeneous_strings, are_converted_when_the_hash_is_not_transparent) {
    struct length_hash {
        std::uint64_t operator()(const std::string& s) const { return s.size(); }
    };
    syncmap::map<std::string, int, length_hash> m;
    m.store("one", 1);
    EXPECT_EQ(m.load("one"), 1);
    EXPECT_FALSE(m.contains("two"));
    EXPECT_TRUE(m.compare_exchange("one", 1, 2));
    EXPECT_TRUE(m.erase("one"));

    syncmap::map<std::string, int, syncmap::hash<std::string>, std::equal_to<std::string>> n;
    n.store("one", 1);
    EXPECT_EQ(n.load("one"), 1);
}

TEST(heterogeneous_numbers, are_converted_to_the_key_type_before_they_are_hashed) {
    syncmap::map<std::uint64_t, int> m;
    for (unsigned i = 0; i < 100; ++i) m.store(i, 1);
    for (std::uint8_t i = 0; i < 100; ++i) EXPECT_TRUE(m.contains(i));
    for (std::uint64_t i = 0; i < 100; ++i) EXPECT_TRUE(m.contains(i));
    EXPECT_EQ(m.size(), 100u);
    syncmap::map<double, int> d;
    d.store(1, 1);
    EXPECT_EQ(d.load(1.0), 1);
    EXPECT_EQ(d.load(1.0f), 1);
}

}  // namespace
