// SPDX-License-Identifier: BSL-1.0
#include "contender.hpp"
#include "go_benchmarks/go_benchmarks.hpp"
#include "isolate.hpp"
#include "progress.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bench {
namespace {

constexpr double seconds_per_key = 20e-6;  // more than any map needs to be filled

double patience_for(const cell& c) {
    return 10 + 10 * c.seconds + static_cast<double>(c.keys) * seconds_per_key +
           static_cast<double>(c.ops) * 50e-6;
}

}  // namespace

std::string description_of(const cell& c) {
    std::string text = c.name + ' ' + c.type;
    if (c.keys != 0) text += fmt::format(", {} keys", c.keys);
    text += fmt::format(", {} thread{}", c.threads, c.threads == 1 ? "" : "s");
    return text;
}

field::field(const options& wanted, dataset_store& data) : wanted_(wanted), data_(data) {
    const std::vector<peer_row> ours = rows();
    const bool only_ours =
        !wanted.peers.empty() &&
        std::all_of(wanted.peers.begin(), wanted.peers.end(), [&](const std::string& name) {
            return std::any_of(ours.begin(), ours.end(),
                               [&](const peer_row& row) { return row.name == name; });
        });
    if (wanted.operations == 0 && !wanted.no_fork && !only_ours) {
        progress_line line;
        line.show(0, 20, "building the programs in Go and Rust, where these are found");
        foreign_.emplace(SYNCMAP_BENCH_RUNNERS, SYNCMAP_BENCH_SCRATCH);
    }
    const std::vector<peer_row> there = rows();
    std::vector<std::string> names;
    for (const peer_row& row : there)
        if (!row.left_out) names.push_back(row.name);
    for (const std::string& name : wanted.peers) {
        const auto found = std::find_if(there.begin(), there.end(),
                                        [&](const peer_row& row) { return row.name == name; });
        if (found == there.end())
            throw usage_error(fmt::format("--peers: there is no map `{}'; there are {}", name,
                                          fmt::join(names, ", ")));
        if (found->left_out)
            throw usage_error(
                fmt::format("--peers: `{}' was left out: {}", name, *found->left_out));
    }
}

bool field::is_wanted(const std::string& name) const {
    return wanted_.peers.empty() ||
           std::find(wanted_.peers.begin(), wanted_.peers.end(), name) != wanted_.peers.end();
}

std::vector<contender> field::in(const cell& c) {
    std::vector<contender> all;
    const auto run = [this](const std::function<run_result()>& work, const cell& now) {
        return wanted_.no_fork ? work() : isolated(work, patience_for(now));
    };
    if (c.what == nullptr) {
        const std::string name = c.name.substr(3);  // behind "Go/"
        for (const std::string& peer : go_benchmark_peers()) {
            if (!is_wanted(peer)) continue;
            all.push_back({peer, [run, name, peer](const cell& now) {
                               return run(
                                   [&] {
                                       run_result r;
                                       r.figures = {{"", "ns/op",
                                                     run_go_benchmark(name, peer,
                                                                      static_cast<int>(now.threads),
                                                                      now.seconds)}};
                                       return r;
                                   },
                                   now);
                           }});
        }
    } else {
        for (const peer& p : peers()) {
            if (!is_wanted(p.info.name) || !p.can(c)) continue;
            const auto& instance = p.types.find(c.type)->second;
            all.push_back({p.info.name, [this, run, &instance](const cell& now) {
                               const any_dataset& data = data_.prepare(now);
                               return run([&] { return instance.run(now, data); }, now);
                           }});
        }
    }
    if (!foreign_ || c.each_timed || c.dist != distribution::uniform) return all;
    for (const foreign_peer& p : foreign_->peers()) {
        if (!is_wanted(p.name) || !foreign_->can(p.name, c.name, c.type)) continue;
        all.push_back({p.name, [this, name = p.name](const cell& now) {
                           run_result r;
                           try {
                               const double ns = foreign_->run(
                                   name, {now.name, now.type, static_cast<std::size_t>(now.keys),
                                          static_cast<int>(now.threads), now.seconds});
                               r.figures = {{"", "ns/op", ns}};
                           } catch (const std::exception& e) {
                               r.failure = e.what();
                           }
                           return r;
                       }});
    }
    return all;
}

std::vector<peer_row> field::rows() const {
    std::vector<peer_row> all;
    const auto add = [&](peer_row row) {
        const bool there = std::any_of(all.begin(), all.end(),
                                       [&](const peer_row& r) { return r.name == row.name; });
        if (!there) all.push_back(std::move(row));
    };
    for (const peer& p : peers()) add({p.info.name, p.info.version, p.info.note, std::nullopt});
    for (const std::string& name : go_benchmark_peers()) add({name, "", "", std::nullopt});
    if (foreign_)
        for (const foreign_peer& p : foreign_->peers()) add({p.name, p.version, "", p.left_out});
    for (const absent_peer& p : absent_peers()) add({p.name, "", "", p.why});
    return all;
}

}  // namespace bench
