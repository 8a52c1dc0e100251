// SPDX-License-Identifier: BSL-1.0
//
// Is there an order of the calls, each at a moment between its beginning and its end, that explains all
// results? Wing and Gong's search, with Lowe's memory of what has been tried.
//
// A call may be next in the order if no other one that is still to come had ended before it began. The
// calls of a lane follow each other, so what has been put in order is always a first part of each lane:
// a number for each. Those numbers with the values that the keys have then are all that the rest of the
// search depends on, and none of them is looked at twice.
#pragma once

#include <algorithm>
#include <functional>
#include <unordered_set>

#include "history.hpp"

namespace linearizability {

class search {
public:
    using state = std::array<value, whole_keys>;

    /// Of at most `whole_keys` keys.
    explicit search(const history& h) {
        std::copy(h.initial.begin(), h.initial.end(), start_.now.begin());
        for (const call& c : h.calls) {
            lane_[c.lane].push_back(
                {c.begin, c.end, meaning_of(c), c.key, c.what == member::clear});
        }
    }

    [[nodiscard]] bool explains() const { return !run(true).empty(); }

    /// What may be there at the end: more than one state if nothing tells, none if nothing explains.
    [[nodiscard]] std::vector<state> outcomes() const { return run(false); }

private:
    struct step {
        std::uint64_t begin;
        std::uint64_t end;
        meaning does;
        std::uint32_t key;
        bool to_all_keys;
    };
    struct position {
        std::array<std::uint16_t, lanes> done{};
        state now{};
        bool operator==(const position&) const = default;
    };
    struct hash {
        std::size_t operator()(const position& p) const noexcept {
            std::uint64_t h = 0;
            const auto mix = [&](std::uint64_t x) {
                h = (h ^ x) * 0x9e3779b97f4a7c15;
                h ^= h >> 29U;
            };
            std::for_each(p.done.begin(), p.done.end(), mix);
            std::for_each(p.now.begin(), p.now.end(), mix);
            return h;
        }
    };

    [[nodiscard]] std::vector<state> run(bool first_will_do) const {
        std::vector<state> found;
        std::vector<position> to_do{start_};
        std::unordered_set<position, hash> known{start_};
        while (!to_do.empty()) {
            const position at = to_do.back();
            to_do.pop_back();
            const std::uint64_t first_end = first_end_after(at);
            if (first_end == call::open) {  // all are in order but those that may be left out
                if (std::find(found.begin(), found.end(), at.now) == found.end()) {
                    found.push_back(at.now);
                }
                if (first_will_do) {
                    break;
                }
            }
            for (std::size_t i = 0; i < lanes; ++i) {
                if (at.done[i] == lane_[i].size()) {
                    continue;
                }
                const step& next = lane_[i][at.done[i]];
                if (next.begin < first_end && next.does.allows(at.now[next.key])) {
                    position then = at;
                    ++then.done[i];
                    if (next.to_all_keys) {
                        then.now.fill(none);
                    } else if (next.does.changes) {
                        then.now[next.key] = next.does.leaves;
                    }
                    if (known.insert(then).second) {
                        to_do.push_back(then);
                    }
                }
            }
        }
        return found;
    }

    [[nodiscard]] std::uint64_t first_end_after(const position& at) const noexcept {
        std::uint64_t first = call::open;
        for (std::size_t i = 0; i < lanes; ++i) {
            if (at.done[i] < lane_[i].size()) {
                first = std::min(first, lane_[i][at.done[i]].end);
            }
        }
        return first;
    }

    std::array<std::vector<step>, lanes> lane_;
    position start_;
};

/// The part of a history that is about one key, which is number 0 there: one order for each key is what
/// linearizability asks for. (A clear() is about every key.)
inline history about(const history& whole, std::uint32_t key) {
    history h{{whole.initial[key]}, {}};
    for (call c : whole.calls) {
        if (c.key == key || c.what == member::clear) {
            c.key = 0;
            h.calls.push_back(c);
        }
    }
    return h;
}

/// The same for all keys, in one pass.
inline std::vector<history> key_by_key(const history& whole) {
    std::vector<history> parts(whole.initial.size());
    for (std::size_t key = 0; key < parts.size(); ++key) {
        parts[key].initial = {whole.initial[key]};
    }
    for (call c : whole.calls) {
        const auto first = parts.begin() + (c.what == member::clear ? 0 : c.key);
        const auto last = c.what == member::clear ? parts.end() : first + 1;
        c.key = 0;
        std::for_each(first, last, [&](history& h) { h.calls.push_back(c); });
    }
    return parts;
}

/// Whether all keys can be looked at as one object, which tells more if there is a clear(). What walks say
/// is left out: that is about many keys in one call. So there must be none that has erased something.
inline bool worth_a_whole_look(const history& h) {
    const auto has = [&](member m) {
        return std::any_of(h.calls.begin(), h.calls.end(),
                           [=](const call& c) { return c.what == m; });
    };
    return h.initial.size() <= whole_keys && has(member::clear) && !has(member::erased_if);
}
inline history without_walks(history h) {
    std::erase_if(h.calls, [](const call& c) {
        return c.what == member::shown || c.what == member::not_shown;
    });
    return h;
}

}  // namespace linearizability
