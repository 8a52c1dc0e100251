// SPDX-License-Identifier: BSL-1.0
//
// Keys that are not equal to themselves, as NaN: nothing finds them, and erase_if removes what it has shown all the
// same, by entry and not by key. So it does with keys that are equal and not the same (0.0 and -0.0).
#include <atomic>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory_resource>
#include <new>
#include <set>
#include <stdexcept>
#include <string>
#include <syncmap/set.hpp>
#include <thread>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

// Nothing equals it, though it is no number and lives in a node.
struct label {
    std::string text;
    bool operator==(const label& other) const { return text != "nan" && text == other.text; }
};
struct label_hash {
    std::size_t operator()(const label& l) const { return std::hash<std::string>()(l.text); }
};

struct flat_entries {
    using map = syncmap::map<double, int>;
    static double unequal() { return not_a_number; }
    static double usual(int i) { return i; }
    static int value(int i) { return i; }
};
struct word_nodes {
    using map = syncmap::map<label, int, label_hash>;
    static label unequal() { return {"nan"}; }
    static label usual(int i) { return {std::to_string(i)}; }
    static int value(int i) { return i; }
};
struct box_nodes {
    using map = syncmap::map<double, std::string>;
    static double unequal() { return not_a_number; }
    static double usual(int i) { return i; }
    static std::string value(int i) { return std::to_string(i); }
};

template <class Kind>
class unequal_keys : public ::testing::Test {
protected:
    void store(int count) {
        for (int i = 0; i < count; ++i) m.store(Kind::unequal(), Kind::value(i));
    }
    typename Kind::map m;
};
using unequal_kinds = ::testing::Types<flat_entries, word_nodes, box_nodes>;
TYPED_TEST_SUITE(unequal_keys, unequal_kinds);

TYPED_TEST(unequal_keys, are_erased_by_erase_if_one_by_one) {
    this->store(100);
    this->m.store(TypeParam::usual(1), TypeParam::value(1));
    EXPECT_EQ(this->m.size(), 101u);
    EXPECT_FALSE(this->m.erase(TypeParam::unequal()));
    int asked = 0;
    EXPECT_EQ(this->m.erase_if([&](const auto&, const auto&) { return ++asked != 0; }), 101u);
    EXPECT_EQ(asked, 101);
    EXPECT_TRUE(this->m.empty());
}

TYPED_TEST(unequal_keys, are_told_apart_by_their_entries) {
    this->store(60);
    const auto& kept = TypeParam::value(7);
    EXPECT_EQ(this->m.erase_if([&](const auto&, const auto& value) { return value != kept; }), 59u);
    std::vector<decltype(TypeParam::value(0))> left;
    this->m.for_each([&](const auto&, const auto& value) { left.push_back(value); });
    EXPECT_EQ(left, std::vector{kept});
}

TYPED_TEST(unequal_keys, are_counted_by_whoever_erases_them) {
    this->store(40);
    std::size_t inner = 0;
    const auto all = [](const auto&, const auto&) { return true; };
    const std::size_t outer = this->m.erase_if([&](const auto&, const auto&) {
        inner += this->m.erase_if(all);
        return true;
    });
    EXPECT_EQ(inner, 40u);
    EXPECT_EQ(outer, 0u);
}

TYPED_TEST(unequal_keys, are_erased_while_their_buckets_move) {
    this->store(60);
    int next = 0;
    const std::size_t erased = this->m.erase_if([&](const auto& key, const auto&) {
        if (key == key) return false;
        // From one table to a larger one, and back again: between being shown and being erased.
        for (int i = 0; i < 200; ++i, ++next)
            this->m.store(TypeParam::usual(next % 3000), TypeParam::value(next));
        if (next % 600 == 0) {
            for (int i = 0; i < 3000; ++i) this->m.erase(TypeParam::usual(i));
        }
        return true;
    });
    EXPECT_EQ(erased, 60u);
    this->m.for_each([](const auto& key, const auto&) { EXPECT_TRUE(key == key); });
}

TYPED_TEST(unequal_keys, are_erased_once_by_racing_threads) {
    constexpr int rounds = 10;
    constexpr int each = 200;
    for (int round = 0; round < rounds; ++round) {
        this->store(each);
        std::atomic<bool> done{false};
        std::atomic<std::size_t> erased{0};
        std::thread writer([&] {
            for (int i = 0; !done; ++i) {
                this->m.store(TypeParam::usual(i % 2000), TypeParam::value(i));
                if (i % 2 != 0) this->m.erase(TypeParam::usual((i * 7) % 2000));
            }
        });
        std::vector<std::thread> erasers;
        for (int t = 0; t < 3; ++t) {
            erasers.emplace_back([&] {
                erased += this->m.erase_if([](const auto& key, const auto&) { return key != key; });
            });
        }
        for (std::thread& t : erasers) t.join();
        done = true;
        writer.join();
        EXPECT_EQ(erased, std::size_t{each});
    }
    this->m.for_each([](const auto& key, const auto&) { EXPECT_TRUE(key == key); });
}

TEST(unequal_keys_of_sets, are_erased_by_erase_if) {
    syncmap::set<float> s;
    for (int i = 0; i < 30; ++i) s.insert(std::numeric_limits<float>::quiet_NaN());
    s.insert(1.0f);
    EXPECT_EQ(s.size(), 31u);
    EXPECT_EQ(erase_if(s, [](float f) { return std::isnan(f); }), 30u);
    EXPECT_EQ(s.snapshot(), std::vector{1.0f});
}

// Between allocators that differ entries move one by one: each is in one of the two maps, whatever throws.
TEST(unequal_keys_of_maps, are_in_one_of_two_maps_when_moving_fails) {
    static bool fails;
    static int copies;
    struct value {
        explicit value(int n) : number(n) {}
        value(const value& other) : number(other.number) {
            if (fails && ++copies == 20) throw std::runtime_error("no copy");
        }
        int number;
    };
    fails = false;
    copies = 0;
    using allocator = std::pmr::polymorphic_allocator<std::pair<const double, value>>;
    using map = syncmap::map<double, value, syncmap::hash<double>, std::equal_to<>, allocator>;
    std::pmr::unsynchronized_pool_resource one;
    std::pmr::unsynchronized_pool_resource two;
    map from{allocator(&one)};
    map to{allocator(&two)};
    for (int i = 0; i < 50; ++i) from.store(not_a_number, value(i));
    fails = true;
    EXPECT_THROW(to = std::move(from), std::runtime_error);
    EXPECT_EQ(from.size(), 31u);
    EXPECT_EQ(to.size(), 19u);
    std::set<int> all;
    for (const map* m : {&from, &to})
        m->for_each([&](double, const value& v) { EXPECT_TRUE(all.insert(v.number).second); });
    EXPECT_EQ(all.size(), 50u);
}

// The key that has come in its place was not shown; that it is equal is not enough.
template <class T>
void replaced_by_an_equal_key(const T& value) {
    syncmap::map<double, T> m;
    m.store(0.0, value);
    int asked = 0;
    const std::size_t erased = m.erase_if([&](double key, const T&) {
        ++asked;
        EXPECT_FALSE(std::signbit(key));
        EXPECT_TRUE(m.erase(key));
        m.store(-0.0, value);
        return true;
    });
    EXPECT_EQ(erased, 0u);
    EXPECT_EQ(asked, 1);
    ASSERT_EQ(m.size(), 1u);
    m.for_each([](double key, const T&) { EXPECT_TRUE(std::signbit(key)); });
}
TEST(equal_keys, are_not_erased_in_place_of_each_other) {
    replaced_by_an_equal_key<int>(1);
    replaced_by_an_equal_key<std::string>("1");
}

// Bits of a key that are no part of its value go along when its bucket moves.
struct padded_key {
    char c;
    double d;
    bool operator==(const padded_key& other) const { return c == other.c && d == other.d; }
};
struct padded_key_hash {
    std::size_t operator()(const padded_key& p) const { return std::hash<double>()(p.d); }
};
TEST(equal_keys, with_padding_are_erased_while_their_buckets_move) {
    syncmap::map<padded_key, int, padded_key_hash> m;
    for (int i = 0; i < 500; ++i) {
        alignas(padded_key) unsigned char bytes[sizeof(padded_key)];
        std::memset(bytes, i + 1, sizeof(bytes));
        padded_key* const p = ::new (bytes) padded_key;
        std::memset(bytes, i + 1, sizeof(bytes));
        p->c = 'x';
        p->d = i % 2 != 0 ? i : not_a_number;
        m.store(*p, i);
    }
    int more = 1000;
    const std::size_t erased = m.erase_if([&](const padded_key& p, int) {
        if (p.c != 'x') return false;
        for (int i = 0; i < 20; ++i, ++more) m.store(padded_key{'y', double(more)}, 0);
        return true;
    });
    EXPECT_EQ(erased, 500u);
    m.for_each([](const padded_key& p, int) { EXPECT_EQ(p.c, 'y'); });
}

}  // namespace
