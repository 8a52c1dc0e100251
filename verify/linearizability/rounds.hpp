// SPDX-License-Identifier: BSL-1.0
//
// Many short histories of one map: two or three threads, each on a processor of its own, start at the same
// moment, make a few calls each, one right after the other, and meet again. What a store buffer or a cache
// delays for some nanoseconds decides there what they see.
//
// Nothing but reading the clock, if that, comes between the calls of a thread. They are chosen before; and
// what is there at first, and in the end, one thread writes and reads while the others wait. Either all
// rounds have the same few keys, which mostly share a bucket; or each has fresh ones, in places where nobody
// has been lately.
#pragma once

#include <algorithm>
#include <deque>
#include <optional>
#include <thread>

#include "checker.hpp"
#include "recorder.hpp"

namespace linearizability {

class rounds {
public:
    rounds(subject& map, const plan& p, const std::vector<int>& processors, std::uint64_t seed)
        : map_(map), plan_(p), processors_(processors), shared_(p.keys),
          initial_(p.rounds + 1, std::vector<value>(p.keys, none)), explained_(p.rounds) {
        for (std::uint16_t i = 0; i < p.threads; ++i) {
            workers_.emplace_back(i, seed + i, p.by);
        }
        if (p.fresh && workers_[0].random.one_in(2)) {
            map.reserve(p.rounds * p.keys);
        }
        for (std::uint32_t i = 0; i < (p.fresh ? p.rounds : 1); ++i) {
            prepare(workers_[0], i);
        }
    }

    /// Makes all calls, and searches for an order of each round's.
    void run() {
        std::vector<std::thread> threads;
        working_ = workers_.size();
        for (worker& w : workers_) {
            threads.emplace_back([&] { work(w); });
        }
        for (const patience enough; working_ != 0; enough.or_end()) {
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        for (std::thread& t : threads) {
            t.join();
        }
    }

    [[nodiscard]] history of(std::uint32_t round) const {
        history h{initial_[round], {}, plan_.by.margin};
        for (const worker& w : workers_) {
            const auto first = w.notes.calls.begin();
            h.calls.insert(h.calls.end(), first + w.begins[round], first + w.begins[round + 1]);
        }
        for (call& c : h.calls) {
            c.key -= c.what == member::clear || c.what == member::size ? 0 : first_key(round);
        }
        return h;
    }
    /// Whether there is an order.
    [[nodiscard]] bool explained(std::uint32_t round) const { return explained_[round] != 0; }
    [[nodiscard]] const complaint& wrong() const noexcept { return shared_.wrong; }

private:
    struct choice {
        bool walk = false;
        call what;
    };
    struct alignas(64) worker {
        worker(std::uint16_t i, std::uint64_t seed, const timing& t)
            : lane(i), random(seed), notes(i, seed + lanes, t) {}

        std::uint16_t lane;
        dice random;
        recorder notes;
        std::vector<std::ptrdiff_t> begins{0};  ///< of each round's calls in the notes
        std::vector<choice> chosen;
        alignas(64) std::atomic<std::uint32_t> met{0};
    };

    void work(worker& me) {
        run_on(processors_[me.lane * processors_.size() / plan_.threads]);
        my_dice = dice(me.random(~std::uint64_t{0}));
        make_calls(me);
        meet(me);
        for (std::uint32_t round = me.lane; round < plan_.rounds; round += plan_.threads) {
            explained_[round] = search(of(round)).explains() ? 1 : 0;
        }
        --working_;
    }

    void make_calls(worker& me) {
        me.notes.calls.reserve(std::size_t{2} * plan_.rounds * (plan_.calls + plan_.keys + 1));
        std::optional<interruptions> often;
        if (plan_.interrupted) {
            often.emplace(50'000 + static_cast<long>(me.random(100'000)));
        }
        for (std::uint32_t round = 0; round < plan_.rounds; ++round) {
            choose(me, round);
            const std::uint64_t late = me.random(plan_.start_within);
            meet(me);
            spin(late);
            for (const choice& c : me.chosen) {
                if (c.walk) {
                    me.notes.walk(map_, plan_, shared_);
                } else {
                    me.notes.perform(map_, c.what);
                }
            }
            meet(me);
            if (round % plan_.threads == me.lane) {
                look(me, round);
                if (!plan_.fresh) {
                    prepare(me, round + 1);
                }
            }
            me.begins.push_back(static_cast<std::ptrdiff_t>(me.notes.calls.size()));
        }
    }

    /// Each says that it is here, and goes on when it sees that all are: at nearly the same moment.
    void meet(worker& me) {
        const std::uint32_t times = me.met.load(std::memory_order_relaxed) + 1;
        me.met.store(times, std::memory_order_release);
        for (const worker& other : workers_) {
            for (int spin = 1; other.met.load(std::memory_order_acquire) < times; ++spin) {
                if (spin % 65536 == 0) {  // it has lost its processor, or there is but one
                    sched_yield();
                }
            }
        }
    }

    // Of all values that a round knows each is stored by one call of the round, or was there at first.
    static constexpr std::uint32_t values_per_round = 1000;
    [[nodiscard]] value first_value(std::uint32_t round, std::uint32_t key) const noexcept {
        return plan_.set ? the_value : round * values_per_round + 1 + key;
    }
    [[nodiscard]] value stored_value(std::uint32_t round, std::uint64_t number) const noexcept {
        return plan_.set ? the_value : round * values_per_round + 1 + whole_keys + number;
    }

    void choose(worker& me, std::uint32_t round) {
        const std::vector<member>& members = plan_.members[me.lane];
        me.chosen.resize(plan_.calls);
        for (std::uint32_t i = 0; i < plan_.calls; ++i) {
            choice& c = me.chosen[i];
            c = {.walk = plan_.walk_in != 0 && me.random.one_in(plan_.walk_in),
                 .what = {.what = members[me.random(members.size())],
                          .key = static_cast<std::uint32_t>(me.random(1 + me.random(plan_.keys)))}};
            const std::uint64_t other = me.random(plan_.calls * plan_.threads);
            choose_arguments(c.what, me.random, stored_value(round, me.lane * plan_.calls + i),
                             me.random.one_in(2) ? first_value(round, c.what.key)
                                                 : stored_value(round, other));
            c.what.key += first_key(round);
            if (plan_.clear_in != 0 && me.random.one_in(plan_.clear_in)) {
                c.what = {.what = member::clear};
            }
        }
    }

    /// All that is there in the end.
    void look(worker& me, std::uint32_t round) {
        for (const value v : initial_[round]) {
            others_there_ -= plan_.fresh && v != none ? 1 : 0;
        }
        std::size_t there = 0;
        for (std::uint32_t key = 0; key < plan_.keys; ++key) {
            const call& c =
                me.notes.perform_alone(map_, {.what = member::load, .key = first_key(round) + key});
            there += c.result != none ? 1 : 0;
        }
        if (plan_.clear_in != 0 && plan_.others != 0 && !make(member::contains, plan_.keys).yes) {
            others_there_ = 0;
        }
        me.notes.perform_alone(map_, {.what = member::size, .expected = others_there_});
        others_there_ += plan_.fresh ? there : 0;
    }

    /// What is there at first.
    void prepare(worker& me, std::uint32_t round) {
        for (std::uint32_t i = 0; others_there_ < plan_.others; ++i) {
            make(member::store, plan_.keys + i, value_of_other(plan_, plan_.keys + i));
            ++others_there_;
        }
        for (std::uint32_t key = 0; key < plan_.keys; ++key) {
            const std::uint32_t actual = first_key(round) + key;
            if (me.random.one_in(2)) {
                initial_[round][key] = first_value(round, key);
                make(member::store, actual, first_value(round, key));
                others_there_ += plan_.fresh ? 1 : 0;
            } else if (!plan_.fresh) {
                make(member::erase, actual);
            }
        }
    }

    [[nodiscard]] std::uint32_t first_key(std::uint32_t round) const noexcept {
        return plan_.fresh ? round * plan_.keys : 0;
    }

    call make(member what, std::uint32_t key, value argument = none) {
        call c{.what = what, .key = key, .argument = argument};
        map_.make(c);
        return c;
    }

    subject& map_;
    const plan& plan_;
    const std::vector<int>& processors_;
    shared shared_;
    std::deque<worker> workers_;
    std::vector<std::vector<value>> initial_;
    std::vector<char> explained_;
    std::size_t others_there_ = 0;  ///< entries of keys that are not the round's
    std::atomic<std::size_t> working_{0};
};

}  // namespace linearizability
