// SPDX-License-Identifier: BSL-1.0
//
// Arguments to which no plain reference can be bound: bit-fields, and members of packed structures. And that nothing
// else is taken in another way because of them.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <syncmap/any_map.hpp>
#include <syncmap/set.hpp>
#include <utility>

#include "support.hpp"

namespace {

enum class colour : unsigned { red, green, blue };

struct fields {
    unsigned port : 12;
    unsigned short count : 7;
    colour shade : 4;
    bool set : 1;
};

struct place_on_map {
    int x;
    int y;
    bool operator==(const place_on_map&) const = default;
};

// Clang binds a reference to const to a packed member where it is, misaligned, which its sanitizer reports; all that
// can be seen there is that a usual member is taken. g++ hands over a copy.
#if defined(__clang__)
#define SYNCMAP_TEST_PACKED
#else
#define SYNCMAP_TEST_PACKED [[gnu::packed]]
#endif
struct SYNCMAP_TEST_PACKED header {
    char kind;
    unsigned id;
    double weight;
    const char* name;
    place_on_map place;
};

template <class Map, class Key, class Value>
void writes_of_fields(fields f, header h, Key key, Value value) {
    Map m;
    m.store(f.port, f.count);
    EXPECT_TRUE(m.contains(f.port));
    EXPECT_EQ(m.load(key(f.port)), value(f.count));
    m.store(h.id, h.id);
    EXPECT_EQ(m.load(h.id), value(h.id));
    m.store(h.id, 1u);
    m.store(1u, h.id);
    EXPECT_EQ(m.load(1u), value(h.id));
    EXPECT_EQ(m.exchange(h.id, f.count), value(1u));
    EXPECT_EQ(m.exchange(h.id, 2u), value(f.count));
    EXPECT_EQ(m.exchange(1u, f.port), value(h.id));
    EXPECT_TRUE(m.load_or_store(f.port, f.count).second);
    EXPECT_TRUE(m.load_or_store(f.port, 1u).second);
    EXPECT_TRUE(m.load_or_store(1u, f.count).second);
    EXPECT_TRUE(m.load_or_compute(f.port, [] { return 1u; }).second);
    EXPECT_FALSE(m.try_emplace(h.id, 5u).second);
    EXPECT_TRUE(m.try_emplace(f.count, 5u).second);
    EXPECT_TRUE(m.compare_exchange(f.port, value(f.count), f.port));
    EXPECT_EQ(m.load(f.port), value(f.port));
    m.update(f.port, [&](const auto*) { return std::optional(value(f.count)); });
    EXPECT_EQ(m.update(f.port, [](const auto*) { return syncmap::unchanged; }), value(f.count));
    EXPECT_FALSE(m.erase_if(f.port, [](const auto&) { return false; }));
    EXPECT_TRUE(m.compare_and_erase(f.port, value(f.count)));
    EXPECT_TRUE(m.erase(h.id));
    EXPECT_EQ(m.size(), 2u);
}

TEST(bit_fields, are_keys_and_values_of_every_write) {
    const fields f{80, 3, colour::blue, true};
    header h{};
    h.id = 7;
    const auto number = [](auto n) { return static_cast<unsigned>(n); };
    writes_of_fields<syncmap::map<unsigned, unsigned>>(f, h, number, number);
    writes_of_fields<syncmap::map<unsigned long, long>>(
        f, h, number, [](auto n) { return static_cast<long>(n); });
    syncmap::map<colour, bool> colours;
    fields g = f;
    colours.store(g.shade, g.set);
    EXPECT_EQ(colours.load(g.shade), true);
    syncmap::set<unsigned> s;
    EXPECT_TRUE(s.insert(g.port));
    EXPECT_TRUE(s.insert(h.id));
    EXPECT_TRUE(s.contains(g.port));
    EXPECT_TRUE(s.erase(h.id));
}

TEST(bit_fields, are_keys_and_values_of_any_maps) {
    fields f{80, 3, colour::blue, true};
    syncmap::any_map m;
    m.store(f.port, f.count);
    EXPECT_EQ(m.load<unsigned short>(80u), 3);
    EXPECT_TRUE(m.compare_exchange(f.port, static_cast<unsigned short>(3), f.shade));
    EXPECT_EQ(m.load<colour>(f.port), colour::blue);
}

TEST(bit_fields, of_all_types_that_packed_structures_have) {
    header h{'k', 1, 2.5, "name", {1, 2}};
    syncmap::map<double, const char*> m;
    m.store(h.weight, h.name);
    EXPECT_STREQ(*m.load(h.weight), "name");
    syncmap::map<std::string, place_on_map> places;
    places.store(h.name, h.place);
    EXPECT_TRUE(places.load(h.name) == (place_on_map{1, 2}));
}

// Lvalues, constants and rvalues, in every combination: none is ambiguous, and what can be moved is.
TEST(bit_fields, change_nothing_for_other_arguments) {
    syncmap::map<int, std::string> m;
    int key = 1;
    const int constant = 2;
    std::string value(100, 'v');
    const std::string fixed(100, 'f');
    m.store(key, value);
    m.store(key, fixed);
    m.store(constant, value);
    m.store(constant, fixed);
    m.store(3, value);
    m.store(3, fixed);
    m.store({}, {});
    m.store(key, {});
    EXPECT_EQ(value.size(), 100u);
    m.store(key, std::move(value));
    EXPECT_TRUE(value.empty()) << "copied";  // NOLINT(bugprone-use-after-move)
    value = "w";
    EXPECT_FALSE(m.load_or_store(9, std::move(value)).second);
    EXPECT_TRUE(value.empty());  // NOLINT(bugprone-use-after-move)
    EXPECT_EQ(m.exchange(key, fixed)->front(), 'v');
    EXPECT_EQ(m.exchange(constant, std::string("x")), fixed);
    EXPECT_EQ(m.exchange(4, {}), std::nullopt);

    syncmap::map<std::string, int> n;
    std::string name(100, 'n');
    const std::string other = "other";
    n.store(name, key);
    n.store(name, constant);
    n.store(other, key);
    n.store("literal", key);
    n.store({'a', 'b'}, key);
    n.store({'a', 'b'}, {});
    n.store(std::move(name), key);
    EXPECT_EQ(n.load_or_store("literal", key), (std::pair{1, true}));
    EXPECT_TRUE(n.compare_exchange("literal", 1, key));
    EXPECT_TRUE(n.compare_exchange("literal", 1, constant));
    EXPECT_TRUE(n.compare_exchange("literal", 2, {}));
    EXPECT_EQ(n.load("literal"), 0);
    EXPECT_EQ(n.load("ab"), 0);

    syncmap::map<int, int> flat;
    flat.store(key, key);
    flat.store(key, constant);
    flat.store(constant, key);
    flat.store(constant, constant);
    flat.store(1, key);
    flat.store(key, 1);
    flat.store(1, 1);
    flat.store(1, constant);
    flat.store(constant, 1);
    EXPECT_EQ(flat.size(), 2u);
}

// What a value is made of by reference, and not of a constant, is given as it is.
TEST(bit_fields, leave_references_alone) {
    struct listed {
        explicit listed(int& n) : at(&n) { ++n; }
        int* at;
    };
    int n = 1;
    syncmap::map<int, std::reference_wrapper<int>> references;
    references.store(1, n);
    EXPECT_EQ(&references.load(1)->get(), &n);
    syncmap::map<int, listed> addresses;
    addresses.store(1, n);
    EXPECT_EQ(addresses.load(1)->at, &n);
    EXPECT_EQ(n, 2);
    syncmap::map<int, const int*> pointers;
    int* p = &n;
    pointers.store(n, p);
    EXPECT_EQ(pointers.load(2), &n);
}

// A number that is looked up without making a key of it, and is no key without saying so.
struct bank_account {
    static inline int made = 0;
    explicit bank_account(const unsigned& n) : number(n) { ++made; }
    unsigned number;
};
struct account_hash {
    using is_transparent = void;
    std::size_t operator()(const bank_account& a) const {
        return syncmap::hash<unsigned>()(a.number);
    }
    std::size_t operator()(unsigned n) const { return syncmap::hash<unsigned>()(n); }
};
struct account_equal {
    using is_transparent = void;
    bool operator()(const bank_account& a, const bank_account& b) const {
        return a.number == b.number;
    }
    bool operator()(const bank_account& a, unsigned b) const { return a.number == b; }
};
TEST(bit_fields, make_no_key_where_none_is_needed) {
    syncmap::map<bank_account, std::string, account_hash, account_equal> m;
    fields f{80, 3, colour::blue, true};
    unsigned n = 80;
    m.store(f.port, "a");
    m.store(n, "b");
    m.store(f.port, "c");
    m.try_emplace(f.port, "d");
    m.update(f.port, [](const std::string* s) { return std::optional(*s + "e"); });
    EXPECT_EQ(m.load(80u), "ce");
    EXPECT_EQ(bank_account::made, 1);
}

}  // namespace
