// SPDX-License-Identifier: BSL-1.0
//
// The members of syncmap::map, called as a litmus test wants them.
#pragma once

#include <algorithm>

#include <syncmap/map.hpp>

#include "adapter.hpp"

namespace litmus {

struct map_members {
    static inline const std::vector<member> all = [] {
        std::vector<member> list;
        for (std::size_t i = 0; i < members; ++i) {
            list.push_back(static_cast<member>(i));
        }
        return list;
    }();

    template <class Map, class Key, class T, class Number>
    static result make(Map& map, const call& c, const Key& key, const T& argument,
                       const T& expected, Number number) {
        const auto of_optional = [&](const std::optional<T>& v) { return v ? number(*v) : absent; };
        const auto of_pair = [&](const T& v, bool found) {
            return static_cast<result>(number(v) | (found ? was_there : 0));
        };
        const auto same = [&](const auto& other) { return static_cast<bool>(other == key); };
        result seen = absent;
        const auto look = [&](const T& now) { seen = number(now); };
        switch (c.what) {
        case member::load: return of_optional(map.load(key));
        case member::contains: return map.contains(key);
        case member::visit: {
            const bool present = map.visit(key, look);
            return agree(present, seen);
        }
        case member::pin: {
            const auto handle = map.pin(key);
            return handle ? number(*handle) : absent;
        }
        case member::load_many: {
            std::array<std::optional<T>, 1> now;
            const std::size_t count = map.load_many(std::span(&key, 1), now);
            return agree(count == 1, of_optional(now[0]));
        }
        case member::visit_many: {
            const std::size_t count =
                map.visit_many(std::span(&key, 1), [&](std::size_t, const T& now) { look(now); });
            return agree(count == 1, seen);
        }
        case member::for_each:
        case member::parts: {
            const auto find = [&](const auto& other, const T& now) {
                if (same(other)) {
                    look(now);
                }
                return seen == absent;
            };
            if (c.what == member::for_each) {
                map.for_each(find);
            } else {
                for (std::size_t part = 0; part < 3 && seen == absent; ++part) {
                    map.for_each(part, 3, find);
                }
            }
            return seen;
        }
        case member::snapshot:
            for (const auto& [other, now] : map.snapshot()) {
                if (same(other)) {
                    look(now);
                }
            }
            return seen;
        case member::load_or_store: {
            const auto [now, found] = map.load_or_store(key, argument);
            return of_pair(now, found);
        }
        case member::load_or_compute: {
            const auto [now, found] =
                map.load_or_compute(key, [&]() -> const T& { return argument; });
            return of_pair(now, found);
        }
        case member::try_emplace: {
            const auto [handle, inserted] = map.try_emplace(key, argument);
            return of_pair(*handle, !inserted);
        }
        case member::compare_exchange: return map.compare_exchange(key, expected, argument);
        case member::compare_and_erase: return map.compare_and_erase(key, expected);
        case member::erase: return map.erase(key);
        case member::load_and_erase: return of_optional(map.load_and_erase(key));
        case member::store: map.store(key, argument); return 0;
        case member::exchange: return of_optional(map.exchange(key, argument));
        case member::update_put:
        case member::update_erase:
            map.update(key, [&](const T* now) {
                seen = now != nullptr ? number(*now) : absent;
                return c.what == member::update_put ? std::optional<T>(argument) : std::nullopt;
            });
            return seen;
        case member::update_keep:
            return of_optional(map.update(key, [](const T*) { return syncmap::unchanged; }));
        case member::erase_one:
            return map.erase_if(key, [&](const T& now) { return number(now) == c.expected; });
        case member::erase_if:
            return static_cast<result>(
                map.erase_if([&](const auto& other, const T&) { return same(other); }));
        case member::clear: map.clear(); return 0;
        }
        return nonsense;
    }

private:
    static result agree(bool present, result seen) noexcept {
        return present == (seen != absent) ? seen : nonsense;
    }
};

}  // namespace litmus
