// SPDX-License-Identifier: BSL-1.0
//
// What several processes have done to one key, what they were told, and when: what a checker looks at.
//
// All values are different, and 0 is none. A call is *open* if it is not known whether it was done: it may take effect at
// any time after its beginning, or never, and nothing is known of its result. Calls that were surely not done are left out.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace histories {

using value = std::uint64_t;

enum class verb {
    load,  // by a majority
    store,
    load_or_store,
    exchange,
    compare_exchange,
    compare_and_erase,
    erase,
    load_and_erase,
    update,  // the last time that its function was called it was shown `expected`, and returned `argument`
    clear,
};
inline constexpr std::array<std::string_view, 10> names{
    "load",  "store",          "load_or_store", "exchange", "compare_exchange", "compare_and_erase",
    "erase", "load_and_erase", "update",        "clear"};

struct call {
    verb what = verb::load;
    std::uint32_t lane = 0;  ///< a thread of a process: its calls follow each other
    std::uint32_t key = 0;
    value argument = 0, expected = 0, result = 0;
    bool yes = false;   ///< what was returned beside or in place of a value
    bool open = false;  ///< nothing was returned
    std::int64_t begin = 0, end = 0;
};

/// What a map does that has the value `now` for the key: the value that it has then; nullopt: it could not have returned
/// what it has. Of an open call it is what it does if it is done.
inline std::optional<value> effect(const call& c, value now) {
    const auto if_returned = [&](bool fits, value then) {
        return fits || c.open ? std::optional(then) : std::nullopt;
    };
    const bool present = now != 0, equal = now == c.expected;
    switch (c.what) {
    case verb::load: return if_returned(c.result == now, now);
    case verb::store: return c.argument;
    case verb::load_or_store:
        return if_returned(c.yes == present && c.result == (present ? now : c.argument),
                           present ? now : c.argument);
    case verb::exchange: return if_returned(c.result == now, c.argument);
    case verb::compare_exchange: return if_returned(c.yes == equal, equal ? c.argument : now);
    case verb::compare_and_erase: return if_returned(c.yes == equal, equal ? 0 : now);
    case verb::erase: return if_returned(c.yes == present, 0);
    case verb::load_and_erase: return if_returned(c.result == now, 0);
    case verb::update:
        return if_returned(equal && c.result == c.argument, equal ? c.argument : now);
    case verb::clear: return 0;
    }
    return std::nullopt;
}

/// How processes write down a call for the one that has started them.
inline void write(std::ostream& out, const call& c) {
    out << static_cast<int>(c.what) << ' ' << c.lane << ' ' << c.key << ' ' << c.argument << ' '
        << c.expected << ' ' << c.result << ' ' << c.yes << ' ' << c.open << ' ' << c.begin << ' '
        << c.end << '\n';
}
inline bool read(std::istream& in, call& c) {
    int what = 0;
    in >> what >> c.lane >> c.key >> c.argument >> c.expected >> c.result >> c.yes >> c.open >>
        c.begin >> c.end;
    c.what = static_cast<verb>(what);
    return static_cast<bool>(in);
}

/// The history of one key as a line of JSON, with the verdict that was found here, for porcupine/.
inline void write_line(std::ostream& out, const std::vector<call>& calls, bool explained) {
    out << R"({"explained":)" << (explained ? "true" : "false") << R"(,"calls":[)";
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const call& c = calls[i];
        out << (i == 0 ? "" : ",") << R"({"call":")" << names[static_cast<std::size_t>(c.what)]
            << R"(","lane":)" << c.lane << R"(,"argument":)" << c.argument << R"(,"expected":)"
            << c.expected << R"(,"result":)" << c.result << R"(,"yes":)"
            << (c.yes ? "true" : "false") << R"(,"open":)" << (c.open ? "true" : "false")
            << R"(,"begin":)" << c.begin << R"(,"end":)" << c.end << '}';
    }
    out << "]}\n";
}

}  // namespace histories
