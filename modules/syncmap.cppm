// SPDX-License-Identifier: BSL-1.0
//
// `import syncmap;`: the public names of syncmap.hpp. Macros do not come out of a module: the version is in
// constants too.
module;

#include <syncmap/syncmap.hpp>

export module syncmap;

export namespace syncmap {

using syncmap::any;
using syncmap::any_cast;
using syncmap::any_equal;
using syncmap::any_hash;
using syncmap::any_map;
using syncmap::change;
using syncmap::erase_if;
using syncmap::hash;
using syncmap::in_place;
using syncmap::incomparable_value;
using syncmap::map;
using syncmap::map_stats;
using syncmap::pinned;
using syncmap::recyclable;
using syncmap::set;
using syncmap::unchanged;
using syncmap::unchanged_t;
using syncmap::version_major;
using syncmap::version_minor;
using syncmap::version_patch;
using syncmap::version_string;

}  // namespace syncmap
