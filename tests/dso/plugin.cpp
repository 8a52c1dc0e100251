// SPDX-License-Identifier: BSL-1.0
//
// A library that is closed again while maps that it has changed live on.
#include "change.hpp"

extern "C" EXPORTED void change_in_plugin(shared_maps& maps, std::uint64_t seed,
                                          std::size_t rounds) {
    change_all(maps, seed, rounds);
    // Garbage that was made here, destroyed only when the plugin is gone if nobody reclaims it.
    for (std::uint64_t n = 0; n < keys; ++n) maps.texts.store(text(n), text(n + 1));
}
