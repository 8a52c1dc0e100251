// SPDX-License-Identifier: BSL-1.0
//
// Guides: how the ways through a scenario are chosen.
//
// `bounded` goes through all of them with at most so many preemptions and stale loads, depth first.
// `pct` is random with priorities (probabilistic concurrency testing, Burckhardt et al. 2010): the ready thread
// of the highest priority runs, and at a few random steps the running one falls to the lowest.
// `replay` repeats one way, given by its choices.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "machine.hpp"

class bounded final : public machine::guide {
public:
    bounded(unsigned preemptions, unsigned stale) : preemptions_{preemptions}, stale_{stale} {}

    unsigned choose(machine::choice what, std::uint64_t at, unsigned count,
                    const unsigned* threads) override;
    /// Prepares the next way; false when there is none left.
    bool next();
    /// Begins again.
    void restart() {
        taken_.clear();
        begin();
    }

private:
    struct point {
        machine::choice what;
        unsigned chosen;
        unsigned count;
    };
    void begin();

    /// What is left of one of the two budgets.
    struct budget {
        unsigned limit;
        unsigned used = 0;
    };
    /// The one that a choice other than 0 is paid from; null if that is free.
    budget* paid_from(machine::choice what);

    budget preemptions_;
    budget stale_;
    std::size_t depth_ = 0;
    std::vector<point> taken_;
};

class pct final : public machine::guide {
public:
    pct(std::uint64_t seed, unsigned depth, std::uint64_t steps);
    unsigned choose(machine::choice what, std::uint64_t at, unsigned count,
                    const unsigned* threads) override;

private:
    std::mt19937_64 random_;
    unsigned priority_[machine::max_threads];
    std::vector<std::uint64_t> falls_;  ///< at which preemption points
    std::uint64_t at_ = 0;
    unsigned lowest_ = 0;
    unsigned stale_one_in_ = 0;  ///< how rarely an older value is read than the newest
};

/// A choice that was not the first possibility: at which step, of which kind, and which.
struct decision {
    std::uint64_t at;
    machine::choice what;
    unsigned chosen;
};

class replay final : public machine::guide {
public:
    /// "12.1.2,40.3.1": decisions, as recorder wrote them.
    explicit replay(const std::string& decisions);
    unsigned choose(machine::choice what, std::uint64_t at, unsigned count,
                    const unsigned* threads) override;

private:
    std::vector<decision> decisions_;
    std::size_t next_ = 0;
};

/// Writes down what another guide decides.
class recorder final : public machine::guide {
public:
    explicit recorder(guide& inner) : inner_(inner) {}
    unsigned choose(machine::choice what, std::uint64_t at, unsigned count,
                    const unsigned* threads) override;
    [[nodiscard]] std::string decisions() const;

private:
    guide& inner_;
    std::vector<decision> decisions_;
};
