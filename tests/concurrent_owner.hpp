// SPDX-License-Identifier: BSL-1.0
//
// A thread that alone changes certain keys of a map which others use too, and therefore knows what
// every operation on them has to say: nothing that happens to other keys may show.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "concurrent_support.hpp"

namespace concurrent {

// Whether somebody calls clear: then an entry may be gone at any time, but must not come back.
enum class entries { stay, may_vanish };

template <class Config>
class owner {
public:
    using map = typename Config::map;
    using value = typename Config::value;

    owner(map& m, std::size_t which, promises& kept, entries fate = entries::stay)
        : map_(m), which_(which), kept_(kept), fate_(fate), roll_(which),
          versions_(Config::keys / threads) {}

    // One operation on one of the owner's keys. If it throws, nothing has changed.
    void act() {
        const std::size_t i = roll_(versions_.size());
        const std::size_t number = number_of(i);
        const auto key = Config::make_key(number);
        const std::size_t next = ++last_version_;
        const auto old_value = Config::make_value(number, versions_[i]);
        const auto new_value = Config::make_value(number, next);
        switch (roll_(23)) {
        case 0: saw(i, map_.load(key)); break;
        case 1: saw_whether(i, map_.contains(key)); break;
        case 2: {
            std::optional<value> seen;
            const bool found = map_.visit(key, [&](const value& v) { seen = v; });
            kept_.require(found == seen.has_value(), "visit says whether it has called");
            saw(i, seen);
            break;
        }
        case 3: {
            const auto pin = map_.pin(key);
            saw(i, pin ? std::optional<value>(*pin) : std::nullopt);
            break;
        }
        case 4:
        case 5:
            map_.store(key, new_value);
            versions_[i] = next;
            break;
        case 6: saw_or_set(i, next, map_.load_or_store(key, new_value)); break;
        case 7: saw_or_set(i, next, map_.load_or_compute(key, [&] { return new_value; })); break;
        case 8: {
            const auto [pin, inserted] = map_.try_emplace(key, new_value);
            saw_or_set(i, next, std::pair<value, bool>(*pin, !inserted));
            break;
        }
        case 9:
        case 10:
            saw_whether(i, map_.erase(key));
            versions_[i] = absent;
            break;
        case 11:
            saw(i, map_.load_and_erase(key));
            versions_[i] = absent;
            break;
        case 12:
            saw(i, map_.exchange(key, new_value));
            versions_[i] = next;
            break;
        case 13:
            saw_whether(i, map_.compare_exchange(key, old_value, new_value));
            if (versions_[i] != absent) versions_[i] = next;
            break;
        case 14:
            kept_.require(!map_.compare_exchange(key, new_value, new_value),
                          "compare_exchange replaces nothing but what is expected");
            break;
        case 15:
            saw_whether(i, map_.compare_and_erase(key, old_value));
            versions_[i] = absent;
            break;
        case 16:
            kept_.require(!map_.compare_and_erase(key, new_value),
                          "compare_and_erase erases nothing but what is expected");
            break;
        case 17:
        case 18: update(i, key, next, roll_(3) == 0); break;
        case 19: look_at_many(i); break;
        case 20:
            saw_whether(i, map_.erase_if(key, [&](const value& v) { return v == old_value; }));
            versions_[i] = absent;
            break;
        case 21:
            kept_.require(!map_.erase_if(key, [&](const value& v) { return !(v == old_value); }),
                          "erase_if erases nothing that its predicate does not want");
            break;
        case 22: saw(i, map_.update(key, [](const value*) { return syncmap::unchanged; })); break;
        }
    }

    // What others store meanwhile may stay, but of the owner's keys none is left.
    void clear() {
        map_.clear();
        std::fill(versions_.begin(), versions_.end(), absent);
    }

    // All of the owner's keys, one by one and by iteration.
    void look_at_all() {
        for (std::size_t i = 0; i < versions_.size(); ++i)
            saw(i, map_.load(Config::make_key(number_of(i))));
        std::vector<std::optional<value>> seen(versions_.size());
        std::as_const(map_).for_each([&](const auto& key, const value& v) {
            const std::size_t number = Config::number_of(key);
            if (number % threads != which_) return;
            auto& at = seen.at(number / threads);
            kept_.require(!at.has_value(), "for_each shows no key twice");
            at = v;
        });
        for (std::size_t i = 0; i < versions_.size(); ++i) saw(i, seen[i]);
    }

    std::size_t size() const {
        return versions_.size() -
               static_cast<std::size_t>(std::count(versions_.begin(), versions_.end(), absent));
    }

private:
    static constexpr std::size_t absent = 0;

    std::size_t number_of(std::size_t i) const { return i * threads + which_; }

    void saw(std::size_t i, const std::optional<value>& seen) {
        if (seen) {
            kept_.require(versions_[i] != absent, "what is not there is not found");
            kept_.require(*seen == Config::make_value(number_of(i), versions_[i]),
                          "a key has the value that was stored last");
        } else {
            kept_.require(versions_[i] == absent || fate_ == entries::may_vanish,
                          "what is there is found");
            versions_[i] = absent;
        }
    }
    void saw_whether(std::size_t i, bool there) {
        saw(i, there ? std::optional<value>(Config::make_value(number_of(i), versions_[i]))
                     : std::nullopt);
    }
    void saw_or_set(std::size_t i, std::size_t next, const std::pair<value, bool>& result) {
        if (result.second) return saw(i, result.first);
        saw(i, std::nullopt);
        kept_.require(result.first == Config::make_value(number_of(i), next),
                      "who inserts gets what was inserted");
        versions_[i] = next;
    }

    void update(std::size_t i, const typename Config::key& key, std::size_t next, bool erase) {
        std::optional<value> seen;
        const auto made = map_.update(key, [&](const value* current) {
            seen = current != nullptr ? std::optional<value>(*current) : std::nullopt;
            return erase ? std::nullopt
                         : std::optional<value>(Config::make_value(number_of(i), next));
        });
        saw(i, seen);
        kept_.require(made.has_value() == !erase, "update gives the new value");
        versions_[i] = erase ? absent : next;
    }

    void look_at_many(std::size_t i) {
        constexpr std::size_t many = 5;
        std::array<typename Config::key, many> keys;
        for (std::size_t j = 0; j < many; ++j)
            keys[j] = Config::make_key(number_of((i + j) % versions_.size()));
        std::array<std::optional<value>, many> out;
        const std::size_t found = map_.load_many(keys, std::span(out));
        for (std::size_t j = 0; j < many; ++j) saw((i + j) % versions_.size(), out[j]);
        kept_.require(found ==
                          static_cast<std::size_t>(std::count_if(
                              out.begin(), out.end(), [](const auto& o) { return o.has_value(); })),
                      "load_many counts what it has found");
        std::array<std::optional<value>, many> visited;
        map_.visit_many(keys, [&](std::size_t j, const value& v) { visited.at(j) = v; });
        for (std::size_t j = 0; j < many; ++j) saw((i + j) % versions_.size(), visited[j]);
    }

    map& map_;
    std::size_t which_;
    promises& kept_;
    entries fate_;
    dice roll_;
    std::vector<std::size_t> versions_;
    std::size_t last_version_ = absent;
};

template <class Config>
void expect_that_owners_see_what_they_did() {
    promises kept;
    typename Config::map m;
    std::atomic<std::size_t> present{0};
    in_parallel(threads, [&](std::size_t which) {
        owner<Config> mine(m, which, kept);
        for (std::size_t i = 0; i < Config::rounds(250'000); ++i) {
            mine.act();
            if (i % 4096 == 0) mine.look_at_all();
        }
        mine.look_at_all();
        present += mine.size();
    });
    EXPECT_EQ(m.size(), present);
    EXPECT_EQ(m.snapshot().size(), present);
}

}  // namespace concurrent
