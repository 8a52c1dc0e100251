// SPDX-License-Identifier: BSL-1.0
//
// What is used of <functional>, <memory> and <ranges>: calling whatever can be called, equal_to, allocator_traits,
// the concepts of ranges. All of these take longer to compile than the map does, so where the standard library is libstdc++
// they are not included as a whole.
#pragma once

#include <cstddef>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

#if defined(__GLIBCXX__)  // <span> has the concepts of ranges
#include <bits/alloc_traits.h>
#include <bits/ptr_traits.h>
#include <bits/stl_construct.h>
#include <bits/stl_function.h>
#else
#include <functional>
#include <memory>
#include <ranges>
#endif

#include "platform.hpp"

namespace syncmap::inline v0::detail {

/// As std::ranges::distance, which libc++ 14 has not. Goes through those ranges only that do not know their size.
template <class Range>
constexpr std::size_t length_of(Range& range) {
    if constexpr (std::ranges::sized_range<Range>) {
        return cut_to<std::size_t>(std::ranges::size(range));
    } else {
        std::size_t length = 0;
        const auto end = std::ranges::end(range);
        for (auto at = std::ranges::begin(range); at != end; ++at) {
            ++length;
        }
        return length;
    }
}

/// As std::invoke.
template <class F, class... Args>
constexpr std::invoke_result_t<F, Args...>
call(F&& f, Args&&... args) noexcept(std::is_nothrow_invocable_v<F, Args...>) {
    if constexpr (std::is_member_pointer_v<std::remove_cvref_t<F>>) {
        return std::apply(std::forward<F>(f), std::forward_as_tuple(std::forward<Args>(args)...));
    } else {
        return std::forward<F>(f)(std::forward<Args>(args)...);
    }
}

}  // namespace syncmap::inline v0::detail
