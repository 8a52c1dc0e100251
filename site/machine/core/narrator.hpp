// SPDX-License-Identifier: BSL-1.0
//
// Says in sentences what an operation did to a map, from what the map looked like before and after
// it.
//
// Nothing here knows the library's code paths: each sentence is read off two looks, so it cannot
// tell of anything that has not happened. The numbers (10 entries a bucket, ...) are the library's
// own constants.
#pragma once

#include <string>
#include <vector>

#include "look.hpp"

namespace machine {

enum class verb { store, load, erase, for_each, clear, reclaim, reserve, shrink };

/// What a sentence is about; the page colours it, and counts some kinds when it is tested.
enum class topic { plain, miss, moved, begun, promoted, overflow, cleared, garbage, copied };

struct sentence {
    topic about;
    std::string text;
};
using story = std::vector<sentence>;

/// An operation on one key, or on all.
struct operation {
    verb what = verb::load;
    std::string key;
    std::uint64_t hash = 0;
    bool boxed = false;    ///< values are in boxes, which are replaced, not in words
    bool present = false;  ///< the key was there before
    std::string found;     ///< by a load; or what for_each() has shown
};

/// "bucket 3", "buckets 3, 4 and 5", and of many only how many.
std::string buckets_named(const std::vector<std::size_t>& which);

/// The buckets of the former `read` that have moved in between.
std::vector<std::size_t> newly_moved(const map_look& before, const map_look& after);

story tell(const operation& o, const map_look& before, const map_look& after);

}  // namespace machine
