// SPDX-License-Identifier: BSL-1.0
//
// Callbacks that do not return, one of each member that takes one, while others overwrite, erase, insert
// and clear: what is unlinked is destroyed all the same, but for what the sleepers look at
// (docs/guarantees.md, H), and reclaim() waits for none of them.
#include <algorithm>
#include <array>
#include <latch>
#include <optional>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;

std::latch* wake = nullptr;
std::latch* asleep = nullptr;
thread_local bool may_sleep = false;

void sleep_once() {
    if (may_sleep) {
        may_sleep = false;
        asleep->count_down();
        wake->wait();
    }
}

struct value {
    std::string content;
    explicit value(std::uint64_t n) : content(text(n)) {}
    friend bool operator==(const value& a, const value& b) {
        sleep_once();
        return a.content == b.content;
    }
};

using map = syncmap::map<std::uint64_t, value>;
constexpr std::uint64_t keys = 3000;

void look(const value& v, std::uint64_t n) {
    sleep_once();
    require(v.content == text(n), "a value is whole as long as a callback looks at it");
}

using body = void (*)(map&);
constexpr body bodies[] = {
    [](map& m) { m.visit(1, [](const value& v) { look(v, 1); }); },
    [](map& m) {
        m.visit_many(std::array<std::uint64_t, 3>{2, 3, 4},
                     [](std::size_t i, const value& v) { look(v, 2 + i); });
    },
    [](map& m) {
        m.update(5, [](const value* v) {
            if (v != nullptr) look(*v, 5);
            return std::optional<value>(value(5));
        });
    },
    [](map& m) {
        m.load_or_compute(keys + 1, [] {
            sleep_once();
            return value(keys + 1);
        });
    },
    [](map& m) { m.for_each([](std::uint64_t n, const value& v) { look(v, n); }); },
    [](map& m) {
        m.erase_if([](std::uint64_t n, const value& v) {
            look(v, n);
            return false;
        });
    },
    [](map& m) { m.compare_exchange(6, value(6), value(6)); },
    [](map& m) { m.compare_and_erase(7, value(8)); },
};

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    map m;
    for (std::uint64_t n = 0; n < keys; ++n) m.try_emplace(n, n);
    std::latch waking(1);
    std::latch sleeping(std::size(bodies));
    wake = &waking;
    asleep = &sleeping;
    std::vector<std::jthread> sleepers;
    for (const body b : bodies)
        sleepers.emplace_back([&m, b] {
            may_sleep = true;
            b(m);
            require(!may_sleep, "the callback has been called");
        });
    sleeping.wait();

    // 9 lists; a sleeper keeps one value, visit_many up to 16, an iteration the keys of one bucket too.
    constexpr std::size_t lists = 9;
    constexpr std::size_t held = std::size(bodies) + 16 + 2 * 30;
    // Threads that have lost their processor inside a section hold back what is unlinked meanwhile.
    constexpr std::size_t bound = lists * 2 * 4096 + held;
    const std::size_t rounds = running.pick<std::size_t>(600'000, 20'000'000);
    std::size_t most = 0;
    std::size_t reclaims = 0;
    for (int phase = 0; phase < 2; ++phase) {
        std::vector<std::jthread> churning;
        for (std::uint64_t me = 0; me < 3; ++me)
            churning.emplace_back([&m, me, rounds] {
                dice roll(me);
                for (std::size_t i = 0; i < rounds / 6; ++i) {
                    const std::uint64_t n = roll(keys);
                    if (roll(3) != 0)
                        m.store(n, value(n));
                    else if (!m.erase(n))
                        m.try_emplace(n, n);
                    if (roll(200'000) == 0) m.clear();
                }
            });
        churning.clear();
        // Nobody is in a section now: writes bring the lists below the bound.
        for (std::uint64_t n = 0; n < 40'000; ++n) m.store(n % keys, value(n % keys));
        most = std::max(most, m.stats().retired_objects);
        require(most <= bound, "garbage is bounded while callbacks sleep");
        std::jthread([&m] { m.reclaim(); }).join();
        ++reclaims;
        require(m.stats().retired_objects <= held,
                "reclaim() leaves only what the sleepers look at");
    }
    waking.count_down();
    sleepers.clear();
    m.reclaim();
    require(m.stats().retired_objects == 0, "nothing is left when they have returned");
    std::printf("endless_callback: %zu callbacks asleep during %zu writes; %zu objects of garbage "
                "at most (%zu "
                "allowed), %zu calls of reclaim() left no more than %zu\n",
                std::size(bodies), rounds + 80'000, most, bound, reclaims, held);
}
