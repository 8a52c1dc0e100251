// SPDX-License-Identifier: BSL-1.0
//
// syncmap::any: an immutable value of any type, what Go calls `any`.
//
// Two are equal when their types are the same and their values are, by ==. Copies share the value, which is
// never changed; small trivially copyable values live inside. Differs from std::any: comparable, hashable,
// never copies what it holds (so move-only types will do), works without RTTI.
#pragma once

#include <any>
#include <atomic>
#include <concepts>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include "change.hpp"
#include "detail/platform.hpp"
#include "hash.hpp"

#if defined(__cpp_rtti)
#include <typeinfo>
#endif

namespace syncmap::inline v0 {

/// Thrown when values are to be compared whose type has no operator==, or hashed whose type has no hash.
/// @otherwise as std::logic_error.
class incomparable_value : public std::logic_error {
public:
    using std::logic_error::logic_error;
};

class any;

template <class V>
[[nodiscard]] const V* any_cast(const any* a) noexcept;

namespace detail {

[[noreturn]] inline void throw_incomparable_value(const char* what) {
#if defined(__cpp_exceptions)
    throw incomparable_value(what);
#else
    die(what);
#endif
}

/// What a value is stored as: itself, but text as a std::string, which owns it.
template <class V>
struct stored_as {
    using type = std::decay_t<V>;
};
template <class V>
    requires(std::convertible_to<V, std::string_view> &&
             !std::same_as<std::remove_cvref_t<V>, std::nullptr_t>)
struct stored_as<V> {
    using type = std::string;
};
template <class V>
using stored = typename stored_as<V>::type;

/// Whether values can be compared. The == of containers, pairs, tuples and the like is there whatever is in them, so
/// these are asked for their elements.
template <class V>
struct equality {
    static constexpr bool value = [] {
        if constexpr (requires(const V& v) {
                          { v == v } -> std::convertible_to<bool>;
                      }) {
            if constexpr (requires(const V& v) {
                              typename V::value_type;
                              v.begin() == v.end();
                          }) {
                return std::same_as<typename V::value_type, V> ||
                       equality<typename V::value_type>::value;
            } else {
                return true;
            }
        } else {
            return false;
        }
    }();
};
template <class A, class B>
struct equality<std::pair<A, B>> {
    static constexpr bool value =
        equality<std::remove_cv_t<A>>::value && equality<std::remove_cv_t<B>>::value;
};
template <class... E>
struct equality<std::tuple<E...>> {
    static constexpr bool value = (equality<std::remove_cvref_t<E>>::value && ...);
};
template <class... E>
struct equality<std::variant<E...>> {
    static constexpr bool value = (equality<std::remove_cv_t<E>>::value && ...);
};
template <class E>
struct equality<std::optional<E>> {
    static constexpr bool value = equality<std::remove_cv_t<E>>::value;
};
template <class V>
concept has_equality = equality<V>::value;
template <class V>
concept has_hash = requires(const V& v) {
    { hash<V>{}(v) } -> std::convertible_to<std::size_t>;
};

/// Tells types apart, also between shared libraries where there is RTTI to ask.
struct type_key {
#if defined(__cpp_rtti)
    const std::type_info* info;
    friend bool operator==(const type_key& a, const type_key& b) noexcept {
        return *a.info == *b.info;
    }
    [[nodiscard]] std::size_t hash_code() const noexcept { return info->hash_code(); }
#else
    const void* address;
    friend bool operator==(const type_key&, const type_key&) = default;
    [[nodiscard]] std::size_t hash_code() const noexcept {
        return reinterpret_cast<std::uintptr_t>(address);
    }
#endif
};

#if !defined(__cpp_rtti)
template <class V>
inline constexpr char type_address = 0;
#endif

template <class V>
[[nodiscard]] type_key type_key_of() noexcept {
#if defined(__cpp_rtti)
    return {&typeid(V)};
#else
    return {&type_address<V>};
#endif
}

/// The hash of a value in an any map: of its type and its own.
template <class V, class Seen>
[[nodiscard]] std::size_t typed_hash(const Seen& value) {
    return cut_to<std::size_t>(fold(hash<V>{}(value) ^ 0x9e3779b97f4a7c15,
                                    type_key_of<V>().hash_code() ^ 0xd6e8feb86659fd93));
}

/// What an any can do with what it holds.
struct any_operations {
    type_key type;
    const void* (*get)(const void* storage) noexcept;
    void (*copy)(const void* from, void* to) noexcept;
    void (*destroy)(void* storage) noexcept;
    bool (*equal)(const void* a, const void* b);  ///< null: the type has no ==
    std::size_t (*hashed)(const void* value);     ///< null: the type has no hash
};

template <class V>
inline constexpr bool any_holds_inside =
    std::is_trivially_copyable_v<V> && std::is_trivially_copy_constructible_v<V> &&
    std::is_trivially_destructible_v<V> && sizeof(V) <= 16 && alignof(V) <= alignof(void*);

/// A value on the heap that several anys share.
template <class V>
struct shared_value {
    template <class... Args>
    explicit shared_value(Args&&... args) : value(std::forward<Args>(args)...) {}
    std::atomic<std::size_t> owners{1};
    const V value;
};

template <class V>
[[nodiscard]] shared_value<V>* shared_in(const void* storage) noexcept {
    return *static_cast<shared_value<V>* const*>(storage);
}

template <class V>
const any_operations& any_operations_for() noexcept {
    static const any_operations table = [] {
        any_operations t{type_key_of<V>(), nullptr, nullptr, nullptr, nullptr, nullptr};
        if constexpr (any_holds_inside<V>) {
            t.get = [](const void* storage) noexcept { return storage; };
            t.copy = [](const void* from, void* to) noexcept { std::memcpy(to, from, sizeof(V)); };
            t.destroy = [](void*) noexcept {};
        } else {
            t.get = [](const void* storage) noexcept {
                return static_cast<const void*>(std::addressof(shared_in<V>(storage)->value));
            };
            t.copy = [](const void* from, void* to) noexcept {
                shared_in<V>(from)->owners.fetch_add(1, std::memory_order_relaxed);
                std::memcpy(to, from, sizeof(shared_value<V>*));
            };
            t.destroy = [](void* storage) noexcept {
                shared_value<V>* const s = shared_in<V>(storage);
                // acq_rel, with itself: whoever is last sees what all others did with the value.
                if (s->owners.fetch_sub(1, std::memory_order_acq_rel) == 1) {
                    delete s;
                }
            };
        }
        if constexpr (has_equality<V>) {
            t.equal = [](const void* a, const void* b) {
                return static_cast<bool>(
                    std::equal_to<>{}(*static_cast<const V*>(a), *static_cast<const V*>(b)));
            };
        }
        if constexpr (has_hash<V>) {
            t.hashed = [](const void* value) {
                return detail::typed_hash<V>(*static_cast<const V*>(value));
            };
        }
        return t;
    }();
    return table;
}

}  // namespace detail

/// An immutable value of any type, or none: what Go calls `any`. Copying never copies the value: copies
/// share it. Different objects may be used by different threads, also where they share a value.
/// @progress Wait-free, beside the value's own constructor, destructor and ==. @complexity O(1) beside
/// those.
/// @may_throw Nothing, unless a member names some.
class any {
public:
    any() noexcept = default;  ///< holds nothing

    /// Holds `value`, moved or copied into it; text (literals, views, pointers to characters) as std::string.
    /// @may_throw What that throws, and `std::bad_alloc`.
    template <class V>
        requires(!std::same_as<std::remove_cvref_t<V>, any> &&
                 !std::same_as<std::remove_cvref_t<V>, unchanged_t>)
    any(V&& value)  // NOLINT(*-explicit-*): a value of any type is an any
        : operations_(&detail::any_operations_for<detail::stored<V>>()) {
        using kept = detail::stored<V>;
        if constexpr (detail::any_holds_inside<kept>) {
            ::new (static_cast<void*>(storage_)) kept(std::forward<V>(value));
        } else {
            auto* const made = new detail::shared_value<kept>(std::forward<V>(value));
            ::new (static_cast<void*>(storage_)) detail::shared_value<kept>*(made);
        }
    }

    /// Shares the value of `other`.
    any(const any& other) noexcept : operations_(other.operations_) {
        if (operations_ != nullptr) {
            operations_->copy(other.storage_, storage_);
        }
    }
    /// Takes over the value of `other`, which holds nothing then.
    any(any&& other) noexcept : operations_(std::exchange(other.operations_, nullptr)) {
        std::memcpy(storage_, other.storage_, sizeof(storage_));
    }
    /// Lets the value go, and shares (or takes over) the one of `other`.
    any& operator=(any other) noexcept {
        swap(*this, other);
        return *this;
    }
    /// Lets the value go; the last one that shares it destroys it.
    ~any() {
        if (operations_ != nullptr) {
            operations_->destroy(storage_);
        }
    }
    /// Exchanges the values of `a` and `b`.
    friend void swap(any& a, any& b) noexcept {
        std::swap(a.operations_, b.operations_);
        std::swap(a.storage_, b.storage_);
    }

    /// Whether it holds a value.
    [[nodiscard]] bool has_value() const noexcept { return operations_ != nullptr; }
    /// Whether it holds a V, exactly.
    template <class V>
    [[nodiscard]] bool holds() const noexcept {
        return operations_ != nullptr && operations_->type == detail::type_key_of<V>();
    }
    /// Whether it may stand on either side of == without an incomparable_value. @go `reflect.Value.Comparable`.
    [[nodiscard]] bool comparable() const noexcept {
        return operations_ == nullptr || operations_->equal != nullptr;
    }
#if defined(__cpp_rtti)
    /// The type of the value, or `void` if there is none. Only where there is RTTI.
    [[nodiscard]] const std::type_info& type() const noexcept {
        return operations_ != nullptr ? *operations_->type.info : typeid(void);
    }
#endif

    /// Whether `a` and `b` hold values of the same type that are equal, or both hold nothing.
    /// @may_throw incomparable_value if the types are the same and have no ==, and what == throws.
    /// @go `==`, which panics then.
    friend bool operator==(const any& a, const any& b) {
        if (a.operations_ == nullptr || b.operations_ == nullptr) {
            return a.operations_ == b.operations_;
        }
        if (!(a.operations_->type == b.operations_->type)) {
            return false;
        }
        if (a.operations_->equal == nullptr) {
            detail::throw_incomparable_value(
                "syncmap::any: values of a type without == were compared");
        }
        return a.operations_->equal(a.operations_->get(a.storage_), b.operations_->get(b.storage_));
    }

private:
    template <class V>
    friend const V* any_cast(const any* a) noexcept;
    friend struct any_hash;

    const detail::any_operations* operations_ = nullptr;
    alignas(void*) std::byte storage_[16] = {};
};

/// The value, if `a` is there and holds a V exactly, otherwise nullptr. It lives as long as `a` is not
/// changed.
/// @progress Wait-free. @complexity O(1). @go `v, ok := a.(V)`.
template <class V>
[[nodiscard]] const V* any_cast(const any* a) noexcept {
    static_assert(std::is_same_v<V, std::remove_cvref_t<V>>,
                  "syncmap::any_cast<V>: name the type itself, without const or reference");
    return a != nullptr && a->holds<V>() ? static_cast<const V*>(a->operations_->get(a->storage_))
                                         : nullptr;
}

/// A copy of the value in `a`.
/// @progress Wait-free, beside the copy. @complexity O(1) beside the copy. @go `a.(V)`.
/// @may_throw `std::bad_any_cast` if `a` does not hold a V exactly; what the copy throws.
template <class V>
[[nodiscard]] V any_cast(const any& a) {
    const V* const value = any_cast<V>(&a);
    if (value == nullptr) {
#if defined(__cpp_exceptions)
        throw std::bad_any_cast();
#else
        detail::die("any_cast: the value is of another type");
#endif
    }
    return *value;
}

/// The same for `a` as any_map's loads return it.
/// @progress Wait-free, beside the copy. @complexity O(1) beside the copy. @go `a.(V)`.
/// @may_throw `std::bad_any_cast` if `a` is nullopt or does not hold a V exactly; what the copy throws.
template <class V>
[[nodiscard]] V any_cast(const std::optional<any>& a) {
    return any_cast<V>(a ? *a : any());
}

/// Hashes an any, and what could be put into one, alike.
/// @progress Wait-free. @complexity That of the value's own hash.
/// @may_throw incomparable_value for a value without hash (where it is known at compile time, an error),
/// and what the value's own hash throws.
struct any_hash {
    using is_avalanching = void;  ///< all bits are good: maps use the result as it is
    using is_transparent = void;  ///< takes what could be put into an any, too

    /// The hash of what `a` holds, and of its type.
    [[nodiscard]] std::size_t operator()(const any& a) const {
        if (a.operations_ == nullptr) {
            return 0;
        }
        if (a.operations_->hashed == nullptr) {
            detail::throw_incomparable_value(
                "syncmap::any: a value of a type without hash was used as a key");
        }
        return a.operations_->hashed(a.operations_->get(a.storage_));
    }
    /// The hash of an any that holds `value`; makes none.
    template <class V>
        requires(!std::same_as<V, any>)
    [[nodiscard]] std::size_t operator()(const V& value) const {
        using kept = detail::stored<const V&>;
        if constexpr (!detail::has_hash<kept> || !detail::has_equality<kept>) {
            static_assert(detail::has_hash<kept> && detail::has_equality<kept>,
                          "syncmap::any_map: a key's type needs std::hash and operator==");
            return 0;
        } else if constexpr (std::same_as<kept, std::string>) {
            return detail::typed_hash<kept>(std::string_view(value));
        } else {
            return detail::typed_hash<kept>(value);
        }
    }
};

/// Compares an any with another one, or with what could be put into one.
/// @progress Wait-free, beside the value's own ==. @complexity That of the value's own ==.
/// @may_throw What == throws; incomparable_value if values of a type without one meet.
struct any_equal {
    using is_transparent = void;  ///< takes what could be put into an any, too

    /// Whether `a` and `b` are equal.
    [[nodiscard]] bool operator()(const any& a, const any& b) const { return a == b; }
    /// Whether `a` equals an any that holds `value`; makes none.
    template <class V>
        requires(!std::same_as<V, any>)
    [[nodiscard]] bool operator()(const any& a, const V& value) const {
        using kept = detail::stored<const V&>;
        const kept* const held = any_cast<kept>(&a);
        if constexpr (!detail::has_equality<kept>) {
            return false;  // said by any_hash
        } else if constexpr (std::same_as<kept, std::string>) {
            return held != nullptr && *held == std::string_view(value);
        } else {
            return held != nullptr && static_cast<bool>(std::equal_to<>{}(*held, value));
        }
    }
};

}  // namespace syncmap::inline v0
