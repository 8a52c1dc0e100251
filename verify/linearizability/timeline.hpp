// SPDX-License-Identifier: BSL-1.0
//
// A history to be read: a lane for each thread, time going down.
#pragma once

#include <algorithm>
#include <iomanip>
#include <ostream>
#include <string>

#include "history.hpp"

namespace linearizability {

inline std::string show(value v) {
    return v == none ? "none" : v == broken ? "GARBAGE" : std::to_string(v);
}

inline std::string asked(const call& c, bool with_key) {
    std::string text(name_of(c.what));
    std::string arguments;
    const auto add = [&](const std::string& a) {
        arguments += (arguments.empty() ? "" : ", ") + a;
    };
    if (with_key && c.what != member::clear && c.what != member::size) {
        add("key " + std::to_string(c.key));
    }
    switch (c.what) {
    case member::update: add(show(c.expected) + " -> " + show(c.argument)); break;
    case member::compare_exchange: add(show(c.expected)); [[fallthrough]];
    case member::store:
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace:
    case member::exchange: add(show(c.argument)); break;
    case member::compare_and_erase:
    case member::erase_if:
    case member::erased_if: add(show(c.expected)); break;
    default: break;
    }
    return text + "(" + arguments + ")";
}

inline std::string answered(const call& c) {
    switch (c.what) {
    case member::store:
    case member::clear:
    case member::not_shown: return "";
    case member::contains:
    case member::erase:
    case member::compare_exchange:
    case member::compare_and_erase:
    case member::erase_if: return c.yes ? "true" : "false";
    case member::erased_if: return c.yes ? "erased" : "perhaps";
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace: return show(c.result) + (c.yes ? ", was there" : ", is new");
    default: return show(c.result);
    }
}

/// Draws the calls of a history.
inline void draw(std::ostream& out, const history& h) {
    const bool many = h.initial.size() > 1;
    for (std::size_t key = 0; key < h.initial.size(); ++key) {
        out << (many ? "key " + std::to_string(key) + ": " : "") << "at first "
            << show(h.initial[key]) << '\n';
    }
    struct event {
        std::uint64_t when;
        const call* of;
        bool operator<(const event& other) const { return when < other.when; }
    };
    std::vector<event> events;
    for (const call& c : h.calls) {
        events.push_back({c.begin, &c});
        if (c.end != call::open) {
            events.push_back({c.end, &c});
        }
    }
    std::stable_sort(events.begin(), events.end());

    const std::uint64_t first = h.first_moment();
    constexpr int width = 30;
    std::array<bool, lanes> busy{};
    out << std::setw(8) << "moment";
    for (std::size_t i = 0; i < lanes; ++i) {
        out << "  " << std::left << std::setw(width) << "thread " + std::to_string(i) << std::right;
    }
    out << '\n';
    for (const event& e : events) {
        const call& c = *e.of;
        const bool begins = e.when == c.begin;
        out << std::setw(8) << e.when - first;
        busy[c.lane] = begins;
        std::string line;
        for (std::size_t i = 0; i < lanes; ++i) {
            const std::string cell = i != c.lane ? (busy[i] ? "|" : "")
                                     : begins    ? "/ " + asked(c, many)
                                                 : "\\ " + answered(c);
            line +=
                "  " + cell + std::string(width - std::min<std::size_t>(width, cell.size()), ' ');
        }
        out << line.substr(0, line.find_last_not_of(' ') + 1) << '\n';
    }
}

}  // namespace linearizability
