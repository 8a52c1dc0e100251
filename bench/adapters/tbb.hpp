// SPDX-License-Identifier: BSL-1.0
//
// oneTBB's concurrent_hash_map: chained buckets, a reader-writer lock in each bucket and in each node.
// Iteration is for one thread. Its nodes come from malloc here, as everybody's do (by default they
// come from tbbmalloc, where that is found), so that maps and not allocators are compared.
#pragma once

#include "../hash.hpp"

#include <cstddef>
#include <memory>
#include <utility>

#include <tbb/concurrent_hash_map.h>

namespace bench {

template <class Key, class T>
class tbb_adapter {
    struct hash_compare {
        std::size_t hash(const Key& key) const { return bench::hash<Key>{}(key); }
        bool equal(const Key& a, const Key& b) const { return a == b; }
    };
    using map =
        tbb::concurrent_hash_map<Key, T, hash_compare, std::allocator<std::pair<const Key, T>>>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit tbb_adapter(std::size_t capacity) {
        if (capacity != 0) map_.rehash(capacity);
    }

    template <class F>
    bool visit(const Key& key, F&& f) {
        typename map::const_accessor found;
        if (!map_.find(found, key)) return false;
        f(std::as_const(found->second));
        return true;
    }

    void store(const Key& key, const T& value) {
        typename map::accessor found;
        if (!map_.insert(found, std::pair<const Key, T>(key, value))) found->second = value;
    }

    bool insert(const Key& key, const T& value) {
        return map_.insert(std::pair<const Key, T>(key, value));
    }

    bool erase(const Key& key) { return map_.erase(key); }

    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        typename map::accessor found;
        if (!map_.insert(found, std::pair<const Key, T>(key, initial))) f(found->second);
    }

    template <class F>
    void for_each(F&& f) {
        for (const auto& [key, value] : map_) f(key, value);
    }

    std::size_t size() { return map_.size(); }

private:
    map map_;
};

}  // namespace bench
