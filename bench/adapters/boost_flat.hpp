// SPDX-License-Identifier: BSL-1.0
//
// boost::unordered_flat_map without any synchronisation, for one thread: the limit ("U") that a
// concurrent map can come near to.
#pragma once

#include "../hash.hpp"

#include <cstddef>

#include <boost/unordered/unordered_flat_map.hpp>

namespace bench {

template <class Key, class T>
class boost_flat_adapter {
public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = true;

    explicit boost_flat_adapter(std::size_t capacity) {
        if (capacity != 0) map_.reserve(capacity);
    }

    template <class F>
    bool visit(const Key& key, F&& f) {
        const auto it = map_.find(key);
        if (it == map_.end()) return false;
        f(it->second);
        return true;
    }
    void store(const Key& key, const T& value) { map_.insert_or_assign(key, value); }
    bool insert(const Key& key, const T& value) { return map_.try_emplace(key, value).second; }
    bool erase(const Key& key) { return map_.erase(key) != 0; }
    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        const auto [it, inserted] = map_.try_emplace(key, initial);
        if (!inserted) f(it->second);
    }
    template <class F>
    void for_each(F&& f) {
        for (const auto& [key, value] : map_) f(key, value);
    }
    std::size_t size() { return map_.size(); }

private:
    boost::unordered_flat_map<Key, T, hash<Key>> map_;
};

}  // namespace bench
