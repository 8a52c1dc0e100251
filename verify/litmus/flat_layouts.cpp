// SPDX-License-Identifier: BSL-1.0
//
// Maps and sets whose entries are words in their slots.
#include <syncmap/set.hpp>

#include "map_members.hpp"

namespace litmus {
namespace {

/// A set's keys are there or not: all values are 1.
struct set_members {
    static inline const std::vector<member> all = {
        member::contains,      member::visit_many, member::for_each, member::snapshot,
        member::load_or_store, member::erase,      member::erase_if, member::clear};

    template <class Set, class Key, class T, class Number>
    static result make(Set& set, const call& c, const Key& key, const T&, const T&, Number) {
        const auto same = [&](const Key& other) { return other == key; };
        switch (c.what) {
        case member::contains: return set.contains(key);
        case member::visit_many:
            return static_cast<result>(set.visit_many(std::span(&key, 1), [](std::size_t) {}));
        case member::for_each: {
            result seen = absent;
            set.for_each([&](const Key& other) {
                seen = seen != absent || same(other) ? 1 : absent;
                return seen == absent;
            });
            return seen;
        }
        case member::snapshot: {
            const auto shown = set.snapshot();
            return std::ranges::find(shown, key) != shown.end();
        }
        case member::load_or_store: return set.insert(key) ? 1 : 1 | was_there;
        case member::erase: return set.erase(key);
        case member::erase_if: return static_cast<result>(set.erase_if(same));
        case member::clear: set.clear(); return 0;
        default: return nonsense;
        }
    }
};

}  // namespace

std::vector<layout> flat_layouts() {
    using u64 = std::uint64_t;
    // Compared by the default, for which loads have a way of their own.
    using flat = syncmap::map<u64, u64, hash<u64>>;
    using wide = syncmap::map<words, u64, hash<words>, lingering_equal>;
    using set = syncmap::set<u64, hash<u64>>;
    std::vector<layout> layouts = {
        layout_of<flat, u64, u64, map_members>("flat"),
        layout_of<wide, words, u64, map_members>("flat, key of 2 words"),
        layout_of<set, u64, u64, set_members>("set"),
    };
    layouts[1].halts = true;
    layouts[2].valued = false;
    return layouts;
}

}  // namespace litmus
