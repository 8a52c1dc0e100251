// SPDX-License-Identifier: BSL-1.0
//
// Maps by others, which keep what is demanded here: if they fail, it is the litmus tests that are wrong.
#include <cstdio>

#include "../../tests/reference/classic_sync_map.hpp"
#include "adapter.hpp"

#if __has_include(<boost/unordered/concurrent_flat_map.hpp>)
#include <boost/unordered/concurrent_flat_map.hpp>
#define LITMUS_BOOST 1
#endif

namespace litmus {
namespace {

struct classic_members {
    static inline const std::vector<member> all = {member::load,
                                                   member::for_each,
                                                   member::load_or_store,
                                                   member::compare_exchange,
                                                   member::compare_and_erase,
                                                   member::erase,
                                                   member::load_and_erase,
                                                   member::store,
                                                   member::exchange,
                                                   member::clear};

    template <class Map, class Key, class T, class Number>
    static result make(Map& map, const call& c, const Key& key, const T& argument,
                       const T& expected, Number number) {
        const auto of_optional = [&](const std::optional<T>& v) { return v ? number(*v) : absent; };
        switch (c.what) {
        case member::load: return of_optional(map.load(key));
        case member::for_each: {
            result seen = absent;
            map.for_each([&](const Key& other, const T& now) {
                seen = other == key ? number(now) : seen;
                return seen == absent;
            });
            return seen;
        }
        case member::load_or_store: {
            const auto [now, found] = map.load_or_store(key, argument);
            return static_cast<result>(number(now) | (found ? was_there : 0));
        }
        case member::compare_exchange: return map.compare_exchange(key, expected, argument);
        case member::compare_and_erase: return map.compare_and_erase(key, expected);
        case member::erase: return map.erase(key);
        case member::load_and_erase: return of_optional(map.load_and_erase(key));
        case member::store: map.store(key, argument); return 0;
        case member::exchange: return of_optional(map.exchange(key, argument));
        case member::clear: map.clear(); return 0;
        default: return nonsense;
        }
    }
};

#ifdef LITMUS_BOOST
struct boost_members {
    static inline const std::vector<member> all = {
        member::contains, member::visit, member::try_emplace, member::erase, member::store};

    template <class Map, class Key, class T, class Number>
    static result make(Map& map, const call& c, const Key& key, const T& argument, const T&,
                       Number number) {
        result seen = absent;
        const auto look = [&](const auto& entry) { seen = number(entry.second); };
        switch (c.what) {
        case member::contains: return map.contains(key);
        case member::load:  // for the look at the end
        case member::visit: map.cvisit(key, look); return seen;
        case member::try_emplace: {
            const bool inserted = map.try_emplace_or_cvisit(key, argument, look);
            return inserted ? number(argument) : static_cast<result>(seen | was_there);
        }
        case member::erase: return static_cast<result>(map.erase(key));
        case member::store: map.insert_or_assign(key, argument); return 0;
        default: return nonsense;
        }
    }
};
#endif

}  // namespace

std::vector<layout> controls() {
    using u64 = std::uint64_t;
    struct classic : syncmap::reference::classic_sync_map<u64, u64, hash<u64>> {
        explicit classic(std::size_t) {}
    };
    std::vector<layout> layouts = {
        layout_of<classic, u64, u64, classic_members>("control: classic")};
#ifdef LITMUS_BOOST
    using boost_map = boost::concurrent_flat_map<u64, u64, hash<u64>>;
    layouts.push_back(layout_of<boost_map, u64, u64, boost_members>("control: Boost"));
#else
    std::puts("no boost/unordered/concurrent_flat_map.hpp: left out as a control");
#endif
    for (layout& l : layouts) {
        l.ours = false;
    }
    return layouts;
}

}  // namespace litmus
