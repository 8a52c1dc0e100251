// SPDX-License-Identifier: BSL-1.0
//
// The checker is checked: with histories that are known to be good or bad, and with many small random
// ones, against a search that simply tries all orders with a map that simply does what it is told.
// self_test [FILE]: writes the random ones there, as lines of JSON.
#include <fstream>
#include <iostream>
#include <numeric>
#include <random>

#include "clock.hpp"
#include "counterexample.hpp"
#include "json_lines.hpp"

namespace linearizability {
namespace {

int failures = 0;

void expect(bool good, const char* what) {
    if (!good) {
        std::cout << "self test: " << what << '\n';
        ++failures;
    }
}

/// A call of one key at [begin, end].
call at(std::uint64_t begin, std::uint64_t end, std::uint16_t lane, member what,
        value result_or_argument, bool yes = false) {
    call c{.what = what, .lane = lane, .yes = yes, .begin = begin, .end = end};
    (what == member::store ? c.argument : c.result) = result_or_argument;
    return c;
}

bool good(std::vector<call> calls, std::size_t keys = 1) {
    return search({std::vector<value>(keys, none), std::move(calls)}).explains();
}

void known_histories() {
    using enum member;
    expect(good({}), "nothing is good");
    expect(good({at(1, 2, 0, store, 7), at(3, 4, 1, load, 7)}), "a load after a store");
    expect(!good({at(1, 2, 0, store, 7), at(3, 4, 1, load, none)}), "a stale load");
    expect(good({at(1, 4, 0, store, 7), at(2, 3, 1, load, none)}),
           "a load during a store may miss it");
    expect(good({at(1, 4, 0, store, 7), at(2, 3, 1, load, 7)}), "a load during a store may see it");
    expect(!good({at(1, 8, 0, store, 7), at(2, 3, 1, load, 7), at(4, 5, 2, load, none)}),
           "a value that was seen does not go away by itself");
    expect(!good({at(1, 2, 0, load, 9)}), "a value out of nowhere");
    expect(!good({at(1, 2, 0, store, 7), at(3, 6, 1, erase, none, true),
                  at(4, 5, 2, erase, none, true)}),
           "one value is erased once");
    expect(!good({at(1, 4, 0, store, 7), at(2, 9, 1, store, 8), at(5, 6, 0, load, 8),
                  at(7, 8, 0, load, 7)}),
           "two stores do not take turns");

    call add = at(1, 4, 0, update, 1);
    add.argument = 1;
    call same = add;
    same.lane = 1;
    expect(!good({add, same}), "a lost update");

    call store_0 = at(1, 2, 0, store, 7);
    call store_1 = at(3, 4, 0, store, 8);
    store_1.key = 1;
    const call clears{.what = clear, .lane = 1, .begin = 5, .end = 8};
    call gone = at(6, 7, 0, load, none);
    call there = at(9, 10, 0, load, 8);
    there.key = 1;
    expect(good({store_0, store_1, clears, gone}, 2), "cleared");
    expect(!good({store_0, store_1, clears, gone, there}, 2), "a clear() that forgets a key");
    there.begin = 5;
    there.end = 6;
    gone.begin = 3;
    gone.end = 4;
    const call early{.what = clear, .lane = 1, .begin = 2, .end = 8};
    store_0.begin = 0;
    store_0.end = 1;
    store_1.begin = 0;
    store_1.end = 1;
    store_1.lane = 2;
    const history half{{none, none}, {store_0, store_1, early, gone, there}};
    expect(search(about(half, 0)).explains() && search(about(half, 1)).explains() &&
               !search(half).explains(),
           "a clear() that is seen in two steps is good for each key, and bad for both");
}

constexpr std::uint64_t no_clock = timing().margin;

/// A call by the thread `lane`, as its call number `nth`, of which no more is known.
call nth(std::uint64_t number, std::uint16_t lane, member what, std::uint32_t key,
         value result_or_argument) {
    call c = at(2 * number, 2 * number + 1, lane, what, result_or_argument);
    c.key = key;
    return c;
}

void known_histories_of_several_keys() {
    using enum member;
    const auto all = [](std::uint64_t margin, std::vector<call> calls) {
        return search({{none, none}, std::move(calls), margin}).explains();
    };
    const std::vector<call> buffered = {nth(1, 0, store, 0, 7), nth(2, 0, load, 1, none),
                                        nth(1, 1, store, 1, 8), nth(2, 1, load, 0, none)};
    expect(!all(no_clock, buffered), "stores that pass later loads");
    expect(search(about({{none, none}, buffered, no_clock}, 0)).explains() &&
               search(about({{none, none}, buffered, no_clock}, 1)).explains(),
           "which no key shows by itself");
    std::vector<call> seen = buffered;
    seen[3].result = 7;
    expect(all(no_clock, seen), "one of the stores came first");
    expect(!all(no_clock, {nth(1, 0, store, 0, 7), nth(1, 1, store, 1, 8), nth(1, 2, load, 0, 7),
                           nth(2, 2, load, 1, none), nth(2, 1, load, 0, none)}),
           "two threads see two stores in different orders");
    expect(!all(no_clock, {nth(1, 0, store, 0, 7), nth(2, 0, store, 1, 8), nth(1, 1, load, 1, 8),
                           nth(2, 1, load, 0, none)}),
           "stores of one thread in the wrong order");

    const std::vector<call> stale = {at(1, 2, 0, store, 7), at(5, 6, 1, load, none)};
    expect(all(3, stale), "a load that may be as early as the store, by other clocks");
    expect(!all(2, stale), "a load that is later by any clock");

    const auto counts = [&](value entries) {
        return all(
            0, {at(1, 2, 0, store, 7), at(3, 6, 1, erase, none, true), at(7, 8, 0, size, entries)});
    };
    expect(counts(0) && !counts(1), "size() counts");

    call absent = at(4, 7, 0, not_shown, none);
    absent.key = 1;
    expect(all(no_clock,
               {at(4, 5, 0, shown, 7), absent, nth(1, 1, store, 1, 8), nth(2, 1, store, 0, 7)}),
           "what a walk says of two keys has no order");
    expect(!all(no_clock, {nth(1, 0, load, 1, 8), absent, nth(1, 1, store, 1, 8)}),
           "a walk comes after the earlier calls of its thread");
}

/// What a map would have returned.
bool obeys(const call& c, std::vector<value>& all) {
    if (c.what == member::clear) {
        std::fill(all.begin(), all.end(), none);
        return true;
    }
    if (c.what == member::size) {
        return c.result ==
               all.size() - static_cast<std::size_t>(std::count(all.begin(), all.end(), none));
    }
    value& now = all[c.key];
    const value before = now;
    switch (c.what) {
    case member::contains: return c.yes == (before != none);
    case member::store: now = c.argument; return true;
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace:
        now = before != none ? before : c.argument;
        return c.result == now && c.yes == (before != none);
    case member::load_and_erase: now = none; return c.result == before;
    case member::erase: now = none; return c.yes == (before != none);
    case member::exchange: now = c.argument; return c.result == before;
    case member::compare_exchange:
        now = before == c.expected ? c.argument : before;
        return c.yes == (before == c.expected);
    case member::compare_and_erase:
    case member::erase_if:
        now = before == c.expected ? none : before;
        return c.yes == (before == c.expected);
    case member::update: now = c.argument; return before == c.expected && c.result == now;
    case member::erased_if: now = none; return before == c.expected || (!c.yes && before == none);
    default: return c.result == before;
    }
}

bool some_order_obeys(const history& h) {
    std::vector<std::size_t> order(h.calls.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    do {
        std::vector<value> now = h.initial;
        bool good = true;
        for (std::size_t i = 0; i < order.size() && good; ++i) {
            const call& c = h.calls[order[i]];
            for (std::size_t later = i + 1; later < order.size(); ++later) {
                const call& other = h.calls[order[later]];
                good =
                    good && (other.lane == c.lane ? other.end : h.elsewhere(other.end)) >= c.begin;
            }
            good = good && obeys(c, now);
        }
        if (good) {
            return true;
        }
    } while (std::next_permutation(order.begin(), order.end()));
    return false;
}

/// Up to six calls with times that overlap, with few values, and results that may or may not be right.
history random_history(std::mt19937& dice) {
    const auto up_to = [&](std::uint64_t n) { return static_cast<std::uint64_t>(dice() % n); };
    history h{std::vector<value>(1 + up_to(3)),
              {},
              std::array<std::uint64_t, 4>{0, 2, 5, no_clock}[up_to(4)]};
    std::generate(h.initial.begin(), h.initial.end(), [&] { return up_to(2); });
    std::vector<std::uint64_t> times(12);
    std::iota(times.begin(), times.end(), std::uint64_t{1});
    std::shuffle(times.begin(), times.end(), dice);
    std::array<std::vector<std::uint64_t>, 3> of_lane;
    for (std::size_t i = 0, calls = 2 + up_to(5); i < calls; ++i) {
        auto& mine = of_lane[up_to(3)];
        mine.insert(mine.end(), {times[2 * i], times[2 * i + 1]});
    }
    for (std::uint16_t lane = 0; lane < 3; ++lane) {
        auto& mine = of_lane[lane];
        std::sort(mine.begin(), mine.end());
        for (std::size_t i = 0; i < mine.size(); i += 2) {
            call c{.what = static_cast<member>(up_to(member_names.size())),
                   .lane = lane,
                   .key = static_cast<std::uint32_t>(up_to(h.initial.size())),
                   .argument = 1 + up_to(3),
                   .expected = 1 + up_to(3),
                   .result = up_to(4),
                   .yes = up_to(2) == 1,
                   .begin = mine[i],
                   .end = mine[i + 1]};
            if (c.what == member::update) {
                c.argument = c.result;
                c.expected = up_to(4);
            } else if ((c.what == member::load_or_store || c.what == member::load_or_compute ||
                        c.what == member::try_emplace) &&
                       !c.yes) {
                c.result = c.argument;
            } else if (c.what == member::not_shown) {
                c.result = none;
            } else if (c.what == member::clear || c.what == member::size) {
                c.key = 0;
            }
            h.calls.push_back(c);
        }
    }
    return h;
}

void random_histories(std::ostream& out) {
    std::mt19937 dice(1);
    int explained = 0;
    constexpr int rounds = 20'000;
    for (int i = 0; i < rounds; ++i) {
        const history h = random_history(dice);
        const bool mine = search(h).explains();
        expect(mine == some_order_obeys(h), "a random history on which two checkers differ");
        explained += mine ? 1 : 0;
        write_line(out, h, true, mine);
        if (!mine) {
            const history shortest = counterexample(h).shortest();
            expect(!search(shortest).explains() && shortest.calls.size() <= h.calls.size(),
                   "a counterexample that is none");
        }
    }
    expect(explained > rounds / 20 && explained < rounds / 2, "random histories are of both kinds");
    std::cout << "self test: " << rounds << " random histories, " << explained << " of them good\n";
}

}  // namespace
}  // namespace linearizability

int main(int argc, char** argv) {
    std::ofstream out;
    if (argc > 1) {
        out.open(argv[1]);
    }
    linearizability::known_histories();
    linearizability::known_histories_of_several_keys();
    linearizability::random_histories(out);
    return linearizability::failures == 0 ? 0 : 1;
}
