// SPDX-License-Identifier: BSL-1.0
//
// One cell, round after round: a pair of keys each, which all threads begin together.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>

#include "lanes.hpp"
#include "shapes.hpp"

namespace litmus {

class trial {
public:
    using clock = std::chrono::steady_clock;

    /// Goes on until `end`, for one batch of rounds at least.
    trial(const cell& c, subject& map, std::uint64_t seed, lanes& threads, clock::time_point end)
        : cell_(c), map_(map), end_(end), explained_(explained(c.calls)), seen_(explained_.size()),
          seed_(seed) {
        bool clears = false;
        for (const auto& calls : c.calls.threads) {
            for (const call& k : calls) {
                clears |= k.what == member::clear;
            }
        }
        pairs_ = clears ? 1 : pairs_in(c.in);
        line_.begin(c.calls.threads.size());
        threads.run(c.calls.threads.size(), [this](std::size_t lane) { work(lane); });
    }

    [[nodiscard]] std::uint64_t rounds() const noexcept { return rounds_; }
    /// How many outcomes could have come up, and how many did.
    [[nodiscard]] std::size_t possible() const noexcept { return explained_.size(); }
    [[nodiscard]] std::size_t seen() const noexcept {
        return static_cast<std::size_t>(std::ranges::count(seen_, true));
    }
    /// Outcomes that no order explains, and how often they came.
    [[nodiscard]] const std::map<std::uint64_t, std::uint64_t>& forbidden() const noexcept {
        return forbidden_;
    }

private:
    static constexpr std::size_t most_pairs = 8;
    static constexpr std::size_t first_filler = 2 * most_pairs;

    /// As many as the state lasts for.
    static std::size_t pairs_in(state s) noexcept {
        switch (s) {
        case state::plain:
        case state::chain: return most_pairs;
        case state::reused:
        case state::moving: return 3;
        case state::promoting:
        case state::cleared: return 1;
        }
        return 1;
    }

    void work(std::size_t lane) {
        dice d(seed_ + lane + 1);
        for (;;) {
            if (lane == 0) {
                over_ = rounds_ != 0 && clock::now() >= end_;
                if (!over_) {
                    prepare();
                }
            }
            line_.meet(lane);
            if (over_) {
                return;
            }
            set_keys(lane);
            line_.meet(lane);
            if (moves()) {
                if (lane == 0) {
                    begin_move();
                }
                line_.meet(lane);
            }
            const unsigned most_delay = (1U << d(10)) - 1;
            const unsigned most_linger = d(2) != 0 ? 0 : (1U << d(10)) - 1;
            for (std::size_t pair = 0; pair < pairs_; ++pair) {
                const auto random = static_cast<unsigned>(d());
                linger = random & most_linger;
                if (lane == 0) {
                    halt::now.store(halt::stage::begun, std::memory_order_relaxed);
                }
                line_.start(lane);
                if (halts()) {
                    go_halting(lane, pair, d);
                } else {
                    spin(random >> 16U & most_delay);
                    go(lane, pair);
                }
            }
            linger = 0;
            line_.meet(lane);
            if (lane == 0) {
                judge();
            }
        }
    }

    void go(std::size_t lane, std::size_t pair) {
        result* out = results_[lane][pair].data();
        for (const call& c : cell_.calls.threads[lane]) {
            *out++ = map_.make(c, 2 * pair + c.key);
            linger = 0;
        }
    }

    void go_halting(std::size_t lane, std::size_t pair, dice& d) {
        linger = 0;
        if (lane == 0) {
            // Mostly in the last write, when it has found out where to write.
            unsigned& all = comparisons_[pair];
            const bool last = all != 0 && d(4) != 0;
            halt::begin_writer(last ? all : 1 + static_cast<unsigned>(d(all + 1)),
                               1 + static_cast<unsigned>(d(100)));
            go(lane, pair);
            all = halt::end_writer();
        } else {
            halt::begin_reader();
            go(lane, pair);
            halt::end_reader();
        }
    }

    /// What is there before, set by the lane that is not going to write it first: so that the other's stores
    /// take their time to get out of its store buffer, while what this one looks at is near.
    void set_keys(std::size_t lane) {
        if (lane < keys) {
            const std::size_t mine = 1 - lane;
            for (std::size_t pair = 0; pair < pairs_; ++pair) {
                set(2 * pair + mine, old);
                set(2 * pair + mine, cell_.calls.before[mine]);
            }
        }
    }

    // --- what lane 0 does between batches -------------------------------------------------------

    void prepare() {
        const state in = cell_.in;
        map_.set_values(++batch_ * values);
        if (batch_ == 1 || in == state::plain || moves()) {
            start_anew();
        }
        if (in == state::cleared) {
            map_.make({member::clear}, 0);
        } else {
            fill();
        }
    }

    /// In every other batch, the first lane within the comparisons and the steps that its calls have.
    [[nodiscard]] bool halts() const noexcept {
        return halt::possible && cell_.of->halts && cell_.in == state::reused &&
               cell_.calls.threads.size() == 2 && batch_ % 2 == 0;
    }
    [[nodiscard]] bool moves() const noexcept {
        return cell_.in == state::moving || cell_.in == state::promoting;
    }

    /// Tables of at least 128 buckets, with counters that threads do not share: what they do to these would
    /// order everything.
    void start_anew() {
        few_hashes = cell_.in == state::reused || cell_.in == state::chain;
        map_.renew(cell_.in == state::cleared              ? 0
                   : cell_.in == state::moving && !grows() ? 2 * room
                                                           : room);
        if (cell_.in == state::reused) {
            // No slot of the two buckets is left that was never used.
            for (const value v : {old, absent}) {
                for (std::size_t k = 0; k < 2 * bucket_slots; ++k) {
                    set(k, v);
                }
            }
        }
    }
    /// Keys that nobody looks at: so that there is something to move, and other keys of the same hash.
    void fill() {
        constexpr std::array<std::size_t, states> fillers = {
            0, bucket_slots, 2 * bucket_slots, 8, 4, 0};
        for (std::size_t k = 0; k < fillers[static_cast<std::size_t>(cell_.in)]; ++k) {
            set(first_filler + k, old);
        }
    }
    void begin_move() {
        if (cell_.in == state::moving && !grows()) {
            map_.shrink_to_fit();
            return;
        }
        map_.reserve(2 * room);
        if (cell_.in == state::promoting) {
            // Each write moves 5 buckets or 6: some of the 128 are left.
            for (std::uint64_t i = 18 + batch_ % 6; i != 0; --i) {
                set(first_filler, old);
            }
        }
    }
    [[nodiscard]] bool grows() const noexcept { return batch_ % 2 == 0; }

    void set(std::size_t key, value v) {
        const auto have = [this](member m) {
            return std::ranges::find(cell_.of->has, m) != cell_.of->has.end();
        };
        if (v == absent) {
            map_.make({member::erase}, key);
        } else {
            map_.make({have(member::store) ? member::store : member::load_or_store, 0, v}, key);
        }
    }
    result look(std::size_t key) {
        return map_.make({cell_.of->valued ? member::load : member::contains}, key);
    }

    void judge() {
        for (std::size_t pair = 0; pair < pairs_; ++pair) {
            outcome o;
            for (std::size_t lane = 0; lane < cell_.calls.threads.size(); ++lane) {
                for (std::size_t i = 0; i < cell_.calls.threads[lane].size(); ++i) {
                    o.add(results_[lane][pair][i]);
                }
            }
            o.add(look(2 * pair));
            o.add(look(2 * pair + 1));
            const auto at = std::ranges::lower_bound(explained_, o.bits());
            if (at != explained_.end() && *at == o.bits()) {
                seen_[static_cast<std::size_t>(at - explained_.begin())] = true;
            } else {
                ++forbidden_[o.bits()];
            }
            ++rounds_;
            if (cell_.in == state::reused || cell_.in == state::chain) {
                set(2 * pair, absent);
                set(2 * pair + 1, absent);
            }
        }
    }

    static constexpr std::size_t bucket_slots = 14;
    static constexpr std::size_t room = 1280;
    static constexpr std::size_t most_calls = 2;

    const cell& cell_;
    subject& map_;
    clock::time_point end_;
    std::vector<std::uint64_t> explained_;
    std::vector<bool> seen_;
    std::map<std::uint64_t, std::uint64_t> forbidden_;
    std::uint64_t seed_;
    line line_;
    /// Of the first lane's calls, when it was halted.
    std::array<unsigned, most_pairs> comparisons_{};
    bool over_ = false;
    std::size_t pairs_ = 0;
    std::uint64_t batch_ = 0;
    std::uint64_t rounds_ = 0;
    struct alignas(64) record : std::array<std::array<result, most_calls>, most_pairs> {};
    std::array<record, most_lanes> results_{};
};

}  // namespace litmus
