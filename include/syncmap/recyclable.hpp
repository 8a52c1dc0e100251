// SPDX-License-Identifier: BSL-1.0
//
// syncmap::recyclable: which values a map may assign to, long after they have been replaced, instead of
// destroying them and making others.
#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include "version.hpp"

namespace syncmap::inline v0 {

/// Whether a T that was assigned a value cannot be told from one that was made with it. A map uses replaced values
/// of such types again, for its next writes: so in the long run a store over a `std::string` allocates nothing.
///
/// True for `std::basic_string`, `std::vector` of trivially copyable elements (both with the standard
/// allocator), and what is trivially destructible (which is made anew, in memory that is used again).
/// Specialise it, before the first map of the type, for other types that hold nothing but memory, and where
/// assigning means the same as constructing:
///
///     template <> inline constexpr bool syncmap::recyclable<my_text> = true;
///
/// How many a map keeps for that is bounded (`docs/guarantees.md`, H); none with a `capacity()` of more than 512
/// bytes is kept, and `reclaim()` gives them back. Where the allocator constructs or destroys in a way of its own nothing is
/// used again.
template <class T>
inline constexpr bool recyclable = std::is_trivially_destructible_v<T>;
template <class Char, class Traits>
inline constexpr bool recyclable<std::basic_string<Char, Traits>> = true;
template <class Element>
inline constexpr bool recyclable<std::vector<Element>> = std::is_trivially_copyable_v<Element>;

}  // namespace syncmap::inline v0
