// SPDX-License-Identifier: BSL-1.0
//
// syncmap::map, the one that this is all about. Its adapter is the model for those of other maps.
#pragma once

#include "../hash.hpp"

#include <cstddef>
#include <functional>
#include <optional>
#include <ranges>
#include <utility>

#include <syncmap/map.hpp>

namespace bench {

template <class Key, class T>
class syncmap_adapter {
public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit syncmap_adapter(std::size_t capacity) : map_(capacity) {}

    template <class F>
    bool visit(const Key& key, F&& f) {
        return map_.visit(key, std::forward<F>(f));
    }
    void store(const Key& key, const T& value) { map_.store(key, value); }
    bool insert(const Key& key, const T& value) { return !map_.load_or_store(key, value).second; }
    bool erase(const Key& key) { return map_.erase(key); }
    template <class F>
    void update(const Key& key, const T& initial, F&& f) {
        map_.update(key, [&](const T* now) -> std::optional<T> {
            if (now == nullptr) return initial;
            std::optional<T> next(*now);
            f(*next);
            return next;
        });
    }
    template <class F>
    void for_each(F&& f) {
        map_.for_each(std::forward<F>(f));
    }
    template <std::ranges::sized_range Keys, class F>
    std::size_t visit_many(const Keys& keys, F&& f) {
        return map_.visit_many(keys, [&](std::size_t, const T& value) { f(value); });
    }
    std::size_t size() { return map_.size(); }

private:
    syncmap::map<Key, T, hash<Key>, std::equal_to<Key>> map_;
};

}  // namespace bench
