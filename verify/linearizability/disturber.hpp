// SPDX-License-Identifier: BSL-1.0
//
// What makes the rare paths of the map common while others record.
#pragma once

#include "recorder.hpp"

namespace linearizability {

/// One thread that sees to it that the tables of the map change all the time, with keys of its own.
class disturber {
public:
    explicit disturber(std::uint64_t seed) : dice_(seed) {}

    void step(subject& map, const plan& p) {
        switch (dice_(12)) {
        case 0:
        case 1:  // there and back
            map.reserve(dice_(4 * (p.keys + p.others)));
            map.shrink_to_fit();
            break;
        case 2: map.reclaim(); break;
        case 3:
        case 4: all(map, p, member::erase); break;
        case 5:
        case 6: all(map, p, member::store); break;
        default: again(map, p); break;
        }
    }

private:
    /// Many keys at once: the map grows, or shrinks.
    void all(subject& map, const plan& p, member what) {
        const std::uint64_t count = dice_(p.others);
        const std::uint64_t first = dice_(p.others);
        for (std::uint64_t i = 0; i < count; ++i) {
            make(map, p, what, p.keys + (first + i) % p.others);
        }
    }
    /// The same few again and again: dead slots are used again, and the table is cleaned.
    void again(subject& map, const plan& p) {
        const std::uint64_t key = p.keys + dice_(p.others);
        for (std::uint64_t i = 0, times = dice_(16); i < times; ++i) {
            make(map, p, member::store, key);
            make(map, p, member::erase, key);
        }
    }
    static void make(subject& map, const plan& p, member what, std::uint64_t key) {
        call c{.what = what,
               .key = static_cast<std::uint32_t>(key),
               .argument = what == member::store ? value_of_other(p, key) : none};
        map.make(c);
    }

    dice dice_;
};

}  // namespace linearizability
