// SPDX-License-Identifier: BSL-1.0
//
// The internal states of a map: moving, full, dead, overflowing. Each is driven to by public
// members and checked by stats(); each operation runs on a map that was built for it, as most
// operations move buckets and so leave the state they were meant to meet.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "support.hpp"

namespace support {

inline constexpr std::size_t base_size = 140;  // of 160 that 16 buckets take before they grow

template <class Config>
struct scenario {
    typename Config::map map;
    typename Config::model model;

    void put(std::size_t i) {
        map.store(Config::make_key(i), Config::make_value(i));
        model[Config::make_key(i)] = Config::make_value(i);
    }
    void put(std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) put(i);
    }
    void take(std::size_t i) {
        map.erase(Config::make_key(i));
        model.erase(Config::make_key(i));
    }
    void take(std::size_t first, std::size_t last) {
        for (std::size_t i = first; i < last; ++i) take(i);
    }
    // Overwriting moves buckets and changes nothing else.
    template <class Condition>
    void overwrite_until(Condition reached) {
        for (std::size_t i = 0; i < 100 * base_size && !reached(map.stats()); ++i) {
            const std::size_t n = i * 7 % base_size;
            if (model.contains(Config::make_key(n))) put(n);
        }
    }
    // A table of some 16 buckets whose successor exists, larger or smaller than itself.
    void start_growing() {
        map.reserve(base_size);
        put(0, base_size);
        map.reserve(3000);
    }
    void start_shrinking() {
        map.reserve(160);
        put(0, 20);
        map.shrink_to_fit();
    }
};

template <class Config>
struct state {
    const char* name;
    void (*build)(scenario<Config>&);
};

inline constexpr auto half_moved = [](const syncmap::map_stats& s) {
    return s.moved_buckets * 2 >= s.buckets;
};
inline constexpr auto nearly_all_moved = [](const syncmap::map_stats& s) {
    return s.moved_buckets + move_limit >= s.buckets;
};

template <class Config>
inline const std::vector<state<Config>> spread_states{
    {"empty", [](scenario<Config>& s) { ASSERT_EQ(s.map.stats().buckets, 0u); }},
    {"reserved",
     [](scenario<Config>& s) {
         s.map.reserve(500);
         ASSERT_GE(s.map.stats().buckets, 500u / 14);
     }},
    {"filling",
     [](scenario<Config>& s) {
         s.put(0, 5);
         ASSERT_EQ(s.map.stats().buckets, 1u);
     }},
    {"full, about to grow",
     [](scenario<Config>& s) {
         // The same keys grow a map at the same point each time.
         std::size_t limit = base_size;
         {
             scenario<Config> other;
             other.put(0, limit);
             while (other.map.stats().amended) other.put(0);
             while (!other.map.stats().amended) other.put(limit++);
         }
         s.put(0, base_size);
         while (s.map.stats().amended) s.put(0);
         s.put(base_size, limit - 1);
         ASSERT_FALSE(s.map.stats().amended);
     }},
    {"amended, nothing moved",
     [](scenario<Config>& s) {
         s.start_growing();
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_EQ(s.map.stats().moved_buckets, 0u);
     }},
    {"amended by growth",
     [](scenario<Config>& s) {
         std::size_t i = 0;
         while (i < base_size || !s.map.stats().amended) s.put(i++);
         ASSERT_LE(s.map.stats().moved_buckets, move_limit);
     }},
    {"amended, some moved",
     [](scenario<Config>& s) {
         s.start_growing();
         s.overwrite_until(half_moved);
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_GT(s.map.stats().moved_buckets, 0u);
     }},
    {"amended, nearly all moved",
     [](scenario<Config>& s) {
         s.start_growing();
         s.overwrite_until(nearly_all_moved);
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_GE(s.map.stats().moved_buckets + move_limit, s.map.stats().buckets);
     }},
    {"amended, changed meanwhile",
     [](scenario<Config>& s) {
         s.start_growing();
         s.take(0);
         s.put(2000);
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_GT(s.map.stats().moved_buckets, 0u);
     }},
    {"amended, then moved to another map",
     [](scenario<Config>& s) {
         scenario<Config> other;
         other.start_growing();
         other.overwrite_until(half_moved);
         s.map = std::move(other.map);
         s.model = std::move(other.model);
         ASSERT_TRUE(s.map.stats().amended);
     }},
    {"just promoted",
     [](scenario<Config>& s) {
         s.start_growing();
         s.overwrite_until([](const auto& stats) { return !stats.amended; });
         ASSERT_EQ(s.map.stats().promotions, 1u);
         ASSERT_EQ(s.map.stats().moved_buckets, 0u);
     }},
    {"shrinking by request, nothing moved",
     [](scenario<Config>& s) {
         s.start_shrinking();
         ASSERT_TRUE(s.map.stats().amended);
     }},
    {"shrinking by request, some moved",
     [](scenario<Config>& s) {
         s.start_shrinking();
         s.overwrite_until(half_moved);
         ASSERT_TRUE(s.map.stats().amended);
     }},
    {"shrinking by erasing",
     [](scenario<Config>& s) {
         s.map.reserve(160);
         s.put(0, 100);
         for (std::size_t i = 99; i > 0 && !s.map.stats().amended; --i) s.take(i);
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_GT(s.map.size(), 0u);
     }},
    {"all dead in one bucket",
     [](scenario<Config>& s) {
         s.put(0, 9);
         s.take(0, 9);
         ASSERT_GE(s.map.stats().buckets, 1u);
     }},
    {"all dead in many buckets",
     [](scenario<Config>& s) {
         s.put(0, base_size);
         s.take(0, base_size);
         ASSERT_GE(s.map.stats().buckets, 1u);
     }},
    {"churned",
     [](scenario<Config>& s) {
         s.put(0, base_size);
         for (std::size_t i = 0; i < 600; ++i) {
             s.take(i);
             s.put(i + base_size);
         }
         ASSERT_EQ(s.map.size(), base_size);
     }},
    {"cleared",
     [](scenario<Config>& s) {
         s.start_growing();
         s.overwrite_until(half_moved);
         s.map.clear();
         s.model.clear();
         ASSERT_FALSE(s.map.stats().amended);
     }},
    {"moved from",
     [](scenario<Config>& s) {
         s.start_growing();
         s.overwrite_until(half_moved);
         const typename Config::map other(std::move(s.map));
         s.model.clear();
         ASSERT_FALSE(s.map.stats().amended);
     }},
};

// All keys in one chain of overflow buckets.
template <class Config>
inline const std::vector<state<Config>> colliding_states{
    {"overflowing",
     [](scenario<Config>& s) {
         s.put(0, 60);
         ASSERT_GT(s.map.stats().overflow_buckets, 0u);
     }},
    {"overflowing, with holes",
     [](scenario<Config>& s) {
         s.put(0, 60);
         for (std::size_t i = 0; i < 60; i += 2) s.take(i);
         ASSERT_EQ(s.map.size(), 30u);
     }},
    {"overflowing, holes filled again",
     [](scenario<Config>& s) {
         s.put(0, 60);
         for (std::size_t i = 0; i < 60; i += 2) s.take(i);
         s.put(1000, 1030);
         ASSERT_EQ(s.map.size(), 60u);
     }},
    {"overflowing, amended",
     [](scenario<Config>& s) {
         s.map.reserve(160);
         s.put(0, 60);
         s.map.reserve(3000);
         ASSERT_TRUE(s.map.stats().amended);
     }},
    {"overflowing, chain moved",
     [](scenario<Config>& s) {
         s.map.reserve(160);
         s.put(0, 60);
         s.map.reserve(3000);
         s.put(0);
         ASSERT_TRUE(s.map.stats().amended);
         ASSERT_GT(s.map.stats().moved_buckets, 0u);
     }},
    {"overflowing, all dead",
     [](scenario<Config>& s) {
         s.put(0, 60);
         s.take(0, 60);
         ASSERT_EQ(s.map.size(), 0u);
     }},
};

template <class Config>
const std::vector<state<Config>>& states_of() {
    if constexpr (std::is_same_v<typename Config::map::hasher, constant_hash<typename Config::key>>)
        return colliding_states<Config>;
    else
        return spread_states<Config>;
}

// What must hold after an operation: the model's contents now, and after enough further use that
// every move has come to its end.
template <class Config>
void expect_usable(scenario<Config>& s) {
    expect_holds(s.map, s.model);
    s.put(5000);
    s.take(5000);
    for (std::size_t i = 0; i < 2 * base_size; ++i)
        (void)s.map.contains(Config::make_key(6000 + i));
    for (const auto& [key, value] : s.model) s.map.store(key, value);
    expect_holds(s.map, s.model);
}

// Runs `operation(scenario)` on a fresh map in each state.
template <class Config, class Operation>
void in_every_state(Operation operation) {
    for (const auto& state : states_of<Config>()) {
        SCOPED_TRACE(state.name);
        scenario<Config> s;
        state.build(s);
        if (::testing::Test::HasFatalFailure()) return;
        operation(s);
        expect_usable(s);
        if (::testing::Test::HasFailure()) return;
    }
}

// Runs `operation(scenario, key)` on a fresh map for some present keys and an absent one.
template <class Config, class Operation>
void on_keys_in_every_state(Operation operation) {
    for (std::size_t nth = 0; nth < 5; ++nth) {
        in_every_state<Config>([&](scenario<Config>& s) {
            auto key = Config::make_key(4000);
            if (nth > 0 && !s.model.empty())
                key = std::next(s.model.begin(),
                                static_cast<std::ptrdiff_t>((s.model.size() - 1) * (nth - 1) / 3))
                          ->first;
            SCOPED_TRACE(::testing::PrintToString(key));
            operation(s, key);
        });
    }
}

template <class Config>
typename Config::result value_of(const scenario<Config>& s, const typename Config::key& key) {
    const auto at = s.model.find(key);
    return at == s.model.end() ? std::nullopt : typename Config::result(at->second);
}

using state_configs =
    ::testing::Types<config<flat, good_hash>, config<node, good_hash>, config<flat, constant_hash>>;

}  // namespace support
