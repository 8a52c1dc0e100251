// SPDX-License-Identifier: BSL-1.0
//
// xenium's vyukov_hash_map: buckets of three with a lock for writers, loads without one, under epochs.
// (Hazard pointers would not do: a load may look into a table that has been replaced, whose nodes
// only an epoch keeps.) It has no operation that replaces a value, so neither store() nor update().
// Numbers and pointers only: other keys and values are in nodes, and version 0.0.2 follows a null
// pointer when it erases an absent key of these, and its destructor leaks them.
#pragma once

#include "../hash.hpp"

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <xenium/reclamation/generic_epoch_based.hpp>
#include <xenium/vyukov_hash_map.hpp>

namespace bench {

template <class X>
concept in_place_in_xenium = std::is_trivial_v<X> && sizeof(X) == 8;

template <in_place_in_xenium Key, in_place_in_xenium T>
class xenium_adapter {
    using map =
        xenium::vyukov_hash_map<Key, T,
                                xenium::policy::reclaimer<xenium::reclamation::epoch_based<>>,
                                xenium::policy::hash<hash<Key>>>;

public:
    using key_type = Key;
    using mapped_type = T;
    static constexpr bool unsynchronised = false;

    explicit xenium_adapter(std::size_t capacity) : map_(buckets_for(capacity)) {}

    template <class F>
    bool visit(const Key& key, F&& f) {
        typename map::accessor found;
        if (!map_.try_get_value(key, found)) return false;
        const T& value = *found;
        f(value);
        return true;
    }

    bool insert(const Key& key, const T& value) { return map_.emplace(key, value); }

    bool erase(const Key& key) { return map_.erase(key); }

    template <class F>
    void for_each(F&& f) {
        for (auto at = map_.begin(); at != map_.end(); ++at) {
            auto&& [key, value] = *at;
            f(static_cast<const Key&>(key), static_cast<const T&>(value));
        }
    }

private:
    /// So many that few buckets need more than their three places: the common ones beside are 10 for
    /// 128 buckets, and the table grows when these are used up.
    static std::size_t buckets_for(std::size_t capacity) {
        return std::max<std::size_t>(capacity + capacity / 4, 128);
    }

    map map_;
};

}  // namespace bench
