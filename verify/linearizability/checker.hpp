// SPDX-License-Identifier: BSL-1.0
//
// Is there an order of the calls, each at a moment between its beginning and its end, that explains all
// results? Wing and Gong's search, with Lowe's memory of what has been tried.
//
// A call may be next in the order if no other one that is still to come has happened before it
// (history::margin). The calls of a strand follow each other, so what has been put in order is always a
// first part of each strand: a number for each. Those numbers with the values that the keys have then are
// all that the rest of the search depends on, and none of them is looked at twice.
//
// A call that may be next, and changes nothing, may as well be next: in any order that has it later it can
// be moved to here. So there is no need to try others in its place.
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
        std::array<std::size_t, strands + 1> first{};
        for (const call& c : h.calls) {
            ++first[c.strand() + 1];
        }
        std::array<std::size_t, strands> next{};
        for (std::size_t i = 0; i < strands; ++i) {
            first[i + 1] += first[i];
            next[i] = first[i];
            if (first[i] != first[i + 1]) {
                strands_[used_++] = {i / (1 + whole_keys), first[i], first[i + 1]};
            }
        }
        steps_.resize(h.calls.size());
        for (const call& c : h.calls) {
            steps_[next[c.strand()]++] = {c.begin,       c.end, h.elsewhere(c.end),
                                          meaning_of(c), c.key, c.what};
        }
    }

    [[nodiscard]] bool explains() const { return !run(true).empty(); }

    /// What may be there at the end: more than one state if nothing tells, none if nothing explains.
    [[nodiscard]] std::vector<state> outcomes() const { return run(false); }

private:
    struct step {
        std::uint64_t begin;
        std::uint64_t end;
        std::uint64_t end_elsewhere;
        meaning does;
        std::uint32_t key;
        member what;
    };
    struct position {
        std::array<std::uint16_t, strands> done{};
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
            const limits until = limits_at(at);
            if (until.all_returned) {  // all are in order but those that may be left out
                if (std::find(found.begin(), found.end(), at.now) == found.end()) {
                    found.push_back(at.now);
                }
                if (first_will_do) {
                    break;
                }
            }
            const auto go_on = [&](std::size_t i) {
                const position then = after(at, i);
                if (known.insert(then).second) {
                    to_do.push_back(then);
                }
            };
            std::array<std::size_t, strands> possible;
            std::size_t count = 0;
            bool settled = false;
            for (std::size_t i = 0; i < used_ && !settled; ++i) {
                const step* const next = next_of(i, at);
                if (next != nullptr && next->begin <= until.begin[strands_[i].lane] &&
                    next->does.allows(found_by(*next, at.now))) {
                    settled = !next->does.changes;
                    count = settled ? 0 : count;
                    possible[count++] = i;
                }
            }
            std::for_each_n(possible.begin(), count, go_on);
        }
        return found;
    }

    [[nodiscard]] const step* next_of(std::size_t strand, const position& at) const noexcept {
        const std::size_t i = strands_[strand].first + at.done[strand];
        return i < strands_[strand].last ? &steps_[i] : nullptr;
    }

    static value found_by(const step& s, const state& now) noexcept {
        return s.what == member::size
                   ? now.size() - static_cast<std::size_t>(std::count(now.begin(), now.end(), none))
                   : now[s.key];
    }

    [[nodiscard]] position after(const position& at, std::size_t strand) const noexcept {
        position then = at;
        const step& next = *next_of(strand, at);
        ++then.done[strand];
        if (next.what == member::clear) {
            then.now.fill(none);
        } else if (next.does.changes) {
            then.now[next.key] = next.does.leaves;
        }
        return then;
    }

    struct limits {
        std::array<std::uint64_t, lanes>
            begin;                 ///< the last moment at which a call that is next began
        bool all_returned = true;  ///< none is to come that has returned
    };
    [[nodiscard]] limits limits_at(const position& at) const noexcept {
        limits until;
        until.begin.fill(call::open);
        for (std::size_t i = 0; i < used_; ++i) {
            if (const step* const next = next_of(i, at)) {
                until.all_returned &= next->end == call::open;
                for (std::size_t lane = 0; lane < lanes; ++lane) {
                    until.begin[lane] =
                        std::min(until.begin[lane],
                                 lane == strands_[i].lane ? next->end : next->end_elsewhere);
                }
            }
        }
        return until;
    }

    struct series {  ///< the steps of a strand
        std::size_t lane;
        std::size_t first;
        std::size_t last;
    };
    std::array<series, strands> strands_{};
    std::size_t used_ = 0;  ///< strands that there are
    std::vector<step> steps_;
    position start_;
};

/// The part of a history that is about one key, which is number 0 there. (A clear() is about every key.)
inline history about(const history& whole, std::uint32_t key) {
    history h{{whole.initial[key]}, {}, whole.margin};
    for (call c : whole.calls) {
        if (c.what == member::clear || (c.key == key && c.what != member::size)) {
            c.key = 0;
            h.calls.push_back(c);
        }
    }
    return h;
}

/// The same for all keys, in one pass: what linearizability asks for if there are too many of them to be
/// looked at as one object.
inline std::vector<history> key_by_key(const history& whole) {
    std::vector<history> parts(whole.initial.size());
    for (std::size_t key = 0; key < parts.size(); ++key) {
        parts[key] = {{whole.initial[key]}, {}, whole.margin};
    }
    for (call c : whole.calls) {
        const auto first = parts.begin() + (c.what == member::clear ? 0 : c.key);
        const auto last = c.what == member::clear ? parts.end() : first + 1;
        c.key = 0;
        std::for_each(first, last, [&](history& h) { h.calls.push_back(c); });
    }
    return parts;
}

}  // namespace linearizability
