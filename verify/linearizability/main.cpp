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
#include "timeline.hpp"

namespace linearizability {
namespace {

plan random_plan(const shape& of, dice& d) {
    plan p;
    const bool many = d.one_in(5);
    p.keys = static_cast<std::uint32_t>(many ? of.many : 2 + d(whole_keys - 1));
    p.others = static_cast<std::uint32_t>(1 + d(of.many < 100 || d.one_in(2) ? 40 : 200));
    p.calls = many ? 1000 : 500;
    p.clear_in = d.one_in(2) ? 0 : static_cast<std::uint32_t>(10 + d(150));
    p.walk_in = d.one_in(2) ? 0 : many ? 400 : 20;
    p.erase_if = d.one_in(2);
    while (p.members.size() < 3) {
        for (std::size_t i = 0; i < called_members; ++i) {
            if (const auto m = static_cast<member>(i); m != member::clear && d.one_in(2)) {
                p.members.push_back(m);
            }
        }
    }
    p.members.push_back(d.one_in(2) ? member::store : member::load_or_store);
    p.members.push_back(member::load);
    return p;
}

class run {
public:
    run(std::uint64_t seed, const char* file) : seed_(seed), dice_(seed), rig_(seed) {
        for (auto* shapes : {flat_shapes, node_shapes}) {
            for (shape& s : shapes()) {
                shapes_.push_back(s);
            }
        }
        if (file != nullptr) {
            out_.open(file);
        }
    }

    /// False after a violation.
    bool go(std::chrono::seconds seconds) {
        const auto end = std::chrono::steady_clock::now() + seconds;
        while (std::chrono::steady_clock::now() < end) {
            if (!one_map(shapes_[maps_++ % shapes_.size()])) {
                return false;
            }
        }
        return true;
    }

    void summary(bool good) const {
        std::cout << "linearizability: " << calls_ << " calls and " << sights_
                  << " sights of walks in " << histories_ << " histories (" << whole_
                  << " also of all keys at once) of " << maps_ << " maps of " << shapes_.size()
                  << " shapes, which were promoted " << promotions_ << " times; "
                  << (good ? "0 violations\n" : "a VIOLATION\n");
    }

private:
    bool one_map(const shape& of) {
        const plan p = random_plan(of, dice_);
        const auto map = of.make();
        shared s(p.keys);
        std::vector<value> then(p.keys, none);
        std::size_t before = 0;
        bool good = true;
        for (int i = p.keys > whole_keys ? 4 : 12; i > 0 && good; --i) {
            const history h = rig_.record(*map, p, s, then);
            good = check(of, h);
            if (!s.wrong.what.empty()) {
                good = false;
                show(of, s.wrong, h);
            }
            const std::size_t promotions = map->promotions();  // since the last clear()
            promotions_ += promotions - (promotions < before ? 0 : before);
            before = promotions;
        }
        return good;
    }

    bool check(const shape& of, const history& h) {
        ++histories_;
        for (const call& c : h.calls) {
            ++(c.what < member::shown ? calls_ : sights_);
        }
        bool explained = true;
        const auto parts = key_by_key(h);
        for (std::size_t key = 0; key < parts.size() && explained; ++key) {
            if (!search(parts[key]).explains()) {
                explained = false;
                show(of, "key " + std::to_string(key), parts[key]);
            }
        }
        const bool whole = worth_a_whole_look(h);
        if (whole && explained) {
            ++whole_;
            const history all = without_walks(h);
            if (!search(all).explains()) {
                explained = false;
                show(of, "several keys", all);
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
    void show(const shape& of, const complaint& wrong, const history& h) const {
        std::cout << of.name << ", key " << wrong.key << ", seed " << seed_ << '\n';
        if (wrong.key < h.initial.size()) {
            history meanwhile = about(h, static_cast<std::uint32_t>(wrong.key));
            std::erase_if(meanwhile.calls, [&](const call& c) {
                return c.end < wrong.begin || c.begin > wrong.end;
            });
            draw(std::cout, meanwhile);
        }
        std::cout << wrong.what << ", which is wrong whatever the order.\n";
    }

    std::uint64_t seed_;
    dice dice_;
    rig rig_;
    std::vector<shape> shapes_;
    std::ofstream out_;
    std::size_t maps_ = 0;
    std::size_t histories_ = 0;
    std::size_t whole_ = 0;
    std::size_t calls_ = 0;
    std::size_t sights_ = 0;
    std::size_t promotions_ = 0;
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
