// SPDX-License-Identifier: BSL-1.0
//
// What the threads of a scenario call, what they got, and whether there is an order that explains it.
//
// Keys and values are small integers. The whole map is one object: there must be one order of all calls, on all
// keys, that a sequential map could have gone through, and in which no call comes before one that had ended
// when it began. Key by key would not do: two threads that each store a key of their own, and then find
// nothing of the other's, have an order for each key, and none for both.
// In one thread "had ended" is the order of its calls. Between threads it means: all its steps came first; but
// where threads have read old values, there is no such time, and it means: happened before.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "machine.hpp"

enum class verb {
    load,
    visit,
    pin,
    contains,
    store,
    load_or_store,
    try_emplace,
    load_and_erase,
    erase,
    exchange,
    compare_exchange,
    compare_and_erase,
    update,     ///< adds `value` to what is there, or stores it
    toggle,     ///< update: erases what is there, or stores `value`
    keep,       ///< update: leaves it as it is
    erase_if,   ///< whose predicate is true of this key alone
    erase_one,  ///< erase_if() of one key, if its value is the expected one
    for_each,
    for_each_in_parts,  ///< as many as `key` says, one after the other
    erase_all,
    clear,
    reclaim,
    reserve,
    shrink,
    end_of_thread,
};

struct call {
    verb what;
    int key = 0;
    int value = 0;
    int expected = 0;  ///< of the compare_ calls and erase_one
};
[[nodiscard]] std::string to_string(const call& c);

/// A call that has run, or the part of a for_each or erase_all that concerns one key.
struct event {
    call made;
    unsigned thread = 0;
    std::optional<int> got;   ///< a value; 1 or 0 for bool
    std::uint64_t began = 0;  ///< moments, in steps of all threads
    std::uint64_t ended = 0;
    machine::steps knew{};        ///< when it began
    std::uint16_t last_step = 0;  ///< of its thread's, when it ended
};
[[nodiscard]] std::string to_string(const event& e);

inline constexpr int key_count = 32;

/// What is in a map.
using entries = std::array<std::optional<int>, key_count>;
[[nodiscard]] std::string to_string(const entries& map);
/// The entry of each key after these calls, one after the other, on an empty map.
[[nodiscard]] entries entries_after(const std::vector<call>& calls);

class history {
public:
    void clear() { events_.clear(); }
    void add(event e) { events_.push_back(std::move(e)); }
    /// Whether an order of all calls leads from the entries `before` to those `after`, each call with the
    /// result that it had. `by_knowledge`: threads have read old values.
    [[nodiscard]] bool explained(const entries& before, const entries& after,
                                 bool by_knowledge) const;
    [[nodiscard]] const std::vector<event>& events() const { return events_; }

private:
    std::vector<event> events_;
};
