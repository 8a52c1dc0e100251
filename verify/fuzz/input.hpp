// SPDX-License-Identifier: BSL-1.0
//
// How a byte string is read: a header (which shape, which hashes, which checks), then one step
// after the other. Every byte string means something, and what is missing at its end is 0.
//
//   header  shape, hash (and 8 bytes for one that the input chooses; bit 6: the two maps have one
//           allocator, bit 7: everything is compared after every step)
//   step    operation (5 bits; bit 5: faults follow, bit 6: a count follows, bit 7: callbacks do
//           steps of their own), key, value, [kinds (bit 7: for good), after], [count]
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "faults.hpp"

namespace fuzz {

/// Keys and values are made from numbers, and the reference knows only these.
using number = std::uint32_t;

// clang-format off
enum class operation : std::uint8_t {
    load, contains, visit, pin, unpin, load_many, visit_many,
    store, load_or_store, load_or_compute, try_emplace, exchange, compare_exchange, update, churn,
    erase, load_and_erase, compare_and_erase, update_away, erase_if,
    for_each, snapshot, clear, reserve, shrink_to_fit, reclaim, compare_all,
    swap, move_construct, move_assign, construct, other_map,
};
inline constexpr const char* operation_names[] = {
    "load", "contains", "visit", "pin", "unpin", "load_many", "visit_many",
    "store", "load_or_store", "load_or_compute", "try_emplace", "exchange", "compare_exchange",
    "update", "churn",
    "erase", "load_and_erase", "compare_and_erase", "update (away)", "erase_if",
    "for_each", "snapshot", "clear", "reserve", "shrink_to_fit", "reclaim", "compare_all",
    "swap", "move_construct", "move_assign", "construct", "other_map",
};
// clang-format on
static_assert(std::size(operation_names) == 32);

/// Those that take the whole map: nobody may be using it, so no callback does them.
constexpr bool is_exclusive(operation what) { return what >= operation::swap; }

struct step {
    operation what;
    bool nests;  ///< some of its callbacks do a step of their own
    number key;
    number value;
    fault_plan plan;
    number count = 1;
};

class input {
public:
    explicit input(std::span<const std::uint8_t> bytes) : rest_(bytes) {}

    [[nodiscard]] bool empty() const { return rest_.empty(); }

    std::uint8_t byte() {
        if (rest_.empty()) return 0;
        const std::uint8_t first = rest_.front();
        rest_ = rest_.subspan(1);
        return first;
    }

    fuzz::step step() {
        const std::uint8_t code = byte();
        fuzz::step s{static_cast<operation>(code & 31), (code & 128) != 0, byte(), byte(), {}};
        if ((code & 32) != 0) {
            const std::uint8_t kinds = byte();
            s.plan = {static_cast<std::uint8_t>(kinds & anything), byte(), (kinds & 128) != 0};
        }
        if ((code & 64) != 0) {
            const number count = byte();
            s.count = count < 224 ? count : (count - 223) * 256;
        }
        return s;
    }

private:
    std::span<const std::uint8_t> rest_;
};

}  // namespace fuzz
