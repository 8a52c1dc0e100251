// SPDX-License-Identifier: BSL-1.0
//
// phmap's parallel_flat_hash_map: 64 flat maps, each under a std::mutex, which loads take too.
#pragma once

#include "../hash.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <parallel_hashmap/phmap.h>

namespace bench {

template <class Key, class T>
class phmap_adapter {
    static constexpr std::size_t log2_of_maps = 6;
    using entry = std::pair<const Key, T>;
    using map = phmap::parallel_flat_hash_map<Key, T, hash<Key>, std::equal_to<Key>,
                                              std::allocator<entry>, log2_of_maps, std::mutex>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit phmap_adapter(std::size_t capacity) { map_.reserve(capacity); }

    template <class F>
    bool visit(const Key& key, F&& f) {
        return map_.if_contains(key, [&](const auto& e) { f(e.second); });
    }

    void store(const Key& key, const T& value) {
        emplace_or(key, value, [&](auto& e) { e.second = value; });
    }

    bool insert(const Key& key, const T& value) {
        return emplace_or(key, value, [](auto&) {});
    }

    bool erase(const Key& key) { return map_.erase(key) != 0; }

    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        emplace_or(key, initial, [&](auto& e) { f(e.second); });
    }

    template <class F>
    void for_each(F&& f) {
        map_.for_each([&](const auto& e) { f(e.first, e.second); });
    }

    std::size_t size() { return map_.size(); }

private:
    /// True if the entry was made; else f(entry), under the lock.
    template <class F>
    bool emplace_or(const Key& key, const T& value, F f) {
        return map_.lazy_emplace_l(key, f, [&](const auto& make) { make(key, value); });
    }

    map map_;
};

}  // namespace bench
