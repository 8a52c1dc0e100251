// SPDX-License-Identifier: BSL-1.0
//
// syncmap::change: what the function that is given to map::update() answers.
#pragma once

#include <cstddef>
#include <optional>
#include <type_traits>
#include <utility>

#include "version.hpp"

namespace syncmap::inline v0 {

namespace detail {
template <class Key, class T, class Hash, class KeyEqual, class Allocator>
class operations;
}

/// The type of `unchanged`.
struct unchanged_t {
    /// Not from `{}`, which stands for no answer in particular.
    /// @progress Wait-free. @complexity O(1).
    explicit constexpr unchanged_t(std::nullptr_t) noexcept {}
};

/// The answer of a function given to map::update() that the entry is to stay as it is: there, with the very value that
/// it has, or absent. Nothing is allocated or written then.
inline constexpr unchanged_t unchanged{nullptr};

/// What a function that is given to map::update() may answer: a new value, `std::nullopt` to erase, or `unchanged`.
///
///     m.update(key, [](const int* now) -> syncmap::change<int> {
///         if (now != nullptr && *now == 0) return std::nullopt;
///         if (now != nullptr && *now >= 100) return syncmap::unchanged;
///         return now != nullptr ? *now + 1 : 1;
///     });
///
/// Where it has no use for `unchanged`, the function may return a `std::optional<T>` just as well. T may be one that
/// can be moved only.
template <class T>
class change {
    template <class U>
    struct is_answer : std::is_same<U, unchanged_t> {};
    template <class U>
    struct is_answer<change<U>> : std::true_type {};

public:
    /// Leaves the entry as it is.
    /// @progress Wait-free. @complexity O(1).
    constexpr change(unchanged_t) noexcept : leaves_(true) {}  // NOLINT(*-explicit-*)
    /// A new value, or none: `value` is anything that converts to a `std::optional<T>`, as T and `std::nullopt` do.
    /// @progress That of the conversion. @complexity O(1) beside the conversion.
    /// @may_throw What the conversion throws.
    template <class U>
        requires(!is_answer<std::remove_cvref_t<U>>::value &&
                 std::is_convertible_v<U, std::optional<T>>)
    constexpr change(U&& value)  // NOLINT(*-explicit-*)
        : value_(std::forward<U>(value)) {}

    /// Whether it is `unchanged`.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] constexpr bool leaves_unchanged() const noexcept { return leaves_; }
    /// The new value, or nullopt: to erase, or if leaves_unchanged(). For those who apply it to something else than a map.
    /// @progress Wait-free. @complexity O(1). @may_throw Nothing.
    [[nodiscard]] constexpr const std::optional<T>& value() const& noexcept { return value_; }
    /// The same, to be moved from.
    /// @otherwise as value() above.
    [[nodiscard]] constexpr std::optional<T>&& value() && noexcept { return std::move(value_); }

private:
    template <class, class, class, class, class>
    friend class detail::operations;

    std::optional<T> value_{};
    bool leaves_ = false;
};

}  // namespace syncmap::inline v0
