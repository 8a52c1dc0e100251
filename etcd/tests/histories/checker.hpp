// SPDX-License-Identifier: BSL-1.0
//
// Is there an order of the calls, each at a moment between its beginning and its end, that explains all results? Wing and
// Gong's search, with Lowe's memory of what has been tried.
//
// (I1) Calls of a lane that have returned follow each other, so those that are in order are a first part of each lane: a
//      number for each, with a bit for each open call and the value that is there. All that the rest of the search
//      depends on is these, and none of them is looked at twice.
// (I2) A call may be next if it began before the end of each that has returned and is still to come.
// (I3) One that may be next, and by what it has returned changes nothing, may as well be next: nothing else is tried there.
//      (A clear() does not say.) An open call is tried only where it changes something, and after all others: it need not
//      have been done.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "history.hpp"

namespace histories {

enum class verdict { explained, impossible, undecided };

class search {
public:
    explicit search(const std::vector<call>& calls) {
        std::map<std::uint32_t, std::vector<call>> lanes;
        for (const call& c : calls) {
            if (!c.open) {
                lanes[c.lane].push_back(c);
            } else if (c.what != verb::load) {
                open_.push_back(c);
            }
        }
        for (auto& [lane, mine] : lanes) {
            std::sort(mine.begin(), mine.end(), earlier);
            lanes_.push_back(std::move(mine));
        }
        std::sort(open_.begin(), open_.end(), earlier);
    }

    /// Gives up after `most` positions.
    [[nodiscard]] verdict run(std::size_t most = 3000000) const {
        position start;
        start.done.resize(lanes_.size());
        start.taken.resize(open_.size());
        std::vector<position> to_do{start};
        std::unordered_set<std::string> known;
        while (!to_do.empty()) {
            const position at = std::move(to_do.back());
            to_do.pop_back();
            if (!known.insert(packed(at)).second) continue;
            if (known.size() > most) return verdict::undecided;
            std::int64_t until = std::numeric_limits<std::int64_t>::max();
            bool all = true;
            for (std::size_t i = 0; i < lanes_.size(); ++i) {
                if (at.done[i] == lanes_[i].size()) continue;
                all = false;
                until = std::min(until, lanes_[i][at.done[i]].end);
            }
            if (all) return verdict::explained;
            go_on(at, until, to_do);
        }
        return verdict::impossible;
    }

private:
    struct position {
        std::vector<std::uint32_t> done{};
        std::vector<bool> taken{};
        value now = 0;
    };

    static bool earlier(const call& a, const call& b) { return a.begin < b.begin; }

    static std::string packed(const position& p) {
        std::string s(reinterpret_cast<const char*>(p.done.data()), p.done.size() * 4);
        s.append(reinterpret_cast<const char*>(&p.now), sizeof p.now);
        char bits = 0;
        for (std::size_t i = 0; i < p.taken.size(); ++i) {
            if (p.taken[i]) bits = static_cast<char>(bits | 1 << i % 8);
            if (i % 8 == 7 || i + 1 == p.taken.size()) s += std::exchange(bits, 0);
        }
        return s;
    }

    void go_on(const position& at, std::int64_t until, std::vector<position>& to_do) const {
        std::vector<std::pair<std::int64_t, position>> next;
        for (std::size_t i = 0; i < lanes_.size(); ++i) {
            if (at.done[i] == lanes_[i].size()) continue;
            const call& c = lanes_[i][at.done[i]];
            if (c.begin > until) continue;
            const std::optional<value> then = effect(c, at.now);
            if (!then) continue;
            position p = at;
            ++p.done[i];
            p.now = *then;
            if (*then == at.now && c.what != verb::clear) {
                to_do.push_back(std::move(p));
                return;
            }
            next.emplace_back(c.end, std::move(p));
        }
        for (std::size_t i = 0; i < open_.size() && open_[i].begin <= until; ++i) {
            if (at.taken[i]) continue;
            const std::optional<value> then = effect(open_[i], at.now);
            if (!then || *then == at.now) continue;
            position p = at;
            p.taken[i] = true;
            p.now = *then;
            to_do.push_back(std::move(p));
        }
        // the last is looked at first: what returned first
        std::sort(next.begin(), next.end(),
                  [](const auto& a, const auto& b) { return a.first > b.first; });
        for (auto& [end, p] : next) to_do.push_back(std::move(p));
    }

    std::vector<std::vector<call>> lanes_;
    std::vector<call> open_;
};

}  // namespace histories
