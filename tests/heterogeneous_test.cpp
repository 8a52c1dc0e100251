// SPDX-License-Identifier: BSL-1.0
//
// Lookup by other types than Key: no Key is built unless an entry is, by any member.
#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

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
    EXPECT_FALSE(cars.erase(absent));
    EXPECT_EQ(cars.load_and_erase(absent), std::nullopt);
    EXPECT_FALSE(cars.compare_and_erase(absent, ""));
    EXPECT_FALSE(cars.compare_exchange(absent, "", ""));
    cars.update(absent, [](const std::string*) { return std::optional<std::string>(); });
    EXPECT_EQ(cars.size(), 96u);
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
