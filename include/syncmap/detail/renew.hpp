// SPDX-License-Identifier: BSL-1.0
//
// Making an object of what is left of another one of its type, where recyclable.hpp allows it.
// Used by memory.hpp.
#pragma once

#include <cstddef>
#include <utility>

#include "../recyclable.hpp"
#include "standard.hpp"

namespace syncmap::inline v0::detail {

/// Whether renew() does with these arguments what constructing would do.
template <class X, class... Args>
inline constexpr bool can_renew =
    recyclable<X> && (std::is_trivially_destructible_v<X> ||
                      (sizeof...(Args) == 1 && (std::is_convertible_v<Args, X> && ...) &&
                       (std::is_assignable_v<X&, Args> && ...)));

template <class X, class... Args>
void renew(X& what, Args&&... args) {
    if constexpr (std::is_trivially_destructible_v<X>) {
        std::construct_at(std::addressof(what), std::forward<Args>(args)...);
    } else {
        static_cast<void>((what = ... = std::forward<Args>(args)));
    }
}

/// Whether it does not have much more memory than the next one is likely to need.
template <class X>
bool worth_renewing([[maybe_unused]] const X& what) noexcept {
    if constexpr (requires { what.capacity() * sizeof(*what.data()); }) {
        return what.capacity() * sizeof(*what.data()) <= 512;
    } else {
        return true;
    }
}

}  // namespace syncmap::inline v0::detail
