// SPDX-License-Identifier: BSL-1.0
//
// Histories of which it is known whether there is an order, for the checkers themselves; and the same with a lie in them.
#pragma once

#include <cstdio>
#include <ostream>
#include <random>

#include "checker.hpp"

namespace histories {

/// Of calls that are done at once, each at a random moment between its beginning and its end: some of them open.
inline std::vector<call> made_up(unsigned seed) {
    std::mt19937 random(seed);
    std::vector<call> all;
    std::vector<std::int64_t> free_at(4);  // of a lane
    std::vector<std::pair<std::int64_t, std::size_t>> moments;
    for (int i = 0; i < 60; ++i) {
        call c;
        c.what = static_cast<verb>(random() % names.size());
        c.lane = static_cast<std::uint32_t>(random() % free_at.size());
        c.begin = free_at[c.lane] + 1 + static_cast<std::int64_t>(random() % 5);
        c.end = c.begin + 2 + static_cast<std::int64_t>(random() % 20);
        free_at[c.lane] = c.end;
        c.open = random() % 8 == 0 && c.what != verb::load;
        c.argument = c.what == verb::update && random() % 4 == 0 ? 0 : static_cast<value>(i + 1);
        moments.emplace_back(c.begin + 1 +
                                 static_cast<std::int64_t>(random() % 40 * (c.open ? 1U : 0U)),
                             all.size());
        if (!c.open)
            moments.back().first =
                c.begin +
                static_cast<std::int64_t>(random() % static_cast<unsigned>(c.end - c.begin + 1));
        all.push_back(c);
    }
    std::sort(moments.begin(), moments.end());
    value now = 0;
    for (const auto& [moment, i] : moments) {
        call& c = all[i];
        c.expected = c.what == verb::update || random() % 2 == 0 ? now : random() % 60 + 1;
        if (c.expected == 0 && c.what != verb::update) c.expected = 1000;
        if (c.open && random() % 2 == 0) continue;  // never done
        const bool present = now != 0;
        switch (c.what) {
        case verb::load_or_store:
            c.yes = present;
            c.result = present ? now : c.argument;
            break;
        case verb::compare_exchange:
        case verb::compare_and_erase: c.yes = c.expected == now; break;
        case verb::erase: c.yes = present; break;
        case verb::update: c.result = c.argument; break;
        case verb::store:
        case verb::clear: break;
        default: c.result = now;
        }
        now = effect(c, now).value();
    }
    return all;
}

/// Returns 0 if all verdicts are right. The histories go to `out` with them.
inline int self_test(std::ostream& out) {
    int wrong = 0, lies = 0;
    const auto expect = [&](const std::vector<call>& calls, verdict right, const char* what) {
        const verdict found = search(calls).run();
        write_line(out, calls, found == verdict::explained);
        if (found == right) return;
        std::printf("%s: the checker says otherwise\n", what);
        ++wrong;
    };
    const auto returned = [](verb what, std::uint32_t lane, value argument, value result,
                             std::int64_t begin, std::int64_t end) {
        call c;
        c.what = what;
        c.lane = lane;
        c.argument = argument;
        c.result = result;
        c.begin = begin;
        c.end = end;
        return c;
    };
    const auto open = [&](call c) {
        c.open = true;
        return c;
    };
    const call store1 = returned(verb::store, 0, 1, 0, 1, 2);
    const call store2 = returned(verb::store, 1, 2, 0, 3, 6);
    const auto load = [&](value v, std::int64_t begin) {
        return returned(verb::load, 2, 0, v, begin, begin + 1);
    };
    using enum verdict;
    expect({store1, load(1, 3)}, explained, "a load after a store");
    expect({store1, load(0, 3)}, impossible, "a store that was lost");
    expect({store1, store2, load(1, 4), load(2, 7)}, explained, "a load beside a store");
    expect({store1, store2, load(2, 4), load(1, 6)}, impossible, "a store that was taken back");
    expect({store1, open(store2), load(1, 4), load(1, 8)}, explained, "an open one, not done");
    expect({store1, open(store2), load(1, 4), load(2, 8)}, explained, "an open one, done later");
    expect({store1, open(store2), load(2, 4), load(1, 8)}, impossible, "an open one, undone");
    expect({store1, load(2, 3), open(store2)}, explained, "an open one, done at once");
    expect({store1, load(2, 1), open(store2)}, impossible, "an open one, done before it began");
    expect({store1, open(store2), load(2, 4), returned(verb::store, 0, 3, 0, 6, 7), load(3, 8),
            load(2, 10)},
           impossible, "an open one, done twice");
    call clear = returned(verb::clear, 1, 0, 0, 0, 9);
    expect({store1, clear, load(1, 3), load(0, 6)}, explained, "a clear() that takes its time");
    expect({store1, clear, load(0, 3), load(1, 6)}, impossible, "a clear() that was taken back");
    call update = returned(verb::update, 1, 2, 2, 3, 4);
    update.expected = 1;
    call again = update;
    again.lane = 2;
    again.argument = again.result = 3;
    expect({store1, update, again}, impossible, "an update that was lost");
    expect({store1, update, open(again), load(2, 9)}, explained, "an open update, too late");
    expect({store1, update, open(again), load(3, 9)}, impossible, "an open update, unguarded");
    for (unsigned seed = 0; seed < 300; ++seed) {
        std::vector<call> calls = made_up(seed);
        expect(calls, explained, "made up");
        for (call& c : calls) {  // one lie
            if (c.what != verb::load || seed % 3 == 0) continue;
            c.result = c.result % 50 + 1;
            break;
        }
        const verdict found = search(calls).run();
        lies += found == impossible ? 1 : 0;
        write_line(out, calls, found == explained);
    }
    std::printf("self-test: %d wrong; %d of 300 lies found\n", wrong, lies);
    return wrong == 0 && lies > 50 ? 0 : 1;
}

}  // namespace histories
