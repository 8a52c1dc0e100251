// SPDX-License-Identifier: BSL-1.0
//
// litmus SECONDS SEED [MOST]: tries all cells in a random order, each for its share of the time; ends early when
// so many cells have had an outcome that no order of the calls explains.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>

#include "trial.hpp"

namespace litmus {
namespace {

/// All cells of one shape and layout.
struct row {
    std::size_t cells = 0;
    std::uint64_t rounds = 0;
    std::size_t possible = 0;
    std::size_t seen = 0;
    std::uint64_t forbidden = 0;
    std::size_t bad_cells = 0;
    std::vector<std::string> found;
};

class run {
public:
    explicit run(std::uint64_t seed) : dice_(seed) {
        for (auto* some : {flat_layouts, node_layouts, any_layouts, controls}) {
            for (layout& l : some()) {
                layouts_.push_back(std::move(l));
                maps_.push_back(layouts_.back().make());
            }
        }
        rows_.resize(layouts_.size() * shapes);
    }

    /// False if an outcome came up that no order explains.
    bool go(std::chrono::nanoseconds time, std::size_t most) {
        std::vector<cell> cells = all_cells(layouts_);
        for (std::size_t i = cells.size(); i > 1; --i) {
            std::swap(cells[i - 1], cells[dice_(i)]);
        }
        double left = 0;
        for (const cell& c : cells) {
            left += c.weight;
        }
        const auto end = trial::clock::now() + time;
        std::size_t bad_cells = 0;
        for (const cell& c : cells) {
            const auto which = static_cast<std::size_t>(c.of - layouts_.data());
            const auto now = trial::clock::now();
            const auto share =
                std::chrono::duration_cast<trial::clock::duration>((end - now) * (c.weight / left));
            left -= c.weight;
            const trial t(c, *maps_[which], dice_(), lanes_, now + share);
            note(rows_[static_cast<std::size_t>(c.what) * layouts_.size() + which], c, t);
            bad_cells += t.forbidden().empty() ? 0 : 1;
            if (most != 0 && bad_cells == most) {
                break;
            }
        }
        return print();
    }

private:
    static void note(row& r, const cell& c, const trial& t) {
        ++r.cells;
        r.rounds += t.rounds();
        r.possible += t.possible();
        r.seen += t.seen();
        std::uint64_t count = 0;
        std::uint64_t most = 0;
        std::uint64_t example = 0;
        for (const auto& [bits, times] : t.forbidden()) {
            count += times;
            if (times > most) {
                most = times;
                example = bits;
            }
        }
        if (count != 0) {
            r.forbidden += count;
            ++r.bad_cells;
            r.found.push_back(std::string(name(c.in)) + ": " + std::to_string(count) + " of " +
                              std::to_string(t.rounds()) +
                              " rounds: " + describe(c.calls, example));
        }
    }

    bool print() const {
        std::uint64_t forbidden = 0;
        row all;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            for (const std::string& line : rows_[i].found) {
                std::printf("FORBIDDEN %s, %s, %s\n",
                            std::string(name(static_cast<shape>(i / layouts_.size()))).c_str(),
                            layouts_[i % layouts_.size()].name, line.c_str());
            }
        }
        std::printf("%-8s%-22s%8s%12s%20s%12s\n", "shape", "layout", "cells", "rounds",
                    "outcomes seen", "forbidden");
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const row& r = rows_[i];
            if (r.cells != 0) {
                std::printf("%-8s%-22s%8zu%12llu%9zu of %7zu%12llu",
                            std::string(name(static_cast<shape>(i / layouts_.size()))).c_str(),
                            layouts_[i % layouts_.size()].name, r.cells,
                            static_cast<unsigned long long>(r.rounds), r.seen, r.possible,
                            static_cast<unsigned long long>(r.forbidden));
                std::printf(r.bad_cells != 0 ? " in %zu cells\n" : "\n", r.bad_cells);
            }
            all.cells += r.cells;
            all.rounds += r.rounds;
            all.bad_cells += r.bad_cells;
            forbidden += r.forbidden;
        }
        std::printf("litmus: %llu rounds of %zu cells; forbidden outcomes: %llu, in %zu cells\n",
                    static_cast<unsigned long long>(all.rounds), all.cells,
                    static_cast<unsigned long long>(forbidden), all.bad_cells);
        return forbidden == 0;
    }

    dice dice_;
    lanes lanes_;
    std::vector<layout> layouts_;
    std::vector<std::unique_ptr<subject>> maps_;
    std::vector<row> rows_;
};

}  // namespace
}  // namespace litmus

int main(int argc, char** argv) {
    if (argc < 3) {
        std::fputs("usage: litmus SECONDS SEED [MOST]\n", stderr);
        return 2;
    }
    litmus::run run(std::strtoull(argv[2], nullptr, 10));
    const std::chrono::seconds time(std::strtoull(argv[1], nullptr, 10));
    return run.go(time, argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0) ? 0 : 1;
}
