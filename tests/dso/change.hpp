// SPDX-License-Identifier: BSL-1.0
//
// Random operations on shared maps, compiled into each library.
#pragma once

#include <optional>
#include <random>
#include <utility>

#include "../check.hpp"
#include "shared.hpp"

namespace {

template <class Map, class Key, class Value>
void change(Map& m, const Key& key, const Value& value, std::size_t way) {
    using mapped = typename Map::mapped_type;
    const auto look = [&](const mapped& v) { check(v == value, "a value is the key's own"); };
    switch (way) {
    case 0: m.erase(key); break;
    case 1: m.visit(key, look); break;
    case 2:
        if (const auto v = m.load(key)) look(*v);
        break;
    case 3:
        if (const auto pin = m.pin(key)) look(*pin);
        break;
    case 4: look(m.load_or_store(key, value).first); break;
    case 5: look(*m.try_emplace(key, value).first); break;
    case 6:
        m.update(key, [&](const mapped* v) {
            if (v != nullptr) look(*v);
            return std::optional<mapped>(value);
        });
        break;
    case 7:
        if (const auto v = m.load_and_erase(key)) look(*v);
        break;
    default: m.store(key, value);
    }
}

void change_all(shared_maps& maps, std::uint64_t seed, std::size_t rounds) {
    std::mt19937 roll(static_cast<unsigned>(seed));
    for (std::size_t i = 0; i < rounds; ++i) {
        const std::uint64_t n = roll() % keys;
        change(maps.words, n, 3 * n, roll() % 12);
        change(maps.texts, text(n), text(n + 1), roll() % 12);
        if (i % 10'000 == 0) {
            maps.words.for_each([](auto k, auto v) { check(v == 3 * k, "words are visited"); });
            maps.texts.for_each(
                [](const auto&, const auto& v) { check(!v.empty(), "so are texts"); });
            maps.texts.reclaim();
        }
    }
}

}  // namespace
