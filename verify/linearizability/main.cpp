// SPDX-License-Identifier: BSL-1.0
//
// linearizability SECONDS SEED [FILE]: records histories of concurrent calls on maps of many shapes, and
// searches each for an order of the calls that explains it. FILE gets them as lines of JSON.
#include <fstream>
#include <iostream>
#include <thread>

#include <sys/prctl.h>

#include "counterexample.hpp"
#include "json_lines.hpp"
#include "rig.hpp"
#include "rounds.hpp"
#include "timeline.hpp"

namespace linearizability {
namespace {

std::vector<member> some_members(const shape& of, dice& d) {
    if (of.set) {
        return {set_members.begin(), set_members.end()};
    }
    std::vector<member> some;
    while (some.size() < 3) {
        for (std::size_t i = 0; i < called_members; ++i) {
            if (const auto m = static_cast<member>(i); m != member::clear && d.one_in(2)) {
                some.push_back(m);
            }
        }
    }
    some.push_back(d.one_in(2) ? member::store : member::load_or_store);
    some.push_back(member::load);
    return some;
}

plan long_plan(const shape& of, dice& d) {
    plan p;
    const bool many = d.one_in(5);
    p.keys = static_cast<std::uint32_t>(many ? of.many : 2 + d(whole_keys - 1));
    p.others = static_cast<std::uint32_t>(1 + d(of.many < 100 || d.one_in(2) ? 40 : 200));
    p.calls = many ? 1000 : 500;
    p.clear_in = d.one_in(2) ? 0 : static_cast<std::uint32_t>(10 + d(150));
    p.walk_in = d.one_in(2) ? 0 : many ? 400 : 20;
    p.erase_if = d.one_in(2);
    p.set = of.set;
    p.members.fill(some_members(of, d));
    return p;
}

enum class role { all, writes, loads };

/// Few members, so that what they do to each other comes up often.
std::vector<member> few_members(const shape& of, role r, dice& d) {
    std::vector<member> few = some_members(of, d);
    std::erase_if(few, [&](member m) {
        const bool writes = m >= member::store;
        return (r == role::writes && !writes) || (r == role::loads && writes);
    });
    while (few.size() > 1 + d(4)) {
        few.erase(few.begin() + static_cast<std::ptrdiff_t>(d(few.size())));
    }
    return few;
}

plan rounds_plan(const shape& of, const clocks& c, dice& d) {
    plan p;
    p.threads = static_cast<std::uint16_t>(c.processors().size() < 3 || d.one_in(2) ? 2 : 3);
    p.keys = static_cast<std::uint32_t>(2 + d(steps_are_slow() ? 3 : 5));
    p.by = d.one_in(2) ? c.by_counter() : timing();
    p.start_within = std::uint64_t{1} << d(10);
    p.fresh = of.many >= 1000 && !d.one_in(3) && !steps_are_slow();
    if (!p.fresh) {
        p.others = static_cast<std::uint32_t>(d(16));
        p.clear_in = d.one_in(4) ? 20 : 0;
        p.walk_in = d.one_in(4) ? 20 : 0;
        p.erase_if = d.one_in(2);
        p.interrupted = d.one_in(2) && !steps_are_slow();
    }
    const bool few_calls = !p.interrupted && !steps_are_slow();
    p.calls = static_cast<std::uint32_t>(few_calls ? 2 + d(3) : 20 + d(60));
    p.rounds = 1000 / p.calls;
    p.set = of.set;
    const bool divided = d.one_in(2);
    for (std::size_t i = 0; i < lanes; ++i) {
        const role r = !divided ? role::all : i == 0 ? role::writes : role::loads;
        p.members[i] = few_members(of, r, d);
    }
    return p;
}

class run {
public:
    run(std::uint64_t seed, const char* file)
        : seed_(seed), dice_(seed), rig_(seed, clocks_.by_counter(), interruption_) {
        for (auto* shapes : {flat_shapes, node_shapes, set_shapes}) {
            for (shape& s : shapes()) {
                shapes_.push_back(s);
            }
        }
        if (file != nullptr) {
            out_.open(file);
        }
        if (const timing& t = clocks_.by_counter(); t.counts) {
            std::cout << "clocks: the counters of " << clocks_.processors().size()
                      << " processors, which differ by less than "
                      << (t.margin >> timing::fraction_bits) << '\n';
        } else {
            std::cout << "clocks: none; only each thread's own order counts\n";
        }
    }

    /// False after a violation.
    bool go(std::chrono::seconds seconds) {
        using std::chrono::steady_clock;
        const auto start = steady_clock::now();
        steady_clock::duration in_rounds{};
        for (auto now = start; now - start < seconds;) {
            const bool short_ones = in_rounds <= (now - start) / 4 * (steps_are_slow() ? 3 : 2);
            const shape& of = random_shape(short_ones && steps_are_slow() && dice_.one_in(2));
            ++(short_ones ? batches_ : maps_);
            if (short_ones ? !one_batch(of) : !one_map(of)) {
                return false;
            }
            const auto then = std::exchange(now, steady_clock::now());
            in_rounds += short_ones ? now - then : steady_clock::duration{};
        }
        return true;
    }

    void summary(bool good) const {
        std::cout << "linearizability: " << long_.calls << " calls and " << long_.sights
                  << " sights of walks in " << long_.histories << " long histories of " << maps_
                  << " maps, which were promoted " << promotions_ << " times\n"
                  << "linearizability: " << short_.calls << " calls and " << short_.sights
                  << " sights of walks in " << short_.histories << " short histories of "
                  << batches_ << " maps\n"
                  << "linearizability: " << shapes_.size() << " shapes; " << whole_
                  << " histories of all keys at once; "
                  << (good ? "0 violations\n" : "a VIOLATION\n");
    }

private:
    struct count {
        std::size_t histories = 0;
        std::size_t calls = 0;
        std::size_t sights = 0;

        void operator+=(const history& h) {
            ++histories;
            for (const call& c : h.calls) {
                ++(c.what < member::shown ? calls : sights);
            }
        }
    };

    const shape& random_shape(bool crowded) {
        for (;;) {
            const shape& any = shapes_[dice_(shapes_.size())];
            if (!crowded || any.many < 100) {
                return any;
            }
        }
    }

    bool one_map(const shape& of) {
        const plan p = long_plan(of, dice_);
        const auto map = of.make();
        shared s(p.keys);
        std::vector<value> then(p.keys, none);
        std::size_t before = 0;
        bool good = true;
        for (int i = p.keys > whole_keys ? 4 : 12; i > 0 && good; --i) {
            const history h = rig_.record(*map, p, s, then);
            long_ += h;
            good = check(of, h) && none_wrong(of, s.wrong, h);
            const std::size_t promotions = map->promotions();  // since the last clear()
            promotions_ += promotions - (promotions < before ? 0 : before);
            before = promotions;
        }
        return good;
    }

    bool one_batch(const shape& of) {
        const plan p = rounds_plan(of, clocks_, dice_);
        const auto map = of.make();
        rounds batch(*map, p, clocks_.processors(), dice_(~std::uint64_t{0}));
        batch.run();
        for (std::uint32_t i = 0; i < p.rounds; ++i) {
            const bool good = batch.explained(i);
            const history h = batch.of(i);
            short_ += h;
            if (out_.is_open() && (!good || i % 32 == 0)) {
                write_line(out_, h, true, good);
            }
            if (!good) {
                show(of, "several keys", h);
                return false;
            }
        }
        return none_wrong(of, batch.wrong(), {});
    }

    bool check(const shape& of, const history& h) {
        const bool whole = h.initial.size() <= whole_keys;
        bool explained = true;
        if (whole) {
            ++whole_;
            explained = search(h).explains();
            if (!explained) {
                show(of, "several keys", h);
            }
        } else {
            const auto parts = key_by_key(h);
            for (std::size_t key = 0; key < parts.size() && explained; ++key) {
                if (!search(parts[key]).explains()) {
                    explained = false;
                    show(of, "key " + std::to_string(key), parts[key]);
                }
            }
        }
        if (out_.is_open()) {
            write_line(out_, h, whole, explained);
        }
        return explained;
    }

    void show(const shape& of, const std::string& what, const history& h) const {
        std::cout << of.name << ", " << what << ", seed " << seed_ << '\n';
        draw(std::cout, counterexample(h).shortest());
        std::cout << "No order of these calls explains what they returned.\n";
    }
    bool none_wrong(const shape& of, const complaint& wrong, const history& h) const {
        if (wrong.what.empty()) {
            return true;
        }
        std::cout << of.name << ", key " << wrong.key << ", seed " << seed_ << '\n';
        if (wrong.key < h.initial.size()) {
            history meanwhile = about(h, static_cast<std::uint32_t>(wrong.key));
            std::erase_if(meanwhile.calls, [&](const call& c) {
                return c.end < wrong.begin || c.begin > wrong.end;
            });
            draw(std::cout, meanwhile);
        }
        std::cout << wrong.what << ", which is wrong whatever the order.\n";
        return false;
    }

    std::uint64_t seed_;
    dice dice_;
    clocks clocks_;
    interruption interruption_;
    rig rig_;
    std::vector<shape> shapes_;
    std::ofstream out_;
    std::size_t maps_ = 0;
    std::size_t batches_ = 0;
    std::size_t whole_ = 0;
    std::size_t promotions_ = 0;
    count long_;
    count short_;
};

}  // namespace
}  // namespace linearizability

int main(int argc, char** argv) {
    if (argc < 3) {
        std::cerr << "usage: linearizability SECONDS SEED [FILE]\n";
        return 2;
    }
    prctl(PR_SET_TIMERSLACK, 1000UL);  // of all threads: they are to sleep for microseconds
    linearizability::run run(std::stoull(argv[2]), argc > 3 ? argv[3] : nullptr);
    const bool good = run.go(std::chrono::seconds(std::stoull(argv[1])));
    run.summary(good);
    return good ? 0 : 1;
}
