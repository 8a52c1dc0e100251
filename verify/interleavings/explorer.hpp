// SPDX-License-Identifier: BSL-1.0
//
// One scenario in one shape of the map: prepared once, saved, and put back before each execution.
#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <syncmap/detail/reclaim/epoch.hpp>

#include "explore.hpp"
#include "scenarios.hpp"
#include "sharing.hpp"
#include "subject.hpp"

struct bounds {
    unsigned preemptions = 4;
    unsigned stale = 1;
    std::uint64_t executions = 20'000;
    std::uint64_t random = 1'000;
    std::uint64_t seed = std::random_device{}();
};

// --- what threads have in thread_local variables ------------------------------------------------------

inline constexpr unsigned outside = machine::max_threads;  ///< the thread that prepares and checks
inline std::array<syncmap::detail::thread_state, machine::max_threads + 1> thread_states;

inline void swap_thread_state(unsigned thread, bool gets_it) {
    auto& mine = syncmap::detail::this_thread;
    if (gets_it) {
        thread_states[outside] = mine;
        mine = thread_states[thread];
    } else {
        thread_states[thread] = mine;
        mine = thread_states[outside];
    }
}

// --- one scenario in one shape ------------------------------------------------------------------------

inline std::uint64_t executions_begun = 0;

struct result {
    std::uint64_t executions = 0;
    std::uint64_t steps = 0;
    unsigned preemptions = 0;  ///< all ways with so many have been tried
};

class explorer {
public:
    explorer(const scenario& s, const shape& of, const bounds& within)
        : scenario_(s), shape_(of), bounds_(within), nothing_(arena::save()) {
        prepare();
    }
    explorer(const explorer&) = delete;
    explorer& operator=(const explorer&) = delete;
    ~explorer() {
        arena::restore(nothing_);
        syncmap::detail::this_thread = {};
    }

    /// All ways without a preemption, with one, with two ... as far as the budget goes; then random ones.
    result explore() {
        result r;
        sharing::forget();
        for (unsigned preemptions = 0; preemptions <= bounds_.preemptions; ++preemptions) {
            for (unsigned stale = 0; stale <= bounds_.stale; ++stale) {
                if (!explore_all(preemptions, stale, r)) {
                    preemptions = bounds_.preemptions;
                    break;
                }
                r.preemptions = preemptions;
            }
        }
        std::uint64_t longest = 1;
        for (std::uint64_t i = 0; i < bounds_.random; ++i) {
            pct random(bounds_.seed + i, 2 + static_cast<unsigned>(i % 4), longest);
            execute(random, r);
            longest = std::max(longest, machine::last_run().steps);
        }
        return r;
    }

    /// False if the budget did not suffice.
    bool explore_all(unsigned preemptions, unsigned stale, result& r) {
        bounded all(preemptions, stale);
        for (bool more = true; more;) {
            if (r.executions >= bounds_.executions * scenario_.effort) {
                return false;
            }
            execute(all, r);
            if (sharing::found_more()) {
                all.restart();
            } else {
                more = all.next();
            }
        }
        return true;
    }

    void show(const std::string& decisions) {
        std::printf("%s, %s:\n", scenario_.name.c_str(), shape_.name);
        machine::trace_all();
        replay again(decisions);
        result r;
        execute(again, r);
        std::printf("nothing wrong\n");
    }

    /// How to see the execution that is going on again.
    [[nodiscard]] std::string decisions() const {
        return recorder_ != nullptr ? recorder_->decisions() : "";
    }
    [[nodiscard]] const scenario& what() const { return scenario_; }
    [[nodiscard]] const shape& in() const { return shape_; }
    [[nodiscard]] const history& so_far() const { return history_; }

private:
    void prepare() {
        const arena::opened open;
        allocations = 0;
        subject_ = shape_.make().release();
        copies_look_into = scenario_.nested ? subject_ : nullptr;
        history ignored;
        for (const call& c : scenario_.before) {
            subject_->make(c, ignored);
        }
        thread_states.fill({});
        if (!scenario_.new_threads) {
            for (unsigned t = 0; t < scenario_.threads.size(); ++t) {
                swap_thread_state(t, true);
                static_cast<void>(syncmap::detail::domain::process().record_of_this_thread());
                swap_thread_state(t, false);
            }
        }
        {
            const arena::opened closed(false);
            // Not by asking the map: loads that miss would move its buckets.
            before_ = entries_after(scenario_.before);
            for (unsigned t = 0; t < scenario_.threads.size(); ++t) {
                bodies_.emplace_back([this, t] {
                    for (const call& c : scenario_.threads[t]) {
                        subject_->make(c, history_);
                    }
                });
            }
        }
        prepared_ = arena::save();
        prepared_states_ = thread_states;
        prepared_allocations_ = allocations;
        my_state_ = syncmap::detail::this_thread;
    }

    void execute(machine::guide& by, result& r) {
        arena::restore(prepared_);
        thread_states = prepared_states_;
        allocations = prepared_allocations_;
        syncmap::detail::this_thread = my_state_;
        history_.clear();
        ++executions_begun;
        recorder written(by);
        recorder_ = &written;
        machine::run(bodies_, written);
        check();
        recorder_ = nullptr;
        ++r.executions;
        r.steps += machine::last_run().steps;
    }

    void check() {
        const arena::opened open;
        entries after;
        std::size_t present = 0;
        for (int key = 0; key < key_count; ++key) {
            auto& entry = after[static_cast<std::size_t>(key)];
            entry = subject_->entry(key);
            present += entry.has_value() ? 1 : 0;
        }
        {
            const arena::opened closed(false);
            if (!history_.explained(before_, after, machine::last_run().stale_loads != 0)) {
                machine::violation("no order explains the calls, from " + to_string(before_) +
                                   " to " + to_string(after));
            }
        }
        if (subject_->size() != present) {
            machine::violation("size() is " + std::to_string(subject_->size()) +
                               ", and there are " + std::to_string(present) + " entries");
        }
        if (const std::size_t left = subject_->garbage_after_reclaim(); left != 0) {
            machine::violation(std::to_string(left) + " objects are left after reclaim()");
        }
        delete subject_;
        if (allocations != 0) {
            machine::violation(std::to_string(allocations) + " allocations have leaked");
        }
    }

    const scenario& scenario_;
    const shape& shape_;
    bounds bounds_;
    arena::state nothing_;
    arena::state prepared_;
    std::array<syncmap::detail::thread_state, machine::max_threads + 1> prepared_states_{};
    std::ptrdiff_t prepared_allocations_ = 0;
    syncmap::detail::thread_state my_state_{};
    subject* subject_ = nullptr;
    history history_;
    entries before_;
    std::vector<std::function<void()>> bodies_;
    recorder* recorder_ = nullptr;
};
