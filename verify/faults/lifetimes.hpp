// SPDX-License-Identifier: BSL-1.0
//
// What lifetimes.cpp and the library that it opens and closes again share: maps, and how they are used.
#pragma once

#include <string>
#include <syncmap/map.hpp>

#include "faults.hpp"

namespace faults {

struct shared_maps {
    syncmap::map<std::uint64_t, std::uint64_t> words;
    syncmap::map<std::string, std::string> texts;
};

/// Not std::to_string: a library that instantiates what all libraries share (STB_GNU_UNIQUE) is never unloaded.
inline std::string name(std::uint64_t n) {
    std::string s(n % 2 != 0 ? "t" : "a text that is too long to be stored in its object ");
    for (; n != 0; n /= 10) s += static_cast<char>('0' + n % 10);
    return s;
}

inline void use(shared_maps& maps, std::uint64_t stream, std::size_t rounds) {
    dice roll(stream);
    constexpr std::uint64_t keys = 1000;
    for (std::size_t i = 0; i < rounds; ++i) {
        const std::uint64_t n = roll(keys);
        switch (roll(6)) {
        case 0: maps.words.erase(n); break;
        case 1: maps.texts.erase(name(n)); break;
        case 2:
            maps.texts.visit(name(n), [&](const std::string& s) {
                require(s == name(n + 1), "a value is its key's");
            });
            break;
        case 3:
            require(maps.words.load_or_store(n, 3 * n).first == 3 * n, "a value is its key's");
            break;
        case 4:
            if (const auto pin = maps.texts.pin(name(n)))
                require(*pin == name(n + 1), "a handle is its key's");
            break;
        default: maps.texts.store(name(n), name(n + 1)); maps.words.store(n, 3 * n);
        }
    }
}

/// What the library exports: uses the program's maps, and its own static and thread_local ones.
using plugin_function = void(shared_maps& of_program, std::uint64_t stream, std::size_t rounds);

}  // namespace faults
