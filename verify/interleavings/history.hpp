// SPDX-License-Identifier: BSL-1.0
//
// What the threads of a scenario call, what they got, and whether there is an order that explains it.
//
// Keys and values are small integers. Each key is an object of its own (linearizability is compositional):
// for each there must be an order of its calls, and of all clear()s, that a sequential map could have gone
// through, and in which no call comes before one that had ended when it began. Where threads may read old
// values, "had ended" means: happened before. Otherwise it means that all its steps came first.
#pragma once

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
    update,  ///< adds `value` to what is there, or stores it
    toggle,  ///< update: erases what is there, or stores `value`
    for_each,
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
    int expected = 0;  ///< of the compare_ calls
};
[[nodiscard]] std::string to_string(const call& c);

/// A call that has run, or the part of a for_each, erase_all or clear that concerns one key.
struct event {
    call made;
    unsigned thread = 0;
    std::optional<int> got;   ///< a value; 1 or 0 for bool
    std::uint64_t began = 0;  ///< moments, in steps of all threads
    std::uint64_t ended = 0;
    machine::view knew{};         ///< when it began
    std::uint16_t last_step = 0;  ///< of its thread's, when it ended
};
[[nodiscard]] std::string to_string(const event& e);

/// The entry of each key after these calls, one after the other, on an empty map.
[[nodiscard]] std::vector<std::optional<int>> entries_after(const std::vector<call>& calls,
                                                            int key_count);

class history {
public:
    void clear() { events_.clear(); }
    void add(event e) { events_.push_back(std::move(e)); }
    /// The first key whose calls no order explains. `by_knowledge`: threads have read old values.
    [[nodiscard]] std::optional<int> unexplained(const std::vector<std::optional<int>>& before,
                                                 const std::vector<std::optional<int>>& after,
                                                 bool by_knowledge);
    [[nodiscard]] const std::vector<event>& events() const { return events_; }

private:
    [[nodiscard]] bool precedes(const event& a, const event& b) const;
    [[nodiscard]] bool explains(std::vector<const event*>& left, std::optional<int> state,
                                std::optional<int> after) const;

    bool by_knowledge_ = false;
    std::vector<event> events_;
};
