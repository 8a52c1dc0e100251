// SPDX-License-Identifier: BSL-1.0
//
// syncmap::in_place: says that values of a type are changed where they are.
#pragma once

#include "version.hpp"

namespace syncmap::inline v0 {

/// Whether values of type T are changed in place, by `mutable` members, through what a map lends (map::visit(),
/// map::pin(), map::try_emplace(), map::for_each()).
///
/// A T of at most 8 bytes that is trivially copyable is kept as a word, and lent as a copy: what is changed of the
/// copy is lost, and nothing can say so. Where this is true each T has a place of its own, as larger ones have,
/// which is what is lent.
///
/// A `mutable std::atomic` member needs none of this: it makes T one that is not trivially copyable. This is for
/// types that have to be, and are changed by `std::atomic_ref`, say, or under a lock that is elsewhere:
///
///     template <> inline constexpr bool syncmap::in_place<counter> = true;
///
/// right after the type, before a member of a map of it is used, and in every file alike.
///
/// Go: none; pointers are stored there.
template <class T>
inline constexpr bool in_place = false;

}  // namespace syncmap::inline v0
