// SPDX-License-Identifier: BSL-1.0
#include "to_json.hpp"

namespace machine {

namespace {

using nlohmann::json;

/// The heirs of a bucket of `read`, in a table of other size.
json heirs_of(std::size_t bucket, const table_look& read, const table_look& dirty) {
    const syncmap::detail::unit_map units(read.bits, dirty.bits);
    json heirs = json::array();
    const std::size_t unit = units.unit_of(bucket);
    for (std::size_t i = 0; i < units.heirs(); ++i) heirs.push_back(units.first_heir(unit) + i);
    return heirs;
}

json to_json(const bucket_look& b) {
    json slots = json::array();
    for (const slot_look& s : b.slots)
        slots.push_back({{"tag", s.tag}, {"key", s.key}, {"value", s.value}});
    return {{"version", b.version}, {"slots", std::move(slots)}};
}

json to_json(const table_look& t, const table_look* heir) {
    json buckets = json::array();
    for (std::size_t i = 0; i < t.buckets(); ++i) {
        json chain = json::array();
        for (const bucket_look& b : t.chains[i]) chain.push_back(to_json(b));
        buckets.push_back(
            {{"begun", t.chains[i].front().begun},
             {"moved", t.moved(i)},
             {"heirs", heir != nullptr && t.moved(i) ? heirs_of(i, t, *heir) : json::array()},
             {"chain", std::move(chain)}});
    }
    return {{"buckets", std::move(buckets)}, {"overflow", t.overflow_buckets}};
}

}  // namespace

const char* name_of(topic about) {
    switch (about) {
    case topic::plain: return "plain";
    case topic::miss: return "miss";
    case topic::moved: return "moved";
    case topic::begun: return "begun";
    case topic::promoted: return "promoted";
    case topic::overflow: return "overflow";
    case topic::cleared: return "cleared";
    case topic::garbage: return "garbage";
    case topic::copied: return "copied";
    }
    return "";
}

const char* name_of(syncmap::reference::entry_state state) {
    using syncmap::reference::entry_state;
    switch (state) {
    case entry_state::absent: return "absent";
    case entry_state::live: return "live";
    case entry_state::nil: return "nil";
    case entry_state::expunged: return "expunged";
    }
    return "";
}

json to_json(const story& told) {
    json all = json::array();
    for (const sentence& s : told) all.push_back({{"topic", name_of(s.about)}, {"text", s.text}});
    return all;
}

json to_json(const map_look& look) {
    const syncmap::map_stats& s = look.stats;
    const table_look* const dirty = look.dirty ? &*look.dirty : nullptr;
    return {{"read", look.read ? to_json(*look.read, dirty) : json()},
            {"dirty", dirty != nullptr ? to_json(*dirty, nullptr) : json()},
            {"stats",
             {{"size", s.size},
              {"buckets", s.buckets},
              {"load", s.load_factor},
              {"amended", s.amended},
              {"misses", s.misses},
              {"promotions", s.promotions},
              {"moved", s.moved_buckets},
              {"overflow", s.overflow_buckets},
              {"retired", s.retired_objects},
              {"bytes", s.retired_bytes}}}};
}

json way_of(std::uint64_t hash, const map_look& look) {
    json way = json::array();
    if (!look.read) return way;
    const std::size_t home = look.read->index(hash);
    way.push_back({false, home});
    if (look.read->moved(home)) way.push_back({true, look.dirty->index(hash)});
    return way;
}

}  // namespace machine
