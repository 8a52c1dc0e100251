// SPDX-License-Identifier: BSL-1.0
//
// Maps and sets as members of what they hold: nothing is asked of T or Key before it is complete.
#include <memory>
#include <string>
#include <syncmap/any_map.hpp>
#include <syncmap/set.hpp>

#include "support.hpp"

namespace {

struct folder {
    syncmap::map<std::string, folder> children;
};

struct element {
    explicit element(std::string text = "") : name(std::move(text)) {}
    std::string name;
    syncmap::map<std::string, element> by_name;
    syncmap::map<int, element> by_number;  // flat, if element were a word
    std::unique_ptr<syncmap::map<int, element>> elsewhere;
};

// A word in the end, which the map in it does not know of.
struct recursive_word {
    using map = syncmap::map<int, recursive_word>;
    static map& all() {
        static map m;
        return m;
    }
    int value;
};

struct group;
struct group_hash {
    std::size_t operator()(const group& g) const;
};
struct group_equal {
    bool operator()(const group& a, const group& b) const;
};
struct group {
    explicit group(std::string text) : name(std::move(text)) {}
    group(const group& other) : name(other.name) {}
    std::string name;
    syncmap::set<group, group_hash, group_equal> members;
    syncmap::map<group, int, group_hash, group_equal> ranks;
};
std::size_t group_hash::operator()(const group& g) const {
    return syncmap::hash<std::string>()(g.name);
}
bool group_equal::operator()(const group& a, const group& b) const { return a.name == b.name; }

struct holder {
    syncmap::any_map anything;
    syncmap::map<int, holder> more;
};

TEST(incomplete_types, are_values_of_a_map_that_is_their_member) {
    folder inner;
    inner.children.try_emplace("b");
    folder root;
    EXPECT_TRUE(root.children.try_emplace("a", std::move(inner)).second);
    EXPECT_TRUE(root.children.contains("a"));
    EXPECT_TRUE(
        root.children.visit("a", [](const folder& a) { EXPECT_TRUE(a.children.contains("b")); }));
    EXPECT_EQ(root.children.erase_if([](const auto&, const folder&) { return true; }), 1u);
}

TEST(incomplete_types, are_values_beside_other_members) {
    element root("root");
    EXPECT_TRUE(root.by_name.try_emplace("one", "one").second);
    EXPECT_TRUE(root.by_number.try_emplace(1, "two").second);
    root.elsewhere = std::make_unique<syncmap::map<int, element>>();
    root.elsewhere->try_emplace(1, "three");
    EXPECT_EQ(root.by_name.pin("one")->name, "one");
    EXPECT_EQ(root.by_number.pin(1)->name, "two");
    root.by_number.for_each([](int, const element& e) { EXPECT_EQ(e.name, "two"); });
    root.by_name.clear();
    root.by_name.reclaim();
    element other(std::move(root));
    EXPECT_EQ(other.by_number.pin(1)->name, "two");
}

TEST(incomplete_types, are_kept_as_words_if_that_is_what_they_are) {
    recursive_word::all().store(1, recursive_word{2});
    EXPECT_EQ(recursive_word::all().load(1)->value, 2);
    recursive_word::all().store(1, recursive_word{3});
    EXPECT_EQ(recursive_word::all().stats().retired_objects, 0u) << "a box was replaced";
}

TEST(incomplete_types, are_keys_of_a_set_or_map_that_is_their_member) {
    group all("all");
    EXPECT_TRUE(all.members.insert(group("some")));
    EXPECT_FALSE(all.members.insert(group("some")));
    EXPECT_TRUE(all.members.contains(group("some")));
    all.ranks.store(group("some"), 1);
    EXPECT_EQ(all.ranks.load(group("some")), 1);
    EXPECT_EQ(all.members.size(), 1u);
}

// What a map compares inside has T among its template arguments, but is not compared by what T's namespace has.
namespace greedy {
struct value {
    int n;
};
struct large {
    int n[10];
};
template <class A, class B>
bool operator==(const A& a, const B& b) {
    return a.n == b.n;
}
template <class A, class B>
bool operator!=(const A& a, const B& b) {
    return !(a == b);
}
}  // namespace greedy

TEST(incomplete_types, are_not_mistaken_for_what_leads_to_them) {
    syncmap::map<int, greedy::value> words;
    words.store(1, greedy::value{1});
    EXPECT_EQ(words.exchange(1, greedy::value{2})->n, 1);
    EXPECT_TRUE(words.compare_exchange(1, greedy::value{2}, greedy::value{3}));
    EXPECT_TRUE(words.compare_and_erase(1, greedy::value{3}));
    words.update(1, [](const greedy::value*) { return std::optional(greedy::value{4}); });
    EXPECT_EQ(words.erase_if([](int, const greedy::value&) { return true; }), 1u);
    syncmap::map<int, greedy::large> boxes;
    boxes.store(1, greedy::large{});
    EXPECT_TRUE(boxes.exchange(1, greedy::large{}));
    boxes.update(1, [](const greedy::large*) { return std::optional(greedy::large{}); });
    EXPECT_TRUE(boxes.load_and_erase(1));
    boxes.try_emplace(2);
    EXPECT_EQ(boxes.erase_if([](int, const greedy::large&) { return true; }), 1u);
}

TEST(incomplete_types, may_hold_any_maps) {
    holder inner;
    inner.anything.store("a", 1);
    holder k;
    k.more.store(1, std::move(inner));
    EXPECT_TRUE(k.more.pin(1)->anything.contains("a"));
}

}  // namespace
