// SPDX-License-Identifier: BSL-1.0
//
// The version of syncmap. This is the only place that has it: CMake, Meson, Conan and the packages read it here.
// The inline namespace is that of the major version. Every header of the folder includes this one.
#pragma once

#if defined(SYNCMAP_SINGLE_HEADER)
#error "syncmap: the single header comes before headers of the folder: include one or the other"
#endif

#define SYNCMAP_VERSION_MAJOR 0
#define SYNCMAP_VERSION_MINOR 2
#define SYNCMAP_VERSION_PATCH 0

namespace syncmap::inline v0 {

inline constexpr int version_major = SYNCMAP_VERSION_MAJOR;  ///< the interface: changes break it
inline constexpr int version_minor = SYNCMAP_VERSION_MINOR;  ///< additions; 0.x may break too
inline constexpr int version_patch = SYNCMAP_VERSION_PATCH;  ///< repairs

#define SYNCMAP_TEXT_OF(major, minor, patch) #major "." #minor "." #patch
#define SYNCMAP_TEXT(major, minor, patch) SYNCMAP_TEXT_OF(major, minor, patch)
/// The three as text, "MAJOR.MINOR.PATCH".
inline constexpr const char* version_string =
    SYNCMAP_TEXT(SYNCMAP_VERSION_MAJOR, SYNCMAP_VERSION_MINOR, SYNCMAP_VERSION_PATCH);
#undef SYNCMAP_TEXT
#undef SYNCMAP_TEXT_OF

}  // namespace syncmap::inline v0
