// SPDX-License-Identifier: BSL-1.0
//
// Allocators: who pays for what, what travels with a map, and that all of it comes back.
#include <memory_resource>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"
#include "support_memory.hpp"

namespace {

using namespace support;

template <class K, class T>
using pmr_map = syncmap::map<K, T, syncmap::hash<K>, std::equal_to<>,
                             std::pmr::polymorphic_allocator<std::pair<const K, T>>>;
using text_map = pmr_map<std::pmr::string, std::pmr::string>;

template <bool Propagate>
using traced_allocator = tracking_allocator<std::pair<const std::string, std::string>, Propagate>;
template <bool Propagate>
using traced_map = syncmap::map<std::string, std::string, syncmap::hash<std::string>,
                                std::equal_to<>, traced_allocator<Propagate>>;

static_assert(sizeof(text_map) <= 128);
static_assert(std::is_nothrow_move_constructible_v<text_map>);
static_assert(std::uses_allocator_v<text_map, std::pmr::polymorphic_allocator<>>);

constexpr auto long_key = "a key that is too long to be stored in place";
constexpr auto long_value = "a value that is too long to be stored in place";

// One way to look up std::string and std::pmr::string keys alike.
std::string_view view(const std::string& text) { return text; }

template <class Map>
void fill_text(Map& m, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) {
        const auto key = node::make_key(i);
        const auto value = node::make_value(i);
        m.store(std::string_view(key), value.c_str());
    }
}

template <class Map>
void expect_text(const Map& m, std::size_t first, std::size_t last) {
    EXPECT_EQ(m.size(), last - first);
    std::size_t wrong = 0;
    for (std::size_t i = first; i < last; ++i) {
        const bool right = m.visit(view(node::make_key(i)), [&](const auto& value) {
            wrong += value == view(node::make_value(i)) ? 0 : 1;
        });
        wrong += right ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0u);
}

TEST(allocator, is_not_asked_for_anything_by_an_empty_map) {
    tracking_resource memory;
    {
        pmr_map<int, int> m(&memory);
        EXPECT_EQ(m.load(1), std::nullopt);
        EXPECT_FALSE(m.contains(1));
        EXPECT_FALSE(m.erase(1));
        EXPECT_FALSE(m.compare_exchange(1, 2, 3));
        m.clear();
        m.shrink_to_fit();
        m.reserve(0);
        m.reclaim();
        EXPECT_TRUE(m.snapshot().empty());
        pmr_map<int, int> other(std::move(m));
        other.swap(m);
    }
    EXPECT_EQ(memory.allocations(), 0u);
}

TEST(allocator, gives_less_than_a_kibibyte_to_a_map_of_one) {
    tracking_resource memory;
    pmr_map<std::uint64_t, std::uint64_t> numbers(&memory);
    numbers.store(1u, 1u);
    EXPECT_LT(memory.bytes(), 1024u);
    const std::size_t before = memory.bytes();
    pmr_map<int, std::string> texts(&memory);
    texts.store(1, "one");
    EXPECT_LT(memory.bytes() - before, 1024u);
}

TEST(allocator, has_everything_back_when_the_destructor_returns) {
    tracking_resource memory;
    {
        text_map m(&memory);
        for (int round = 0; round < 4; ++round) {
            fill_text(m, 0, 600);
            for (std::size_t i = 0; i < 500; ++i) m.erase(view(node::make_key(i)));
            if (round == 2) m.clear();
        }
        const auto held = m.pin(view(node::make_key(550)));
        m.store(view(node::make_key(550)), "overwritten");
        EXPECT_EQ(*held, view(node::make_value(550)));
    }
    EXPECT_EQ(memory.bytes(), 0u);
    EXPECT_EQ(memory.blocks(), 0u);
}

TEST(allocator, is_handed_to_keys_and_values) {
    tracking_resource memory;
    text_map m(&memory);
    const auto check = [&](const char* after) {
        SCOPED_TRACE(after);
        std::size_t visited = 0;
        m.for_each([&](const std::pmr::string& key, const std::pmr::string& value) {
            EXPECT_EQ(key.get_allocator().resource(), &memory);
            EXPECT_EQ(value.get_allocator().resource(), &memory);
            ++visited;
        });
        EXPECT_EQ(visited, 1u);
        m.clear();
    };
    m.store(long_key, long_value);
    check("store");
    m.store(long_key, long_value);
    m.store(long_key, long_value);
    check("store over a value");
    m.store(std::pmr::string(long_key), std::pmr::string(long_value));
    check("store of objects from elsewhere");
    m.try_emplace(long_key, 40u, 'x');
    check("try_emplace");
    (void)m.load_or_store(long_key, long_value);
    check("load_or_store");
    (void)m.load_or_compute(long_key, [] { return std::pmr::string(long_value); });
    check("load_or_compute");
    m.store(long_key, "short");
    (void)m.exchange(long_key, long_value);
    check("exchange");
    m.store(long_key, "short");
    EXPECT_TRUE(m.compare_exchange(long_key, "short", long_value));
    check("compare_exchange");
    m.update(long_key, [](auto*) { return std::optional<std::pmr::string>(long_value); });
    check("update");
}

TEST(allocator, is_not_asked_for_what_leaves_an_entry_as_it_is) {
    tracking_resource memory;
    text_map m(&memory);
    m.store(long_key, long_value);
    m.reclaim();
    const auto bytes = memory.bytes();
    const auto blocks = memory.blocks();
    for (int i = 0; i < 100; ++i) {
        m.update(long_key, [](auto*) { return syncmap::unchanged; });
        m.update("absent", [](auto*) { return syncmap::unchanged; });
        EXPECT_FALSE(m.erase_if(long_key, [](auto&) { return false; }));
        EXPECT_FALSE(m.erase_if("absent", [](auto&) { return true; }));
    }
    EXPECT_EQ(memory.bytes(), bytes);
    EXPECT_EQ(memory.blocks(), blocks);
    EXPECT_EQ(m.stats().retired_objects, 0u);
}

TEST(allocator, is_handed_to_the_parts_of_a_pair) {
    tracking_resource memory;
    pmr_map<int, std::pair<std::pmr::string, std::pmr::vector<int>>> m(&memory);
    m.try_emplace(1, long_value, std::pmr::vector<int>{1, 2, 3});
    m.visit(1, [&](const auto& value) {
        EXPECT_EQ(value.first.get_allocator().resource(), &memory);
        EXPECT_EQ(value.second.get_allocator().resource(), &memory);
    });
}

TEST(allocator, is_taken_by_every_constructor) {
    tracking_resource memory;
    using map = pmr_map<int, int>;
    const map::allocator_type a(&memory);
    EXPECT_EQ(map(a).get_allocator(), a);
    EXPECT_EQ(map(10, {}, {}, a).get_allocator(), a);
    EXPECT_EQ(map({{1, 2}}, {}, {}, a).get_allocator(), a);
    const std::vector<std::pair<int, int>> pairs{{1, 2}};
    EXPECT_EQ(map(pairs.begin(), pairs.end(), {}, {}, a).get_allocator(), a);
    EXPECT_EQ(map(map(), a).get_allocator(), a);
    EXPECT_EQ(map(map(a)).get_allocator(), a);
    // As an element of a container that hands its allocator on.
    std::pmr::vector<map> maps(&memory);
    maps.emplace_back();
    EXPECT_EQ(maps.front().get_allocator(), a);
}

// An allocator-extended move steals between equal allocators and moves elements between others.
TEST(allocator, decides_whether_an_extended_move_steals) {
    tracking_resource here, there;
    text_map source(&here);
    fill_text(source, 0, 100);
    const void* address = source.pin(view(node::make_key(5))).get();
    text_map stolen(std::move(source), &here);
    EXPECT_EQ(stolen.pin(view(node::make_key(5))).get(), address);
    text_map moved(std::move(stolen), &there);
    expect_text(moved, 0, 100);
    moved.for_each([&](const auto& key, const auto& value) {
        EXPECT_EQ(key.get_allocator().resource(), &there);
        EXPECT_EQ(value.get_allocator().resource(), &there);
    });
    EXPECT_TRUE(stolen.empty());
    stolen.clear();
    stolen.reclaim();
    EXPECT_EQ(here.bytes(), 0u);
    fill_text(stolen, 0, 10);
    expect_text(stolen, 0, 10);
}

TEST(allocator, travels_in_a_move_assignment_that_propagates) {
    tracking_resource here, there;
    traced_map<true> source{traced_allocator<true>(here)};
    traced_map<true> target{traced_allocator<true>(there)};
    fill_text(source, 0, 100);
    fill_text(target, 50, 300);
    const void* address = source.pin(view(node::make_key(5))).get();
    target = std::move(source);
    EXPECT_EQ(target.get_allocator().resource(), &here);
    EXPECT_EQ(target.pin(view(node::make_key(5))).get(), address);
    EXPECT_EQ(there.bytes(), 0u) << "memory of the old contents";
    expect_text(target, 0, 100);
    EXPECT_TRUE(source.empty());
    fill_text(source, 0, 10);
    fill_text(target, 100, 200);
    expect_text(target, 0, 200);
}

TEST(allocator, stays_in_a_move_assignment_that_does_not_propagate) {
    tracking_resource here, there;
    traced_map<false> source{traced_allocator<false>(here)};
    traced_map<false> target{traced_allocator<false>(there)};
    fill_text(source, 0, 100);
    fill_text(target, 50, 300);
    target = std::move(source);
    EXPECT_EQ(target.get_allocator().resource(), &there);
    expect_text(target, 0, 100);
    EXPECT_TRUE(source.empty());

    traced_map<false> neighbour{traced_allocator<false>(there)};
    const void* address = target.pin(view(node::make_key(5))).get();
    neighbour = std::move(target);
    EXPECT_EQ(neighbour.pin(view(node::make_key(5))).get(), address) << "equal allocators: stolen";
    expect_text(neighbour, 0, 100);
}

TEST(allocator, travels_in_a_swap_that_propagates) {
    tracking_resource here, there;
    traced_map<true> a{traced_allocator<true>(here)};
    traced_map<true> b{traced_allocator<true>(there)};
    fill_text(a, 0, 100);
    fill_text(b, 50, 80);
    a.swap(b);
    EXPECT_EQ(a.get_allocator().resource(), &there);
    EXPECT_EQ(b.get_allocator().resource(), &here);
    expect_text(a, 50, 80);
    expect_text(b, 0, 100);
    fill_text(a, 80, 200);
    expect_text(a, 50, 200);
}

}  // namespace
