// SPDX-License-Identifier: BSL-1.0
#include "session.hpp"
#include "clock.hpp"
#include "progress.hpp"

#include <algorithm>
#include <csignal>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace bench {
namespace {

volatile std::sig_atomic_t interrupted = 0;

/// The first interrupt ends the session in order, a second one at once.
class interrupt_guard {
public:
    interrupt_guard() {
        interrupted = 0;
        struct sigaction action{};
        action.sa_handler = [](int) { interrupted = 1; };
        action.sa_flags = static_cast<int>(SA_RESETHAND);
        sigaction(SIGINT, &action, &before_);
    }
    interrupt_guard(const interrupt_guard&) = delete;
    interrupt_guard& operator=(const interrupt_guard&) = delete;
    ~interrupt_guard() { sigaction(SIGINT, &before_, nullptr); }

private:
    struct sigaction before_{};
};

/// How long things take: guessed at first, then as they took the last time.
class schedule {
public:
    schedule(const std::vector<cell>& plan, std::vector<std::size_t> counts, unsigned rounds)
        : counts_(std::move(counts)) {
        for (std::size_t i = 0; i < plan.size(); ++i) {
            per_run_.push_back(guess(plan[i]));
            per_round_ += per_run_[i] * static_cast<double>(counts_[i]);
        }
        left_ = per_round_ * rounds;
        all_ = left_;
    }

    double of(std::size_t i) const { return per_run_[i]; }
    double left() const { return std::max(0.0, left_ * pace_); }
    double fraction() const { return all_ == 0 ? 1 : 1 - left_ / all_; }

    void done(std::size_t i, double seconds) {
        left_ -= per_run_[i];
        guessed_ += per_run_[i];
        taken_ += seconds;
        pace_ = taken_ / guessed_;
    }
    void skip(std::size_t i) { left_ -= per_run_[i]; }

private:
    static double guess(const cell& c) {
        const double fill = static_cast<double>(c.keys) * (c.type == "u64:u64" ? 1.5e-7 : 4e-7);
        return 0.02 + fill + 1.25 * c.seconds;
    }

    std::vector<std::size_t> counts_;
    std::vector<double> per_run_;
    double per_round_ = 0;
    double left_ = 0;
    double all_ = 0;
    double guessed_ = 0;
    double taken_ = 0;
    double pace_ = 1;
};

/// Puts figures in the order of cells, peers and metrics, whatever the order they were measured in.
class collector {
public:
    void add(std::size_t cell_number, std::size_t peer_number, const cell& c,
             const std::string& peer, const std::vector<figure>& figures) {
        for (std::size_t i = 0; i < figures.size(); ++i) {
            const figure& f = figures[i];
            result& r = all_[{cell_number, peer_number, i}];
            if (r.samples.empty())
                r = {f.role.empty() ? c.name : c.name + ' ' + f.role,
                     c.type,
                     c.keys,
                     c.threads,
                     peer,
                     f.metric,
                     {}};
            r.samples.push_back(f.value);
        }
    }
    std::vector<result> in_order() && {
        std::vector<result> list;
        for (auto& [place, r] : all_) list.push_back(std::move(r));
        return list;
    }

private:
    std::map<std::tuple<std::size_t, std::size_t, std::size_t>, result> all_;
};

}  // namespace

results carry_out(const options& wanted, const std::vector<cell>& plan, field& peers) {
    results r;
    r.machine = describe_machine();
    r.peers = peers.rows();

    std::vector<std::vector<contender>> starters;
    std::vector<std::size_t> counts;
    for (const cell& c : plan) {
        starters.push_back(peers.in(c));
        counts.push_back(starters.back().size());
        const std::string title = c.what != nullptr ? std::string(c.what->title) : "";
        if (std::find(r.workloads.begin(), r.workloads.end(), std::pair(c.name, title)) ==
            r.workloads.end())
            r.workloads.emplace_back(c.name, title);
    }

    const interrupt_guard interrupts;
    const std::uint64_t begin = now_ns();
    const auto elapsed = [&] { return static_cast<double>(now_ns() - begin) / 1e9; };
    schedule times(plan, counts, wanted.repetitions);
    std::vector<std::vector<double>> took(plan.size());
    std::vector<std::vector<bool>> failed(plan.size());
    for (std::size_t i = 0; i < plan.size(); ++i) {
        took[i].assign(counts[i], times.of(i));
        failed[i].assign(counts[i], false);
    }
    collector figures;
    progress_line progress;
    for (int i = 0; i < 10 && !plan.empty(); ++i) r.noise.calibrate();  // finds the fastest
    for (unsigned round = 0; round < wanted.repetitions; ++round) {
        for (std::size_t i = 0; i < plan.size(); ++i) {
            for (std::size_t turn = 0; turn < counts[i]; ++turn) {
                const std::size_t who = (turn + round + i) % counts[i];
                const contender& now = starters[i][who];
                const bool late = wanted.budget > 0 && elapsed() + took[i][who] > wanted.budget;
                const bool pointless =
                    plan[i].what != nullptr && plan[i].what->how == manner::fill && round > 0;
                if (interrupted != 0 || late || failed[i][who] || pointless) {
                    r.complete = r.complete && (failed[i][who] || pointless);
                    times.skip(i);
                    continue;
                }
                double left = times.left();
                if (wanted.budget > 0) left = std::min(left, wanted.budget - elapsed());
                progress.show(
                    std::max(times.fraction(), wanted.budget > 0 ? elapsed() / wanted.budget : 0),
                    left,
                    fmt::format("{}  {}  round {} of {}", description_of(plan[i]), now.peer,
                                round + 1, wanted.repetitions));
                const double slowdown = wanted.no_fork ? 1 : r.noise.calibrate();
                const double start = elapsed();
                const run_result one = now.run(plan[i]);
                took[i][who] = elapsed() - start;
                times.done(i, took[i][who]);
                if (interrupted != 0) continue;
                if (!one.failure.empty()) {
                    failed[i][who] = true;
                    r.failures.push_back({description_of(plan[i]), now.peer, one.failure});
                    continue;
                }
                r.noise.note(slowdown, one.preempted);
                figures.add(i, who, plan[i], now.peer, one.figures);
            }
        }
    }
    r.all = std::move(figures).in_order();
    r.seconds = elapsed();
    return r;
}

}  // namespace bench
