// SPDX-License-Identifier: BSL-1.0
//
// One thread that makes calls and writes down what came of them, and when (clock.hpp).
#pragma once

#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "clock.hpp"
#include "delays.hpp"
#include "subject.hpp"

namespace linearizability {

/// How a map is to be treated, as long as it lives.
struct plan {
    std::uint32_t keys = 2;     ///< are written down
    std::uint32_t others = 0;   ///< keys that are only there to disturb
    std::uint32_t calls = 150;  ///< by each thread, in each history
    std::uint32_t rounds = 1;   ///< so many histories, one right after the other
    std::uint16_t threads = lanes;
    bool fresh = false;        ///< keys, in each round
    bool interrupted = false;  ///< all the time
    timing by;
    std::uint64_t start_within = 1;  ///< turns of a loop, in each round
    std::uint32_t clear_in = 0;      ///< one of so many calls is clear(); 0: none is
    std::uint32_t walk_in = 0;       ///< likewise, walks over all entries
    bool erase_if = false;           ///< is one of them
    bool set = false;                ///< there is but one value
    std::array<std::vector<member>, lanes> members;  ///< that each thread calls
};

/// Something about a key, that has shown between two moments.
struct complaint {
    std::string what;
    std::uint64_t key = 0;
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

/// What the threads have in common.
struct shared {
    explicit shared(std::size_t keys) : recent(keys) {}

    /// For what is wrong whatever the order.
    void complain(complaint c) {
        const std::lock_guard guard(mutex);
        if (wrong.what.empty()) {
            wrong = std::move(c);
        }
    }

    std::vector<std::atomic<value>> recent;  ///< values that comparing is likely to meet
    std::mutex mutex;
    complaint wrong;
};

/// Of a key that is only there to disturb.
constexpr value value_of_other(const plan& p, std::uint64_t key) noexcept {
    return p.set ? the_value : (value{1} << 30U) + key;
}

/// `fresh` is a value that nobody else has stored, or will; `likely` is one that may be there.
inline void choose_arguments(call& c, dice& d, value fresh, value likely) noexcept {
    switch (c.what) {
    case member::compare_exchange: c.argument = fresh; [[fallthrough]];
    case member::compare_and_erase:
    case member::erase_if: c.expected = likely; break;
    case member::update:
        c.argument = d.one_in(3) ? none : fresh;
        c.yes = d.one_in(4);  // keep
        break;
    case member::store:
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace:
    case member::exchange: c.argument = fresh; break;
    default: break;
    }
}

class recorder {
public:
    recorder(std::uint16_t lane, std::uint64_t seed, const timing& t)
        : lane_(lane), dice_(seed), moment_(t) {}

    std::vector<call> calls;

    void run(subject& map, const plan& p, shared& s) {
        calls.reserve(std::size_t{2} * p.calls);
        for (std::uint32_t i = 0; i < p.calls; ++i) {
            if (p.walk_in != 0 && dice_.one_in(p.walk_in)) {
                walk(map, p, s);
            } else {
                make(map, p, s);
            }
        }
    }

    /// Makes a call that has been chosen.
    const call& perform(subject& map, call c) {
        c.lane = lane_;
        c.begin = moment_();
        map.make(c);
        c.end = moment_();
        return calls.emplace_back(c);
    }

    /// Makes a call after all others have handed over to this thread, and before they go on.
    const call& perform_alone(subject& map, const call& c) {
        moment_.after_all_others(true);
        const call& done = perform(map, c);
        moment_.after_all_others(false);
        return done;
    }

    /// A walk over all entries, as what it says about each.
    void walk(subject& map, const plan& p, shared& s) {
        sights_.clear();
        const std::uint64_t begin = moment_();
        const auto see = [&](std::uint64_t key, value v, bool erase) {
            const std::uint64_t when = moment_();
            dwell();
            sights_.push_back({key, v, when, erase, moment_()});
        };
        const std::uint64_t kind = dice_(p.erase_if ? 3 : 2);
        const char* name = "for_each";
        bool complete = true;
        std::size_t erased = 0;
        if (kind == 0) {
            std::uint64_t wanted = dice_.one_in(6) ? 1 + dice_(p.keys) : ~std::uint64_t{0};
            const auto look = [&](std::uint64_t key, value v) {
                if (!complete) {
                    s.complain(
                        {"for_each went on when it was told to stop", key, begin, moment_()});
                }
                see(key, v, false);
                complete = --wanted != 0;
                return complete;
            };
            if (dice_.one_in(2)) {
                map.for_each(look);
            } else {
                // Whichever comes first: together the parts are all, and no two of them have anything in common.
                const std::size_t parts = 1 + dice_(12);
                const std::size_t first = dice_(parts);
                for (std::size_t i = 0; i < parts && complete; ++i) {
                    map.for_each((first + i) % parts, parts, look);
                }
            }
        } else if (kind == 1) {
            name = "snapshot";
            for (const auto& [key, v] : map.snapshot()) {
                see(key, v, false);
            }
        } else {
            name = "erase_if";
            erased = map.erase_if([&](std::uint64_t key, value v) {
                const bool erase = key < p.keys && dice_.one_in(3);
                see(key, v, erase);
                return erase;
            });
        }
        tell(p, s, name, complete, erased, begin, moment_());
    }

private:
    void make(subject& map, const plan& p, shared& s) {
        call c{.what = p.members[lane_][dice_(p.members[lane_].size())],
               .key = static_cast<std::uint32_t>(dice_(p.keys))};
        std::atomic<value>& recent = s.recent[c.key];
        if (p.clear_in != 0 && dice_.one_in(p.clear_in)) {
            c.what = member::clear;
            c.key = 0;
        }
        const value likely = recent.load(std::memory_order_relaxed);
        choose_arguments(c, dice_, fresh(p), likely != none ? likely : fresh(p));
        const call done = perform(map, c);
        if (done.what == member::clear && dice_.one_in(3)) {
            map.reclaim();  // what walks are still looking at would be gone if nothing kept it
        }
        if (const value v = done.argument != none && dice_.one_in(2) ? done.argument : done.result;
            v != none) {
            recent.store(v, std::memory_order_relaxed);
        }
    }

    value fresh(const plan& p) noexcept { return p.set ? the_value : ++stored_ * lanes + lane_; }

    struct sight {
        std::uint64_t key;
        value seen;
        std::uint64_t when;
        bool erase;                 ///< what the predicate said,
        std::uint64_t erase_after;  ///< and when
    };

    /// What a walk promises, in terms of single keys: a value that was shown was there at some moment since
    /// the walk began; a key that was not shown was absent at some moment.
    void tell(const plan& p, shared& s, const char* name, bool complete, std::size_t erased,
              std::uint64_t begin, std::uint64_t end) {
        constexpr auto never = ~std::size_t{0};
        std::vector<std::size_t> last(p.keys + p.others, never);
        for (std::size_t i = 0; i < sights_.size(); ++i) {
            const sight& now = sights_[i];
            if (now.key >= last.size() ||
                (now.key >= p.keys && now.seen != value_of_other(p, now.key))) {
                s.complain({std::string(name) + " showed an entry that nobody ever stored", now.key,
                            begin, end});
                return;
            }
            const std::size_t before = std::exchange(last[now.key], i);
            if (now.key < p.keys) {
                const std::uint64_t since = before != never ? sights_[before].erase_after : begin;
                add(member::shown, now.key, since, now.when).result = now.seen;
            }
            if (before != never && !(before + 1 == i && sights_[before].erase)) {
                s.complain({std::string(name) + " showed a key twice", now.key, begin, end});
                return;
            }
        }
        std::vector<const sight*> to_erase;
        for (std::uint32_t key = 0; key < p.keys; ++key) {
            if (last[key] != never) {
                if (const sight& at = sights_[last[key]]; at.erase) {
                    to_erase.push_back(&at);
                }
            } else if (complete) {
                add(member::not_shown, key, begin, end);
            }
        }
        if (erased > to_erase.size()) {
            s.complain({"erase_if erased more than its predicate allowed", 0, begin, end});
        }
        // If one has not been erased, it was gone by then: at some moment of the walk, which may be before the predicate
        // spoke of it. What has come in its place is left alone.
        const bool all = erased == to_erase.size();
        for (const sight* at : to_erase) {
            call& c = add(member::erased_if, at->key, all ? at->erase_after : begin, end);
            c.expected = at->seen;
            c.yes = all;
        }
    }

    call& add(member what, std::uint64_t key, std::uint64_t begin, std::uint64_t end) {
        return calls.emplace_back(call{.what = what,
                                       .lane = lane_,
                                       .key = static_cast<std::uint32_t>(key),
                                       .begin = begin,
                                       .end = end});
    }

    std::uint16_t lane_;
    dice dice_;
    stamper moment_;
    value stored_ = 0;
    std::vector<sight> sights_;
};

}  // namespace linearizability
