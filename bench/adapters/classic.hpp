// SPDX-License-Identifier: BSL-1.0
//
// The classic algorithm of Go's sync.Map in C++: the reference of our tests. In place of a garbage
// collector it counts references, and a value is read as a copy.
#pragma once

#include "../../tests/reference/classic_sync_map.hpp"
#include "../hash.hpp"

#include <concepts>
#include <cstddef>
#include <optional>
#include <tuple>

namespace bench {

template <class Key, class T>
class classic_adapter {
    using map = syncmap::reference::classic_sync_map<Key, T, hash<Key>>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    /// Its tables have no reserve().
    explicit classic_adapter(std::size_t) {}

    template <class F>
    bool visit(const Key& key, F&& f) {
        const std::optional<T> value = map_.load(key);
        if (!value) return false;
        f(*value);
        return true;
    }

    void store(const Key& key, const T& value) { map_.store(key, value); }

    bool insert(const Key& key, const T& value) { return !map_.load_or_store(key, value).second; }

    bool erase(const Key& key) { return map_.erase(key); }

    template <class F>
        requires std::equality_comparable<T>
    void update(const Key& key, const T& initial, F&& f) {
        auto [old, loaded] = map_.load_or_store(key, initial);
        while (loaded) {
            T changed = old;
            f(changed);
            if (map_.compare_exchange(key, old, changed)) return;
            std::tie(old, loaded) = map_.load_or_store(key, initial);
        }
    }

    template <class F>
    void for_each(F&& f) {
        map_.for_each([&](const Key& key, const T& value) { f(key, value); });
    }

    std::size_t size() {
        std::size_t n = 0;
        for_each([&](const Key&, const T&) { ++n; });
        return n;
    }

private:
    map map_;
};

}  // namespace bench
