// SPDX-License-Identifier: BSL-1.0
//
// Where keys and values have a comma and an address-of of their own, which cannot be used.
#include <cstddef>
#include <functional>
#include <string>
#include <utility>

#include "every_member.hpp"

namespace odd {

template <class X, class Y>
void operator,(X&&, Y&&) = delete;
template <class X>
void operator&(X&&) = delete;

struct number {
    int n = 0;
    bool operator==(const number&) const = default;
    number* operator&() = delete;
    const number* operator&() const = delete;
};
struct text {
    std::string s;
    bool operator==(const text&) const = default;
    text* operator&() = delete;
    const text* operator&() const = delete;
};

struct number_hash {
    std::size_t operator()(const number& x) const { return std::hash<int>{}(x.n); }
    std::size_t operator()(const text& x) const { return std::hash<std::string>{}(x.s); }
    number_hash* operator&() = delete;
};
struct same {
    template <class X>
    bool operator()(const X& x, const X& y) const {
        return x == y;
    }
    same* operator&() = delete;
};

}  // namespace odd

namespace {

template <class X>
X make(int n) {
    return X{n};
}
template <>
odd::text make<odd::text>(int n) {
    return {std::to_string(n)};
}

template <class Key, class T>
void try_map(every_member::verdict& v) {
    using map = syncmap::map<Key, T, odd::number_hash, odd::same>;
    every_member::of_map<map>(v, make<Key>(1), make<Key>(2), make<T>(1), make<T>(2));
    every_member::of_large_map<map>(v, make<Key>, make<T>(1));
}

}  // namespace

int main() {
    every_member::verdict v;
    try_map<odd::number, odd::number>(v);  // flat
    try_map<odd::text, odd::number>(v);    // a word in a node
    try_map<odd::number, odd::text>(v);    // a box in a node
    every_member::of_set<syncmap::set<odd::number, odd::number_hash, odd::same>>(v, {1}, {2});
    every_member::of_set<syncmap::set<odd::text, odd::number_hash, odd::same>>(v, {"1"}, {"2"});

    syncmap::any_map things;
    things.store("one", odd::number{1});
    v.expect(things.load<odd::number>("one") == odd::number{1});
    v.expect(things.compare_exchange("one", odd::number{1}, odd::text{"2"}));
    v.expect(things.compare_and_erase("one", odd::text{"2"}));
    return v.exit_code();
}
