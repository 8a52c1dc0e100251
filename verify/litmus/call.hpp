// SPDX-License-Identifier: BSL-1.0
//
// Calls of a map's members, what they return, and which results several threads may get: those that some order
// of all the calls gives.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace litmus {

enum class member : std::uint8_t {
    load,
    contains,
    visit,
    pin,
    load_many,
    visit_many,
    for_each,
    snapshot,
    load_or_store,
    load_or_compute,
    try_emplace,
    compare_exchange,
    compare_and_erase,
    erase,
    load_and_erase,
    store,
    exchange,
    update_put,    ///< update() whose function returns a value
    update_erase,  ///< update() whose function returns none
    update_keep,   ///< update() whose function leaves the entry as it is
    erase_one,     ///< erase_if() of one key, whose predicate compares
    erase_if,      ///< of all keys, whose predicate is true of one
    parts,         ///< for_each() of one part after the other
    clear,
};
constexpr std::size_t members = 24;

/// Of an entry: a small number; none is 0.
using value = std::uint8_t;
constexpr value absent = 0;
constexpr value values = 8;

/// What a call returned: a value; for a bool 0 or 1. Four bits, and one more for what cannot be.
using result = std::uint8_t;
constexpr result was_there = 8;  ///< set by what stores only if nothing is there
constexpr result nonsense =
    16;  ///< a value that nobody has stored, or two results that contradict each other

struct call {
    member what{};
    std::uint8_t key = 0;
    value argument = 0;  ///< to be stored
    value expected = 0;  ///< to be compared with
};

/// The two keys that a round is about.
constexpr std::size_t keys = 2;
using contents = std::array<value, keys>;

/// What a map does when it is alone.
result apply(contents& now, const call& c) noexcept;

/// What each thread calls, one after the other.
struct program {
    contents before{};
    std::vector<std::vector<call>> threads;
};

/// All results, thread by thread, and what is there in the end, in one word.
class outcome {
public:
    void add(result r) noexcept { bits_ = bits_ << 5U | r; }
    [[nodiscard]] std::uint64_t bits() const noexcept { return bits_; }
    /// The result that was added as number `i` of `count`.
    static result at(std::uint64_t bits, std::size_t i, std::size_t count) noexcept {
        return static_cast<result>(bits >> 5U * (count - 1 - i) & 31U);
    }

private:
    std::uint64_t bits_ = 0;
};

/// The outcomes that some order of the calls explains, sorted.
std::vector<std::uint64_t> explained(const program& p);

std::string_view name(member m) noexcept;
/// One line: what was there, what each thread called and got, what is there in the end.
std::string describe(const program& p, std::uint64_t outcome);

}  // namespace litmus
