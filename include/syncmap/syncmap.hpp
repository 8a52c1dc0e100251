// SPDX-License-Identifier: BSL-1.0
//
// Everything: syncmap::map, syncmap::set, syncmap::any_map, syncmap::change, syncmap::hash, syncmap::in_place,
// syncmap::pinned, syncmap::recyclable, syncmap::map_stats, and the version.
#pragma once

#include "any_map.hpp"
#include "change.hpp"
#include "format.hpp"
#include "hash.hpp"
#include "in_place.hpp"
#include "map.hpp"
#include "pinned.hpp"
#include "recyclable.hpp"
#include "set.hpp"
#include "stats.hpp"
#include "version.hpp"
