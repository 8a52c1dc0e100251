// SPDX-License-Identifier: BSL-1.0
//
// What was called, when, and what came of it; and what that says about a key's value before and after.
//
// Values and keys are numbers here, whatever the map's types are. A value of 0 means that there is none.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace linearizability {

using value = std::uint64_t;
inline constexpr value none = 0;
inline constexpr value the_value = 1;       ///< of all keys of a set
inline constexpr value broken = ~value{0};  ///< what was read is nothing that anybody ever stored

inline constexpr std::size_t lanes = 3;       ///< threads whose calls are written down
inline constexpr std::size_t whole_keys = 8;  ///< so many keys can be looked at as one object
inline constexpr std::size_t strands = lanes * (1 + whole_keys);

enum class member : std::uint8_t {
    load,
    visit,
    pin,
    contains,
    load_many,
    visit_many,
    store,
    load_or_store,
    load_or_compute,
    try_emplace,
    load_and_erase,
    erase,
    exchange,
    compare_exchange,
    compare_and_erase,
    erase_if,  ///< of one key, if its value is the expected one
    update,
    clear,
    size,
    // What walking over all entries says about one key: that it was seen, was not, and was erased.
    shown,
    not_shown,
    erased_if,
};
inline constexpr std::array<std::string_view, 22> member_names = {"load",
                                                                  "visit",
                                                                  "pin",
                                                                  "contains",
                                                                  "load_many",
                                                                  "visit_many",
                                                                  "store",
                                                                  "load_or_store",
                                                                  "load_or_compute",
                                                                  "try_emplace",
                                                                  "load_and_erase",
                                                                  "erase",
                                                                  "exchange",
                                                                  "compare_exchange",
                                                                  "compare_and_erase",
                                                                  "erase_if",
                                                                  "update",
                                                                  "clear",
                                                                  "size",
                                                                  "shown",
                                                                  "not_shown",
                                                                  "erased_if"};
inline constexpr std::size_t called_members = 18;  ///< those before `size`

inline constexpr std::string_view name_of(member m) {
    return member_names[static_cast<std::size_t>(m)];
}

struct call {
    static constexpr std::uint64_t open = ~std::uint64_t{0};

    member what{};
    std::uint16_t lane = 0;
    std::uint32_t key = 0;  ///< of clear and size: 0
    value argument = none;  ///< to be stored; of update: what its function returned last
    value expected = none;  ///< of comparing; of update: what its function was given last;
                            ///< of size: entries of which nothing is written down
    value result = none;
    bool yes = false;  ///< the result, where that is a bool; of load_or_...: there was a value
    std::uint64_t begin = 0;
    std::uint64_t end = open;  ///< open: it has not returned, may have had its effect or not

    /// Calls of a strand follow each other. Those of a thread do; what one walk of it says about several
    /// keys has no order of its own.
    [[nodiscard]] std::size_t strand() const noexcept {
        return lane * (1 + whole_keys) + (what < member::shown ? 0 : 1 + key);
    }
};

/// Calls of a strand follow each other in their order here; `initial[key]` is what was there before.
struct history {
    std::vector<value> initial;
    std::vector<call> calls;
    /// By how much the clocks of two threads may differ: a call has happened before another one of the same
    /// thread if it ended earlier than that one began, and before one of another thread if it ended earlier
    /// by more than this.
    std::uint64_t margin = 0;

    [[nodiscard]] std::uint64_t first_moment() const noexcept {
        std::uint64_t first = call::open;
        for (const call& c : calls) {
            first = c.begin < first ? c.begin : first;
        }
        return first;
    }
    /// The last moment at which what ended then may be under way in other threads.
    [[nodiscard]] std::uint64_t elsewhere(std::uint64_t end) const noexcept {
        return end < call::open - margin ? end + margin : call::open;
    }
};

/// What a call with this result needs to find, and what it leaves.
struct meaning {
    enum class finds : std::uint8_t {
        anything,
        something,
        exactly,
        other_than,
        exactly_or_none,
        never
    };

    finds needs = finds::anything;
    value what = none;
    bool changes = false;
    value leaves = none;

    [[nodiscard]] constexpr bool allows(value now) const noexcept {
        switch (needs) {
        case finds::anything: return true;
        case finds::something: return now != none;
        case finds::exactly: return now == what;
        case finds::other_than: return now != what;
        case finds::exactly_or_none: return now == what || now == none;
        case finds::never: break;
        }
        return false;
    }
};

constexpr meaning meaning_of(const call& c) noexcept {
    using finds = meaning::finds;
    switch (c.what) {
    case member::load:
    case member::visit:
    case member::pin:
    case member::load_many:
    case member::visit_many:
    case member::size:  // finds as many entries
    case member::shown:
    case member::not_shown: return {finds::exactly, c.result};
    case member::contains: return c.yes ? meaning{finds::something} : meaning{finds::exactly};
    case member::store: return {finds::anything, none, true, c.argument};
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace:
        if (c.yes) {
            return {c.result != none ? finds::exactly : finds::never, c.result};
        }
        return {c.result == c.argument ? finds::exactly : finds::never, none, true, c.argument};
    case member::load_and_erase: return {finds::exactly, c.result, c.result != none, none};
    case member::erase:
        return c.yes ? meaning{finds::something, none, true, none} : meaning{finds::exactly};
    case member::exchange: return {finds::exactly, c.result, true, c.argument};
    case member::compare_exchange:
        return c.yes ? meaning{finds::exactly, c.expected, true, c.argument}
                     : meaning{finds::other_than, c.expected};
    case member::compare_and_erase:
    case member::erase_if:
        return c.yes ? meaning{finds::exactly, c.expected, true, none}
                     : meaning{finds::other_than, c.expected};
    case member::update:
        return {c.result == c.argument ? finds::exactly : finds::never, c.expected,
                c.argument != c.expected, c.argument};
    case member::clear: return {finds::anything, none, true, none};
    case member::erased_if:  // yes: for certain; otherwise it may have been gone already
        return {c.yes ? finds::exactly : finds::exactly_or_none, c.expected, true, none};
    }
    return {finds::never};
}

}  // namespace linearizability
