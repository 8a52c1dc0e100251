// SPDX-License-Identifier: BSL-1.0
#include "history.hpp"

#include <algorithm>
#include <set>
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
                                 "keep",
                                 "erase_if",
                                 "erase_one",
                                 "for_each",
                                 "for_each_in_parts",
                                 "erase_all",
                                 "clear",
                                 "reclaim",
                                 "reserve",
                                 "shrink",
                                 "end_of_thread"};

/// What a sequential map would return, and how its entries would change.
std::optional<int> apply(const call& c, entries& map) {
    std::optional<int>& entry = map[static_cast<std::size_t>(c.key)];
    const auto as_bool = [](bool b) { return std::optional<int>(b ? 1 : 0); };
    switch (c.what) {
    case verb::load:
    case verb::visit:
    case verb::pin:
    case verb::keep:
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
    case verb::erase:
    case verb::erase_if: return as_bool(std::exchange(entry, std::nullopt).has_value());
    case verb::exchange: return std::exchange(entry, c.value);
    case verb::compare_exchange:
        if (entry == c.expected) {
            entry = c.value;
            return as_bool(true);
        }
        return as_bool(false);
    case verb::compare_and_erase:
    case verb::erase_one:
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
    case verb::clear: std::fill(map.begin(), map.end(), std::nullopt); return {};
    default: return {};
    }
}

/// Whether the result says that the call has changed nothing.
bool only_looked(const event& e) {
    switch (e.made.what) {
    case verb::erase:
    case verb::erase_if:
    case verb::compare_exchange:
    case verb::compare_and_erase:
    case verb::erase_one: return e.got == 0;
    case verb::load_and_erase:
    case verb::erase_all: return !e.got;
    case verb::store:
    case verb::load_or_store:
    case verb::try_emplace:
    case verb::exchange:
    case verb::update:
    case verb::toggle:
    case verb::clear: return false;
    default: return true;
    }
}

/// Whether b may only come after a.
bool precedes(const event& a, const event& b, bool by_knowledge) {
    if (a.thread == b.thread || !by_knowledge) {
        return a.ended <= b.began;
    }
    return a.last_step <= b.knew[a.thread];
}

/// Wing and Gong's search, with Lowe's memory of what has been tried: which calls, and where they have led.
class search {
public:
    using calls = std::uint64_t;  ///< a bit for each
    static constexpr std::size_t most = 63;

    search(std::vector<const event*> all, const entries& after, bool by_knowledge)
        : all_(std::move(all)), before_each_(all_.size()), after_(after) {
        if (all_.size() > most) {
            machine::give_up("too many calls to look for an order of them");
        }
        // The order in which they have ended is tried first: it is nearly always right.
        std::stable_sort(all_.begin(), all_.end(),
                         [](const event* a, const event* b) { return a->ended < b->ended; });
        for (std::size_t i = 0; i < all_.size(); ++i) {
            for (std::size_t k = 0; k < all_.size(); ++k) {
                before_each_[i] |=
                    k != i && precedes(*all_[k], *all_[i], by_knowledge) ? bit(k) : 0;
            }
        }
    }

    [[nodiscard]] bool leads_on(calls done, const entries& map) {
        entries changed;
        // Looks that fit come at once: whatever comes before them in another order could come after as well.
        for (bool more = true; more;) {
            more = false;
            for (std::size_t i = 0; i < all_.size(); ++i) {
                if (only_looked(*all_[i]) && may_be_next(i, done) && fits(*all_[i], map, changed)) {
                    done |= bit(i);
                    more = true;
                }
            }
        }
        if (done == bit(all_.size()) - 1) {
            return map == after_;
        }
        if (failed_.count({done, map}) != 0) {
            return false;
        }
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (!only_looked(*all_[i]) && may_be_next(i, done) && fits(*all_[i], map, changed) &&
                leads_on(done | bit(i), changed)) {
                return true;
            }
        }
        failed_.insert({done, map});
        return false;
    }

private:
    static calls bit(std::size_t i) { return calls{1} << i; }
    [[nodiscard]] bool may_be_next(std::size_t i, calls done) const {
        return (done & bit(i)) == 0 && (before_each_[i] & ~done) == 0;
    }
    /// Whether the call has its result on this map, and how that is then changed.
    static bool fits(const event& e, const entries& map, entries& changed) {
        changed = map;
        return apply(e.made, changed) == e.got;
    }

    std::vector<const event*> all_;
    std::vector<calls> before_each_;
    const entries& after_;
    std::set<std::pair<calls, entries>> failed_;
};

}  // namespace

std::string to_string(const call& c) {
    std::string text = names[static_cast<unsigned>(c.what)];
    switch (c.what) {
    case verb::for_each:
    case verb::erase_all:
    case verb::clear:
    case verb::reclaim:
    case verb::shrink:
    case verb::end_of_thread: return text + "()";
    case verb::reserve: return text + "(" + std::to_string(c.value) + ")";
    case verb::store:
    case verb::load_or_store:
    case verb::try_emplace:
    case verb::exchange:
    case verb::update:
    case verb::toggle:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.value) + ")";
    case verb::compare_exchange:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.expected) + ", " +
               std::to_string(c.value) + ")";
    case verb::compare_and_erase:
    case verb::erase_one:
        return text + "(" + std::to_string(c.key) + ", " + std::to_string(c.expected) + ")";
    default: return text + "(" + std::to_string(c.key) + ")";
    }
}
std::string to_string(const event& e) {
    const bool walks = e.made.what == verb::for_each || e.made.what == verb::erase_all;
    return to_string(e.made) + (walks ? " at " + std::to_string(e.made.key) : "") + " = " +
           (e.got ? std::to_string(*e.got) : "-");
}

std::string to_string(const entries& map) {
    std::string text;
    for (std::size_t key = 0; key < map.size(); ++key) {
        if (map[key]) {
            text +=
                (text.empty() ? "" : ", ") + std::to_string(key) + ": " + std::to_string(*map[key]);
        }
    }
    return "{" + text + "}";
}

entries entries_after(const std::vector<call>& calls) {
    entries map;
    for (const call& c : calls) {
        static_cast<void>(apply(c, map));
    }
    return map;
}

bool history::explained(const entries& before, const entries& after, bool by_knowledge) const {
    std::vector<const event*> all;
    for (const event& e : events_) {
        const auto& entry = before[static_cast<std::size_t>(e.made.key)];
        const auto concerns_key = [&](const event& other) {
            return other.made.what == verb::clear
                       ? entry.has_value()
                       : other.made.key == e.made.key && other.made.what != verb::for_each;
        };
        if (e.made.what == verb::for_each && entry == e.got &&
            std::none_of(events_.begin(), events_.end(), concerns_key)) {
            continue;  // explained, whatever the others do
        }
        all.push_back(&e);
    }
    return search(std::move(all), after, by_knowledge).leads_on(0, before);
}
