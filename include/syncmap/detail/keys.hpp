// SPDX-License-Identifier: BSL-1.0
//
// What members take as a key (or value), and what becomes of it before it is hashed.
//
// I1  What a map can be asked for it can also be given: looking up and inserting decide alike.
// I2  Nothing is instantiated with what is no key: who has been told so by one static_assert gets a no_key in its place.
// Used by map.hpp.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "standard.hpp"

namespace syncmap::inline v0::detail {

/// Whether X can be looked into. The answer to one who asks does not change, so each has to ask for himself.
template <class X, class WhoAsks>
concept complete = requires(WhoAsks*) { sizeof(X); };

/// Whether Hash and KeyEqual take keys; true as long as Key is not complete, which a map's or set's is that is a
/// member of its own key.
template <class Hash, class Key, class WhoAsks>
consteval bool hashes() {
    if constexpr (complete<Key, WhoAsks>) {
        return std::is_invocable_r_v<std::size_t, const Hash&, const Key&>;
    } else {
        return true;
    }
}
template <class KeyEqual, class Key, class WhoAsks>
consteval bool compares() {
    if constexpr (complete<Key, WhoAsks>) {
        return std::is_invocable_r_v<bool, const KeyEqual&, const Key&, const Key&>;
    } else {
        return true;
    }
}

/// What a string can be viewed as, if Key is one or is such a view; else void.
template <class Key>
struct view_of {
    using type = void;
};
template <class C, class Traits, class Allocator>
struct view_of<std::basic_string<C, Traits, Allocator>> {
    using type = std::basic_string_view<C, Traits>;
};
template <class C, class Traits>
struct view_of<std::basic_string_view<C, Traits>> {
    using type = std::basic_string_view<C, Traits>;
};

enum class key_use {
    as_it_is,   ///< a Key, or what Hash and KeyEqual take as well
    as_view,    ///< converts to a view of characters, as Key does
    as_array,   ///< is one, and Key a pointer to its elements
    converted,  ///< converts to Key
    none,       ///< is no key
};

/// What members with transparent functions do with a K that they do not convert to Key; else `none`.
template <class K, class Key, class Hash, class KeyEqual>
consteval key_use transparent_use() {
    using seen = const std::remove_reference_t<K>&;
    using view = typename view_of<Key>::type;
    if constexpr (requires {
                      typename Hash::is_transparent;
                      typename KeyEqual::is_transparent;
                  }) {
        if constexpr (std::is_invocable_r_v<std::size_t, const Hash&, seen> &&
                      std::is_invocable_r_v<bool, const KeyEqual&, const Key&, seen>) {
            return key_use::as_it_is;
        } else if constexpr (!std::is_void_v<view>) {
            if constexpr (std::is_convertible_v<seen, view> &&
                          std::is_invocable_r_v<std::size_t, const Hash&, const view&> &&
                          std::is_invocable_r_v<bool, const KeyEqual&, const Key&, const view&>) {
                return key_use::as_view;
            }
        }
    }
    return key_use::none;
}

/// What becomes of a K, as it was deduced from a forwarding reference; `const X&` where a key is looked up.
template <class K, class Key, class Hash, class KeyEqual>
consteval key_use use_of() {
    using object = std::remove_cvref_t<K>;
    // It converts to a pointer to characters, but there are none.
    constexpr bool no_text =
        std::is_null_pointer_v<object> && !std::is_void_v<typename view_of<Key>::type>;
    if constexpr (std::is_same_v<object, Key>) {
        return key_use::as_it_is;
    } else if constexpr (transparent_use<K, Key, Hash, KeyEqual>() != key_use::none) {
        return no_text ? key_use::none : transparent_use<K, Key, Hash, KeyEqual>();
    } else if constexpr (std::is_convertible_v<K, Key>) {
        return no_text ? key_use::none : key_use::converted;
    } else if constexpr (std::is_pointer_v<Key> && std::is_array_v<object>) {
        // An array that is not const, and could be given as a key, looks as if it were behind this reference.
        using element = std::remove_cv_t<std::remove_extent_t<object>>;
        return std::is_convertible_v<element*, Key> ? key_use::as_array : key_use::none;
    } else {
        return key_use::none;
    }
}

/// An argument deduced as X, for a Wanted, that is taken by reference to const: an lvalue that may be a bit-field or a
/// member of a packed structure, to which no other reference can be bound. It makes no difference to the rest of these.
template <class X, class Wanted>
concept taken_as_const =
    std::is_lvalue_reference_v<X> && !std::is_const_v<std::remove_reference_t<X>> &&
    std::is_object_v<std::remove_reference_t<X>> && !std::is_array_v<std::remove_reference_t<X>> &&
    std::is_trivially_copyable_v<std::remove_reference_t<X>> &&
    std::is_constructible_v<Wanted, const std::remove_reference_t<X>&>;

/// In place of what is no key, in code that is never run.
template <class Key>
[[noreturn]] inline Key&& no_key() noexcept {
    std::abort();
}

}  // namespace syncmap::inline v0::detail
