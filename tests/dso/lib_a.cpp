// SPDX-License-Identifier: BSL-1.0
//
// The library that owns the maps.
#include "change.hpp"

shared_maps* make_maps() { return new shared_maps; }

void destroy_maps(shared_maps* maps) { delete maps; }

void change_in_a(shared_maps& maps, std::uint64_t seed, std::size_t rounds) {
    change_all(maps, seed, rounds);
}
