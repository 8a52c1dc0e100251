// SPDX-License-Identifier: BSL-1.0
//
// folly's ConcurrentHashMap: 256 tables of chained nodes, a std::mutex for the writers of each, loads
// without one under hazard pointers. Values never change in place: each store makes a node.
#pragma once

#include "../hash.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>

#include <folly/concurrency/ConcurrentHashMap.h>

namespace bench {

template <class Map>
class folly_base {
public:
    using key_type = typename Map::key_type;
    using mapped_type = typename Map::mapped_type;
    static constexpr bool unsynchronised = false;

    explicit folly_base(std::size_t capacity) : map_(std::max<std::size_t>(capacity, 8)) {}

    template <class F>
    bool visit(const key_type& key, F&& f) {
        const auto found = map_.find(key);
        if (found == map_.cend()) return false;
        f(found->second);
        return true;
    }

    void store(const key_type& key, const mapped_type& value) { map_.insert_or_assign(key, value); }

    bool insert(const key_type& key, const mapped_type& value) {
        return map_.try_emplace(key, value).second;
    }

    bool erase(const key_type& key) { return map_.erase(key) != 0; }

    template <class F>
        requires std::equality_comparable<mapped_type>
    void update(const key_type& key, const mapped_type& initial, F&& f) {
        while (!map_.try_emplace(key, initial).second) {
            const auto found = map_.find(key);
            if (found == map_.cend()) continue;
            mapped_type changed = found->second;
            f(changed);
            if (map_.assign_if_equal(key, found->second, changed)) return;
        }
    }

    template <class F>
    void for_each(F&& f) {
        for (auto at = map_.cbegin(); at != map_.cend(); ++at) f(at->first, at->second);
    }

    std::size_t size() { return map_.size(); }

private:
    Map map_;
};

template <class Key, class T>
using folly_adapter = folly_base<folly::ConcurrentHashMap<Key, T, hash<Key>>>;

/// With vector instructions (SSE 4.2 at least): folly's F14 tables inside.
template <class Key, class T>
using folly_simd_adapter = folly_base<folly::ConcurrentHashMapSIMD<Key, T, hash<Key>>>;

}  // namespace bench
