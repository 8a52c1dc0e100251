// SPDX-License-Identifier: BSL-1.0
#include "history.hpp"

#include <algorithm>
#include <utility>

namespace {

constexpr const char* names[] = {"load",
                                 "visit",
                                 "pin",
                                 "contains",
                                 "store",
                                 "load_or_store",
                                 "try_emplace",
                                 "load_and_erase",
                                 "erase",
                                 "exchange",
                                 "compare_exchange",
                                 "compare_and_erase",
                                 "update",
                                 "toggle",
                                 "for_each",
                                 "erase_all",
                                 "clear",
                                 "reclaim",
                                 "reserve",
                                 "shrink",
                                 "end_of_thread"};

/// What a sequential map would return, and how its entry would change.
std::optional<int> apply(const call& c, std::optional<int>& entry) {
    const auto as_bool = [](bool b) { return std::optional<int>(b ? 1 : 0); };
    switch (c.what) {
    case verb::load:
    case verb::visit:
    case verb::pin:
    case verb::for_each: return entry;
    case verb::contains: return as_bool(entry.has_value());
    case verb::store: entry = c.value; return {};
    case verb::load_or_store:
    case verb::try_emplace:
        if (!entry) {
            entry = c.value;
        }
        return entry;
    case verb::load_and_erase:
    case verb::erase_all: return std::exchange(entry, std::nullopt);
    case verb::erase: return as_bool(std::exchange(entry, std::nullopt).has_value());
    case verb::exchange: return std::exchange(entry, c.value);
    case verb::compare_exchange:
        if (entry == c.expected) {
            entry = c.value;
            return as_bool(true);
        }
        return as_bool(false);
    case verb::compare_and_erase:
        if (entry == c.expected) {
            entry.reset();
            return as_bool(true);
        }
        return as_bool(false);
    case verb::update: entry = entry.value_or(0) + c.value; return entry;
    case verb::toggle:
        if (entry) {
            entry.reset();
        } else {
            entry = c.value;
        }
        return entry;
    case verb::clear: entry.reset(); return {};
    default: return {};
    }
}

}  // namespace

std::string to_string(const call& c) {
    std::string text = names[static_cast<unsigned>(c.what)];
    switch (c.what) {
    case verb::clear:
    case verb::reclaim:
    case verb::shrink:
    case verb::end_of_thread: return text + "()";
    case verb::store:
    case verb::load_or_store:
    case verb::try_emplace:
    case verb::exchange:
    case verb::update:
    case verb::toggle:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.value) + ")";
    case verb::compare_exchange:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.expected) + " -> " +
               std::to_string(c.value) + ")";
    case verb::compare_and_erase:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.expected) + ")";
    default: return text + "(" + std::to_string(c.key) + ")";
    }
}
std::string to_string(const event& e) {
    return to_string(e.made) + " = " + (e.got ? std::to_string(*e.got) : "-");
}

std::vector<std::optional<int>> entries_after(const std::vector<call>& calls, int key_count) {
    std::vector<std::optional<int>> entries(static_cast<std::size_t>(key_count));
    for (const call& c : calls) {
        static_cast<void>(apply(c, entries[static_cast<std::size_t>(c.key)]));
    }
    return entries;
}

bool history::precedes(const event& a, const event& b) const {
    if (a.thread == b.thread || !by_knowledge_) {
        return a.ended <= b.began;
    }
    return a.last_step <= b.knew[a.thread];
}

bool history::explains(std::vector<const event*>& left, std::optional<int> state,
                       std::optional<int> after) const {
    if (left.empty()) {
        return state == after;
    }
    for (std::size_t i = 0; i < left.size(); ++i) {
        const event* const e = left[i];
        const bool may_be_next = std::none_of(left.begin(), left.end(), [&](const event* other) {
            return other != e && precedes(*other, *e);
        });
        std::optional<int> entry = state;
        if (may_be_next && apply(e->made, entry) == e->got) {
            left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
            const bool found = explains(left, entry, after);
            left.insert(left.begin() + static_cast<std::ptrdiff_t>(i), e);
            if (found) {
                return true;
            }
        }
    }
    return false;
}

std::optional<int> history::unexplained(const std::vector<std::optional<int>>& before,
                                        const std::vector<std::optional<int>>& after,
                                        bool by_knowledge) {
    by_knowledge_ = by_knowledge;
    for (std::size_t key = 0; key < before.size(); ++key) {
        std::vector<const event*> left;
        for (const event& e : events_) {
            if (e.made.key == static_cast<int>(key) || e.made.what == verb::clear) {
                left.push_back(&e);
            }
        }
        if (!explains(left, before[key], after[key])) {
            return static_cast<int>(key);
        }
    }
    return std::nullopt;
}
