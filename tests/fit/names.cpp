// SPDX-License-Identifier: BSL-1.0
//
// Where the namespace of keys and values has functions that are called as the library's own are, and take anything:
// none of them may be found through an argument. every_name.hpp declares them (names.sh); none can be called.
#include <syncmap/syncmap.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#undef pthread_atfork  // a macro on Windows

namespace crowd {

#include "every_name.hpp"

/// What a hash function here gives.
struct hash_result {
    std::size_t bits;
    operator std::size_t() const noexcept { return bits; }  // NOLINT(*-explicit-*)
};

struct my_number {
    int n = 0;
    bool operator==(const my_number&) const = default;
};
struct my_text {
    std::string s;
    bool operator==(const my_text&) const = default;
};
struct my_wide {
    int n = 0;
    std::size_t more[2] = {1, 2};
    bool operator==(const my_wide&) const = default;
};

struct my_hash {
    hash_result operator()(const my_number& x) const { return {std::hash<int>{}(x.n)}; }
    hash_result operator()(const my_wide& x) const { return {std::hash<int>{}(x.n)}; }
    hash_result operator()(const my_text& x) const { return {std::hash<std::string>{}(x.s)}; }
};

struct same {
    template <class X>
    bool operator()(const X& x, const X& y) const {
        return x == y;
    }
};

template <class X>
struct heap {
    using value_type = X;
    heap() = default;
    template <class Y>
    heap(const heap<Y>& /*other*/) noexcept {}  // NOLINT(*-explicit-*)
    // NOLINTNEXTLINE(*-convert-member-functions-to-static)
    X* allocate(std::size_t n) { return std::allocator<X>().allocate(n); }
    // NOLINTNEXTLINE(*-convert-member-functions-to-static)
    void deallocate(X* at, std::size_t n) noexcept { std::allocator<X>().deallocate(at, n); }
    bool operator==(const heap&) const = default;
};

}  // namespace crowd

template <>
struct std::hash<crowd::my_number> {
    crowd::hash_result operator()(const crowd::my_number& x) const noexcept {
        return {std::hash<int>{}(x.n)};
    }
};

#include "every_member.hpp"

namespace {

template <class Key, class T>
using map = syncmap::map<Key, T, crowd::my_hash, crowd::same, crowd::heap<std::pair<const Key, T>>>;
template <class Key>
using set = syncmap::set<Key, crowd::my_hash, crowd::same, crowd::heap<Key>>;

template <class X>
X make(int n) {
    return X{n};
}
template <>
crowd::my_text make<crowd::my_text>(int n) {
    return {std::to_string(n)};
}

template <class Map>
void try_map(every_member::verdict& v) {
    using key = typename Map::key_type;
    using value = typename Map::mapped_type;
    every_member::of_map<Map>(v, make<key>(1), make<key>(2), make<value>(1), make<value>(2));
    every_member::of_large_map<Map>(v, make<key>, make<value>(1));
}

}  // namespace

int main() {
    using crowd::my_number;
    using crowd::my_text;
    using crowd::my_wide;
    every_member::verdict v;
    try_map<map<my_number, my_number>>(v);  // flat
    try_map<map<my_text, my_number>>(v);    // a word in a node
    try_map<map<my_wide, my_text>>(v);      // a box in a node
    try_map<map<my_number, my_wide>>(v);
    try_map<syncmap::map<my_number, my_text>>(v);
    every_member::of_set<set<my_number>>(v, {1}, {2});
    every_member::of_set<set<my_text>>(v, {"1"}, {"2"});

    syncmap::any_map things;
    things.store(my_number{1}, my_text{"1"});
    v.expect(things.load<my_text>(my_number{1}) == my_text{"1"});
    v.expect(things.compare_exchange(my_number{1}, my_text{"1"}, my_number{2}));
    v.expect(things.compare_and_erase(my_number{1}, my_number{2}));
    return v.exit_code();
}
