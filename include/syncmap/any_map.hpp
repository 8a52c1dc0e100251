// SPDX-License-Identifier: BSL-1.0
//
// syncmap::any_map: keys and values of any types in one map, Go's `sync.Map` to the letter.
#pragma once

#include "any.hpp"
#include "map.hpp"

namespace syncmap::inline v0 {

/// A map from any to any: every member of map, and conversions. A key may be of any type that has a hash and
/// ==, a value of any type that can be moved. Keys are equal when their types are the same and they are
/// (1 and 1L differ, as in Go); text is kept as std::string and looked up without making one.
class any_map : public map<any, any, any_hash, any_equal> {
    using base = map<any, any, any_hash, any_equal>;

public:
    using base::base;

    /// The value of `key`, as an any, or nullopt: `m.load(k)`. As a V, or nullopt if it is absent or of
    /// another type: `m.load<V>(k)`.
    /// @otherwise as map::load(). @go `Load`, and `v.(V)`.
    template <class V = any, class K>
    std::optional<V> load(const K& key) const {
        std::optional<V> copy;
        base::visit(key, [&](const any& value) {
            if constexpr (std::same_as<V, any>) {
                copy.emplace(value);
            } else if (const V* const v = any_cast<V>(&value)) {
                copy.emplace(*v);
            }
        });
        return copy;
    }

    /// Sets the value of `key` to `desired` if there is one that equals `expected`; returns whether it did. A
    /// value of another type than `expected` does not match it.
    /// @may_throw incomparable_value if the type of `expected` has no ==, before anything else is done.
    /// @otherwise as map::compare_exchange(). @go `CompareAndSwap`.
    template <class K, class V>
        requires(!detail::taken_as_const<V, any>)
    bool compare_exchange(const K& key, const any& expected, V&& desired) {
        check_comparable(expected);
        return base::compare_exchange(key, expected, std::forward<V>(desired));
    }
    /// The same for bit-fields and members of packed structures, as `desired` (`key` and `expected` are always
    /// taken so).
    /// @otherwise as compare_exchange() above. @go `CompareAndSwap`.
    template <class K, class V>
        requires detail::taken_as_const<V&, any>
    SYNCMAP_INLINE bool compare_exchange(const K& key, const any& expected, const V& desired) {
        return compare_exchange<K, const V&>(key, expected, desired);
    }

    /// Removes `key` if its value equals `expected`, likewise; returns whether it did.
    /// @may_throw incomparable_value if the type of `expected` has no ==, before anything else is done.
    /// @otherwise as map::compare_and_erase(). @go `CompareAndDelete`.
    template <class K>
    bool compare_and_erase(const K& key, const any& expected) {
        check_comparable(expected);
        return base::compare_and_erase(key, expected);
    }

private:
    static void check_comparable(const any& expected) {
        if (!expected.comparable()) {
            detail::throw_incomparable_value(
                "syncmap::any_map: the type of the expected value has no ==");
        }
    }
};

}  // namespace syncmap::inline v0
