// SPDX-License-Identifier: BSL-1.0
//
// Boost's concurrent_flat_map: open addressing in groups of 15, a reader-writer spinlock for each
// group, values in place. A rehash keeps all others out.
#pragma once

#include "../hash.hpp"

#include <cstddef>
#include <ranges>

#include <boost/unordered/concurrent_flat_map.hpp>

namespace bench {

template <class Key, class T>
class boost_concurrent_adapter {
    using map = boost::concurrent_flat_map<Key, T, hash<Key>>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit boost_concurrent_adapter(std::size_t capacity) : map_(capacity) {}

    template <class F>
    bool visit(const Key& key, F&& f) {
        return map_.cvisit(key, [&](const auto& entry) { f(entry.second); }) != 0;
    }

    /// Several at a time, where this Boost can do it.
    template <std::ranges::sized_range Keys, class F>
        requires requires(const map& m, const Key* key) { m.cvisit(key, key, [](const auto&) {}); }
    std::size_t visit_many(const Keys& keys, F&& f) {
        return map_.cvisit(std::ranges::begin(keys), std::ranges::end(keys),
                           [&](const auto& entry) { f(entry.second); });
    }

    void store(const Key& key, const T& value) { map_.insert_or_assign(key, value); }

    bool insert(const Key& key, const T& value) { return map_.try_emplace(key, value); }

    bool erase(const Key& key) { return map_.erase(key) != 0; }

    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        map_.try_emplace_or_visit(key, initial, [&](auto& entry) { f(entry.second); });
    }

    template <class F>
    void for_each(F&& f) {
        map_.cvisit_all([&](const auto& entry) { f(entry.first, entry.second); });
    }

    std::size_t size() { return map_.size(); }

private:
    map map_;
};

}  // namespace bench
