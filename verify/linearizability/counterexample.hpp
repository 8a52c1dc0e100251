// SPDX-License-Identifier: BSL-1.0
//
// A history that nothing explains, made as short as it can be without losing the contradiction.
//
// Whatever is left out, what remains could be explained if the whole could:
// - what happened after a moment: a call that had not returned by then may have had its effect or not;
// - calls that change nothing; and keys, with what was said of all of them, but for clear();
// - what happened before a moment at which no call was under way, and only one state was possible.
// (A moment is not the same for all threads: history::margin.)
#pragma once

#include "checker.hpp"

namespace linearizability {

class counterexample {
public:
    /// Of a history that search() does not explain.
    explicit counterexample(history h) : h_(std::move(h)) {
        end_early();
        drop_what_changes_nothing();
        drop_keys();
        begin_late();
    }

    [[nodiscard]] const history& shortest() const { return h_; }

private:
    static bool fails(const history& h) { return !search(h).explains(); }

    static history until(const history& h, std::uint64_t end) {
        history part{h.initial, {}, h.margin};
        for (call c : h.calls) {
            if (c.begin <= h.elsewhere(end)) {
                if (c.end > end) {
                    c.end = call::open;
                }
                part.calls.push_back(c);
            }
        }
        return part;
    }

    /// Longer parts fail if shorter ones do, so the shortest can be bisected.
    void end_early() {
        std::vector<std::uint64_t> ends;
        for (const call& c : h_.calls) {
            ends.push_back(c.end);
        }
        std::sort(ends.begin(), ends.end());
        const auto first = std::partition_point(
            ends.begin(), ends.end(), [&](std::uint64_t end) { return !fails(until(h_, end)); });
        h_ = until(h_, *first);
    }

    void keep_if_it_fails(history less) {
        if (less.calls.size() < h_.calls.size() && fails(less)) {
            h_ = std::move(less);
        }
    }
    void drop_what_changes_nothing() {
        for (std::size_t i = h_.calls.size(); i-- > 0;) {
            if (!meaning_of(h_.calls[i]).changes) {
                history less = h_;
                less.calls.erase(less.calls.begin() + static_cast<std::ptrdiff_t>(i));
                keep_if_it_fails(std::move(less));
            }
        }
    }
    void drop_keys() {
        for (std::uint32_t key = 0; key < h_.initial.size(); ++key) {
            history less = h_;
            std::erase_if(less.calls, [=](const call& c) {
                return c.what == member::size || (c.key == key && c.what != member::clear);
            });
            keep_if_it_fails(std::move(less));
        }
    }

    /// Not at the last moment that would do: some of what led there is worth seeing.
    void begin_late() {
        constexpr std::size_t worth_seeing = 5;
        std::vector<std::uint64_t> begins;
        for (const call& c : h_.calls) {
            begins.push_back(c.begin);
        }
        std::sort(begins.begin(), begins.end(), std::greater<>());
        std::size_t enough = h_.calls.size();
        const history all = h_;
        for (const std::uint64_t moment : begins) {
            if (history part = from(all, moment); !part.calls.empty() && fails(part)) {
                enough = std::min(enough, part.calls.size() + worth_seeing);
                h_ = std::move(part);
                if (h_.calls.size() >= enough) {
                    return;
                }
            }
        }
    }

    /// What began at a moment or later; nothing, if what was there then is not known.
    static history from(const history& h, std::uint64_t moment) {
        history before{h.initial, {}, h.margin};
        history after{{}, {}, h.margin};
        for (const call& c : h.calls) {
            if (c.begin < moment && h.elsewhere(c.end) >= moment) {
                return {};
            }
            (c.begin < moment ? before : after).calls.push_back(c);
        }
        const auto states = search(before).outcomes();
        if (states.size() != 1) {
            return {};
        }
        const auto first = states.front().begin();
        after.initial.assign(first, first + static_cast<std::ptrdiff_t>(h.initial.size()));
        return after;
    }

    history h_;
};

}  // namespace linearizability
