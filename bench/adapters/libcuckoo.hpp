// SPDX-License-Identifier: BSL-1.0
//
// libcuckoo's cuckoohash_map: two places of four slots for a key, striped spinlocks, values in place.
// for_each() keeps all others out while it runs. Never made smaller than by its default, which has
// room for 262,144: version 0.3.1 crashed in our tests when two threads made a smaller one grow.
#pragma once

#include "../hash.hpp"

#include <algorithm>
#include <cstddef>

#include <libcuckoo/cuckoohash_map.hh>

namespace bench {

template <class Key, class T>
class libcuckoo_adapter {
    using map = libcuckoo::cuckoohash_map<Key, T, hash<Key>>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit libcuckoo_adapter(std::size_t capacity)
        : map_(std::max(capacity, std::size_t{libcuckoo::DEFAULT_SIZE})) {}

    template <class F>
    bool visit(const Key& key, F&& f) {
        return map_.find_fn(key, [&](const T& value) { f(value); });
    }

    void store(const Key& key, const T& value) { map_.insert_or_assign(key, value); }

    bool insert(const Key& key, const T& value) { return map_.insert(key, value); }

    bool erase(const Key& key) { return map_.erase(key); }

    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        map_.upsert(key, [&](T& value) { f(value); }, initial);
    }

    template <class F>
    void for_each(F&& f) {
        auto all = map_.lock_table();
        for (const auto& [key, value] : all) f(key, value);
    }

    std::size_t size() { return map_.size(); }

private:
    map map_;
};

}  // namespace bench
