// SPDX-License-Identifier: BSL-1.0
//
// Looks and stories as JSON, for the page.
#pragma once

#include <nlohmann/json.hpp>

#include "classic.hpp"

namespace machine {

/// "plain", "miss", ...
const char* name_of(topic about);
const char* name_of(syncmap::reference::entry_state state);

nlohmann::json to_json(const story& told);
nlohmann::json to_json(const map_look& look);

/// The buckets that the key has now, as [in dirty, bucket]: that of `read`, and if it has moved its
/// heir.
nlohmann::json way_of(std::uint64_t hash, const map_look& look);

template <class Key>
nlohmann::json to_json(const classic_look<Key>& look) {
    const auto table = [](const std::map<Key, entry_look>& entries) {
        auto all = nlohmann::json::array();
        for (const auto& [key, e] : entries)
            all.push_back({{"key", text_of(key)}, {"state", name_of(e.state)}, {"value", e.value}});
        return all;
    };
    return {{"read", table(look.read)},
            {"dirty", look.dirty_present ? table(look.dirty) : nlohmann::json()},
            {"amended", look.amended},
            {"misses", look.misses}};
}

}  // namespace machine
