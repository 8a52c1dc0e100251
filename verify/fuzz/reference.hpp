// SPDX-License-Identifier: BSL-1.0
//
// What the map should do: a std::unordered_map, and beside it, for what Go has, the classic
// algorithm. Every change is made in both, and they have to agree.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "input.hpp"
#include "reference/classic_sync_map.hpp"

namespace fuzz {

class reference {
public:
    using entry = std::pair<number, number>;

    [[nodiscard]] std::optional<number> get(number key) {
        const auto at = entries_.find(key);
        const auto found = at == entries_.end() ? std::nullopt : std::optional(at->second);
        require(classic_.load(key) == found, "the references disagree about load");
        return found;
    }
    std::optional<number> put(number key, number value) {
        const std::optional<number> before = get(key);
        require(classic_.exchange(key, value) == before, "the references disagree about exchange");
        set(key, value);
        return before;
    }
    std::optional<number> take(number key) {
        const std::optional<number> before = get(key);
        require(classic_.load_and_erase(key) == before,
                "the references disagree about load_and_erase");
        remove(key);
        return before;
    }
    bool compare_exchange(number key, number expected, number desired) {
        const bool equal = get(key) == expected;
        require(classic_.compare_exchange(key, expected, desired) == equal,
                "the references disagree about compare_exchange");
        if (equal) set(key, desired);
        return equal;
    }
    bool compare_and_erase(number key, number expected) {
        const bool equal = get(key) == expected;
        require(classic_.compare_and_erase(key, expected) == equal,
                "the references disagree about compare_and_erase");
        if (equal) remove(key);
        return equal;
    }
    void clear() {
        entries_.clear();
        classic_.clear();
        for (watch* w : watches_) w->stays_.clear();
    }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] const std::unordered_map<number, number>& entries() const { return entries_; }

    /// What a call that looks at many entries may show, and has to, while callbacks change the map.
    class watch {
    public:
        explicit watch(reference& of) : of_(of), states_(of.entries_.begin(), of.entries_.end()) {
            for (const auto& [key, value] : of.entries_) stays_.insert(key);
            of.watches_.push_back(this);
        }
        watch(const watch&) = delete;
        watch& operator=(const watch&) = delete;
        ~watch() { std::erase(of_.watches_, this); }

        /// Whether the key has had that value at some moment since.
        [[nodiscard]] bool was(number key, number value) const {
            return states_.contains({key, value});
        }
        /// The keys that have been there all the time.
        [[nodiscard]] const std::set<number>& stays() const { return stays_; }

    private:
        friend reference;
        reference& of_;
        std::set<entry> states_;
        std::set<number> stays_;
    };

private:
    void set(number key, number value) {
        entries_[key] = value;
        for (watch* w : watches_) w->states_.emplace(key, value);
    }
    void remove(number key) {
        entries_.erase(key);
        for (watch* w : watches_) w->stays_.erase(key);
    }

    std::unordered_map<number, number> entries_;
    syncmap::reference::classic_sync_map<number, number> classic_;
    std::vector<watch*> watches_;
};

}  // namespace fuzz
