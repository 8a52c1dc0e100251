// SPDX-License-Identifier: BSL-1.0
//
// Every member of a map and a set, called a little: for the programs of this folder, which differ in what else there
// is when the headers are included. It is written as they must be: it would do wherever they do.
#pragma once

#include <syncmap/syncmap.hpp>

namespace every_member {

/// What has been found wrong so far.
class verdict {
public:
    void expect(bool kept) { right_ = right_ && kept; }
    [[nodiscard]] int exit_code() const { return right_ ? 0 : 1; }

private:
    bool right_ = true;
};

/// Keys and values `a` and `b` that differ.
template <class Map, class Key = typename Map::key_type, class T = typename Map::mapped_type>
void of_map(verdict& v, const std::type_identity_t<Key>& a, const std::type_identity_t<Key>& b,
            const std::type_identity_t<T>& x, const std::type_identity_t<T>& y) {
    Map m;
    v.expect(m.empty() && m.size() == 0 && !m.contains(a));
    m.store(a, x);
    m.store(a, y);
    v.expect(m.load(a).value() == y && !m.load(b).has_value());
    v.expect(m.load_or_store(a, x).second && !m.load_or_store(b, x).second);
    v.expect(m.load_or_compute(a, [&] { return x; }).second && m.erase(b));
    v.expect(!m.load_or_compute(b, [&] { return x; }).second && m.erase(b) && !m.erase(b));
    {
        auto made = m.try_emplace(b, x);
        v.expect(made.second && *made.first == x && !m.try_emplace(b, y).second);
        syncmap::pinned<T> pin = m.pin(b);
        made.first = std::move(pin);
        v.expect(made.first.get() != nullptr && !pin);
        swap(made.first, pin);
        made.first.reset();
    }
    v.expect(m.exchange(b, y).value() == x && m.exchange(b, x).value() == y);
    v.expect(m.compare_exchange(b, x, y) && !m.compare_exchange(b, x, y));
    v.expect(!m.compare_and_erase(b, x) && m.compare_and_erase(b, y));
    using optional = std::optional<T>;
    v.expect(m.update(b, [&](const T* is) { return is ? optional() : optional(x); }).has_value());
    v.expect(!m.update(b, [&](const T* is) { return is ? optional() : optional(x); }).has_value());
    v.expect(!m.update(b, [&](const T*) { return syncmap::unchanged; }).has_value());
    v.expect(m.update(a, [&](const T*) { return syncmap::unchanged; }).value() == y);
    v.expect(m.update(a, [&](const T*) -> syncmap::change<T> { return x; }).value() == x);
    v.expect(!m.erase_if(a, [&](const T& is) { return is == y; }));
    v.expect(m.erase_if(a, [&](const T& is) { return is == x; }) && m.empty());
    m.store(a, y);
    v.expect(m.load_and_erase(a).value() == y && m.empty());
    m.store(a, x);
    m.store(b, y);

    std::vector<Key> keys;
    keys.push_back(a);
    keys.push_back(b);
    std::vector<optional> values(2);
    v.expect(m.load_many(keys, values) == 2 && values[1].value() == y);
    v.expect(m.insert_range(m.snapshot()) == 0);
    std::size_t seen = 0;
    v.expect(m.visit(a, [&](const T& is) { seen += is == x ? 1U : 0U; }));
    v.expect(m.visit_many(keys, [&](std::size_t, const T&) { ++seen; }) == 2 && seen == 3);
    m.for_each([&](const Key&, const T&) { ++seen; });
    m.for_each([&](const Key&, const T&) { return ++seen == 0; });
    v.expect(seen == 6 && m.snapshot().size() == 2);
    for (std::size_t part = 0; part < 3; ++part) {
        m.for_each(part, 3, [&](const Key&, const T&) { ++seen; });
    }
    v.expect(seen == 8);
    v.expect(m.erase_if([&](const Key&, const T& is) { return is == x; }) == 1);
    v.expect(erase_if(m, [&](const Key&, const T&) { return false; }) == 0);

    Map other(100, m.hash_function(), m.key_eq(), m.get_allocator());
    other = std::move(m);
    m.swap(other);
    swap(m, other);
    const auto pairs = other.snapshot();
    const Map copy(pairs.begin(), pairs.end());
    const Map listed{{a, x}, {b, y}, {a, y}};
    v.expect(copy.size() == 1 && listed.size() == 2);
    Map taken(std::move(other), Map().get_allocator());
    v.expect(taken.size() == 1 && taken.stats().size == 1);
    v.expect(taken.erase_many(keys) == 1);
    taken.clear();
    taken.reserve(200);
    taken.shrink_to_fit();
    taken.reclaim();
    v.expect(taken.empty() && taken.stats().retired_objects == 0);
}

/// With so many keys that tables grow, shrink and overflow: key(n) differs for each n.
template <class Map, class MakeKey>
void of_large_map(verdict& v, MakeKey key, const typename Map::mapped_type& x) {
    constexpr int many = 2000;
    Map m;
    for (int n = 0; n < many; ++n) m.store(key(n), x);
    for (int n = 0; n < many; ++n) v.expect(m.contains(key(n)));
    for (int n = 1; n < many; ++n) v.expect(m.erase(key(n)));
    v.expect(m.size() == 1 && m.load(key(0)).value() == x);
    m.reclaim();
}

template <class Set, class Key = typename Set::key_type>
void of_set(verdict& v, const std::type_identity_t<Key>& a, const std::type_identity_t<Key>& b) {
    Set s;
    v.expect(s.insert(a) && !s.insert(a) && s.contains(a) && !s.contains(b));
    v.expect(s.insert(b) && s.erase(a) && !s.erase(a) && s.insert(a));
    std::vector<Key> keys;
    keys.push_back(a);
    keys.push_back(b);
    std::size_t seen = 0;
    v.expect(s.visit_many(keys, [&](std::size_t) { ++seen; }) == 2);
    s.for_each([&](const Key&) { ++seen; });
    s.for_each(0, 1, [&](const Key&) { --seen; });
    s.for_each([&](const Key&) { ++seen; });
    v.expect(seen == 4 && s.size() == 2 && s.snapshot().size() == 2 && s.stats().size == 2);
    v.expect(s.erase_if([&](const Key&) { return false; }) == 0);
    v.expect(erase_if(s, [&](const Key&) { return true; }) == 2 && s.empty());

    Set other(100, s.hash_function(), s.key_eq(), s.get_allocator());
    other = std::move(s);
    s.swap(other);
    swap(s, other);
    Set taken(std::move(other), Set().get_allocator());
    const Set copy(keys.begin(), keys.end());
    const Set listed{a, b, a};
    v.expect(taken.empty() && copy.size() == 2 && listed.size() == 2);
    taken.clear();
    taken.reserve(200);
    taken.shrink_to_fit();
    taken.reclaim();
}

inline void of_any_map(verdict& v) {
    syncmap::any_map m;
    m.store("answer", 42);
    m.store(42, "answer");
    v.expect(m.load<int>("answer") == 42 && m.load<std::string>(42) == "answer");
    v.expect(!m.load<long>("answer").has_value() && m.load("answer").value() == syncmap::any(42));
    v.expect(syncmap::any_cast<int>(m.load("answer")) == 42);
    v.expect(m.compare_exchange("answer", 42, 1.5) && m.compare_and_erase("answer", 1.5));
    v.expect(m.size() == 1);
}

/// All of it, with every way in which the library keeps entries of types of its own or the language's.
inline void of_all(verdict& v) {
    const auto number = [](int n) { return n; };
    const auto text = [](int n) { return std::to_string(n); };
    of_map<syncmap::map<int, int>>(v, 1, 2, 3, 4);  // flat
    of_large_map<syncmap::map<int, int>>(v, number, 1);
    of_map<syncmap::map<std::string, int>>(v, "a", "b", 3, 4);  // a word in a node
    of_large_map<syncmap::map<std::string, int>>(v, text, 1);
    of_map<syncmap::map<std::string, std::string>>(v, "a", "b", "a", "b");  // a box in a node
    of_large_map<syncmap::map<std::string, std::string>>(v, text, "a");
    of_map<syncmap::map<std::pair<int, long>, char>>(v, {1, 2}, {2, 1}, 'a', 'b');
    of_set<syncmap::set<int>>(v, 1, 2);
    of_set<syncmap::set<std::string>>(v, "a", "b");
    of_any_map(v);
}

}  // namespace every_member
