// SPDX-License-Identifier: BSL-1.0
//
// What becomes of erased and overwritten values: all are destroyed, soon, at the latest by the
// map's destructor, while callbacks sleep and handles are held; and nothing waits for itself.
#include <array>
#include <barrier>
#include <latch>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "concurrent_support.hpp"

namespace {

using namespace concurrent;

// The documented bound: lists x twice what starts a scan; a value more for each callback or handle.
constexpr std::size_t lists = 8;
constexpr std::size_t max_retired = lists * 2 * 4096;
constexpr std::size_t max_retired_bytes = lists * 2 * 4 * 1024 * 1024;

template <class Map>
void expect_nothing_retired(const Map& m) {
    m.reclaim();
    EXPECT_EQ(m.stats().retired_objects, 0u);
    EXPECT_EQ(m.stats().retired_bytes, 0u);
}

// Callbacks that have come to sleep, until they are woken.
class bedroom {
public:
    explicit bedroom(std::ptrdiff_t beds) : asleep_(beds) {}
    void sleep() {
        asleep_.count_down();
        wake_.wait();
    }
    void wait_until_all_sleep() { asleep_.wait(); }
    void wake_all() { wake_.count_down(); }

private:
    std::latch asleep_;
    std::latch wake_{1};
};

// Calls body(0) to body(n - 1) in several threads, to fill the lists of all of them, but in one at
// a time: a thread that the system stops in the middle of an operation may hold back more.
template <class Body>
void take_turns(std::size_t n, const Body& body) {
    constexpr std::size_t turn = 1024;
    std::mutex mutex;
    std::size_t done = 0;  // guarded by the mutex
    in_parallel(2 * lists, [&](std::size_t) {
        for (bool more = true; more; std::this_thread::yield()) {
            const std::lock_guard guard(mutex);
            for (std::size_t i = 0; i < turn && done < n; ++i) body(done++);
            more = done < n;
        }
    });
}

// Catches: values that are lost by any member, destroyed twice, or forgotten by ~map.
TEST(reclamation, every_value_is_destroyed_when_the_map_is_gone) {
    using value = witness<struct every>;
    {
        syncmap::map<std::uint64_t, value> m;
        in_parallel(threads, [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(100'000); ++i) {
                const std::uint64_t key = roll(5000);
                switch (roll(12)) {
                case 0: m.erase(key); break;
                case 1: m.load_and_erase(key); break;
                case 2: m.exchange(key, value(i)); break;
                case 3: m.compare_exchange(key, value(i - 1), value(i)); break;
                case 4: m.compare_and_erase(key, value(i - 1)); break;
                case 5:
                    m.update(key, [&](const value* v) {
                        return v != nullptr && v->number() % 2 != 0 ? std::optional<value>()
                                                                    : std::optional<value>(i);
                    });
                    break;
                case 6: m.load_or_store(key, value(i)); break;
                case 7: m.load_or_compute(key, [&] { return value(i); }); break;
                case 8: m.try_emplace(key, i); break;
                case 9:
                    if (roll(100) == 0)
                        m.erase_if([](std::uint64_t k, const value&) { return k % 2 == 0; });
                    break;
                default: m.store(key, value(i));
                }
                if (roll(10'000) == 0) m.clear();
            }
        });
        m.reclaim();
        EXPECT_EQ(value::alive(), static_cast<long>(m.size()));
        EXPECT_EQ(m.stats().retired_objects, 0u);
        EXPECT_EQ(m.stats().retired_bytes, 0u);
    }
    EXPECT_EQ(value::alive(), 0);
}

// Catches: garbage in the list of a thread that has ended, or that only a later use would free.
TEST(reclamation, garbage_of_ended_threads_is_gone_with_the_map) {
    using value = witness<struct ended>;
    for (std::size_t round = 0; round < scaled(50); ++round) {
        {
            syncmap::map<std::uint64_t, value> m;
            in_parallel(20, [&](std::size_t which) {
                for (std::uint64_t i = 0; i < 50; ++i) m.store(which, value(i));
                m.erase(which);
            });
        }
        ASSERT_EQ(value::alive(), 0);
    }
}

// Catches: a sleeping callback that keeps all that is retired meanwhile from being destroyed.
TEST(reclamation, garbage_is_bounded_while_every_kind_of_callback_sleeps) {
    using value = witness<struct sleepers>;
    constexpr std::uint64_t keys = 8;
    constexpr std::size_t sleepers = 7;
    promises kept;
    syncmap::map<std::uint64_t, value> m;
    for (std::uint64_t key = 0; key < keys; ++key) m.store(key, value(key));
    const auto pin = m.pin(0);
    bedroom beds(sleepers);
    const auto sleep_on = [&](const value& v) {
        const std::uint64_t number = v.number();
        beds.sleep();
        kept.require(v.is(number), "a callback's value lives as long as the callback runs");
    };
    // Those that may be called again sleep the first time.
    std::array<std::jthread, sleepers> all{
        std::jthread([&] { m.visit(1, sleep_on); }),
        std::jthread([&] {
            m.visit_many(std::array<std::uint64_t, 1>{2},
                         [&](std::size_t, const value& v) { sleep_on(v); });
        }),
        std::jthread([&] {
            m.for_each([&](std::uint64_t, const value& v) {
                sleep_on(v);
                return false;
            });
        }),
        std::jthread([&] {
            bool slept = false;
            m.erase_if([&](std::uint64_t, const value& v) {
                if (!std::exchange(slept, true)) sleep_on(v);
                return false;
            });
        }),
        std::jthread([&] {
            bool slept = false;
            m.update(3, [&](const value* v) {
                if (!std::exchange(slept, true)) sleep_on(*v);
                return std::optional<value>(3);
            });
        }),
        std::jthread([&] {
            bool slept = false;
            m.update(keys, [&](const value*) {
                if (!std::exchange(slept, true)) beds.sleep();
                return std::optional<value>();
            });
        }),
        std::jthread([&] {
            m.load_or_compute(keys + 1, [&] {
                beds.sleep();
                return value(keys + 1);
            });
        })};
    beds.wait_until_all_sleep();

    // What a callback or a handle keeps is one value, or counted as objects a value and its entry.
    constexpr std::size_t kept_values = sleepers + 1;
    const auto check = [&] {
        kept.require(m.stats().retired_objects <= max_retired + 2 * kept_values,
                     "stats show no more than the bound");
        kept.require(value::alive() <= static_cast<long>(keys + max_retired + kept_values),
                     "no more values live than the bound and the entries");
    };
    take_turns(scaled(1'000'000), [&](std::size_t i) {
        const std::uint64_t key = i % keys;
        if (i % 5 == 0) m.erase(key);
        m.store(key, value(key));
        if (i % 512 == 0) check();
    });
    m.reclaim();
    check();
    EXPECT_LE(m.stats().retired_objects, 2 * kept_values);
    EXPECT_LE(value::alive(), static_cast<long>(keys + kept_values));
    beds.wake_all();
    for (auto& t : all) t.join();
    m.reclaim();
    EXPECT_LE(m.stats().retired_objects, 2u);
    EXPECT_TRUE(pin->is(0));
}

// Catches: a bound that counts objects only.
TEST(reclamation, garbage_of_large_values_is_bounded_in_bytes) {
    struct large {
        std::array<char, 1 << 16> bytes{};
    };
    promises kept;
    syncmap::map<std::uint64_t, large> m;
    m.store(0, large());
    bedroom beds(1);
    std::jthread sleeper([&] { m.visit(0, [&](const large&) { beds.sleep(); }); });
    beds.wait_until_all_sleep();
    take_turns(6000, [&](std::size_t i) {
        m.store(i % 3, large());
        // A list may go over its limit by the value that it is given last.
        kept.require(m.stats().retired_bytes <= max_retired_bytes + lists * 2 * sizeof(large),
                     "stats show no more than the bound");
    });
    beds.wake_all();
}

// Catches: a thread that does nothing more, and in whose list or record garbage waits for it.
TEST(reclamation, a_thread_that_has_stopped_keeps_nothing_alive) {
    using value = witness<struct stopped>;
    syncmap::map<std::uint64_t, value> m;
    bedroom beds(threads);
    std::vector<std::jthread> all;
    for (std::size_t t = 0; t < threads; ++t)
        all.emplace_back([&, t] {
            for (std::uint64_t i = 0; i < 1000; ++i) m.store(t, value(i));
            m.visit(t, [](const value&) {});
            m.pin(t).reset();
            beds.sleep();
        });
    beds.wait_until_all_sleep();
    EXPECT_LE(m.stats().retired_objects, max_retired);
    m.clear();
    expect_nothing_retired(m);
    EXPECT_EQ(value::alive(), 0);
    beds.wake_all();
}

// Catches: a clear, or a reclaim, that waits for a sleeping callback or keeps what it does not see.
TEST(reclamation, each_sleeping_callback_keeps_one_value_of_a_cleared_map) {
    using value = witness<struct cleared>;
    promises kept;
    syncmap::map<std::uint64_t, value> m;
    for (std::uint64_t key = 0; key < 1000; ++key) m.store(key, value(key));
    bedroom beds(2);
    std::jthread visitor([&] {
        m.visit(5, [&](const value& v) {
            beds.sleep();
            kept.require(v.is(5), "a callback's value outlives clear");
        });
    });
    std::jthread iterator([&] {
        bool slept = false;
        m.for_each([&](std::uint64_t key, const value& v) {
            if (!std::exchange(slept, true)) beds.sleep();
            kept.require(v.is(key), "a callback's value outlives clear");
        });
    });
    beds.wait_until_all_sleep();
    m.clear();
    m.reclaim();
    EXPECT_LE(value::alive(), 2);
    EXPECT_GE(value::alive(), 1);  // both may be at the same one
    beds.wake_all();
    visitor.join();
    iterator.join();
    expect_nothing_retired(m);
    EXPECT_EQ(value::alive(), 0);
}

// Catches: a handle whose value is destroyed too late, or not by reclaim.
TEST(reclamation, a_handle_keeps_exactly_its_value) {
    using value = witness<struct handle>;
    syncmap::map<std::uint64_t, value> m;
    std::vector<syncmap::pinned<value>> pins;
    for (std::uint64_t key = 0; key < 300; ++key) {
        m.store(key, value(key));
        if (key % 3 == 0) pins.push_back(m.pin(key));
    }
    m.clear();
    m.reclaim();
    EXPECT_EQ(value::alive(), 100);
    std::jthread([&] { pins.resize(40); }).join();
    m.reclaim();
    EXPECT_EQ(value::alive(), 40);
    for (std::size_t i = 0; i < pins.size(); ++i) EXPECT_TRUE(pins[i]->is(3 * i));
    pins.clear();
    expect_nothing_retired(m);
    EXPECT_EQ(value::alive(), 0);
}

// Catches: garbage that is kept in one place for all maps, where another map's readers hold it.
TEST(reclamation, readers_of_another_map_delay_nothing) {
    using value = witness<struct other>;
    syncmap::map<std::uint64_t, std::uint64_t> other{{1, 1}};
    bedroom beds(2);
    std::jthread visitor([&] { other.visit(1, [&](std::uint64_t) { beds.sleep(); }); });
    std::jthread holder([&] {
        [[maybe_unused]] const auto pin = other.pin(1);
        beds.sleep();
    });
    beds.wait_until_all_sleep();
    {
        syncmap::map<std::uint64_t, value> m;
        for (std::uint64_t i = 0; i < 100; ++i) m.store(i % 7, value(i));
        m.erase(0);
        expect_nothing_retired(m);
        EXPECT_EQ(value::alive(), 6);
    }
    EXPECT_EQ(value::alive(), 0);
    beds.wake_all();
}

// Catches: a reclaim that frees what a reader still looks at, or that never returns.
TEST(reclamation, reclaim_while_others_read_and_write) {
    using value = witness<struct busy>;
    promises kept;
    syncmap::map<std::uint64_t, value> m;
    in_parallel(
        2,
        [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(10'000); ++i) {
                m.erase(roll(200));
                m.reclaim();
            }
        },
        [&, roll = dice(5)]() mutable {
            const std::uint64_t key = roll(200);
            m.store(key, value(key));
        },
        [&, roll = dice(6)]() mutable {
            const std::uint64_t key = roll(200);
            m.visit(key, [&](const value& v) { kept.require(v.is(key), "visited values live"); });
            if (const auto v = m.load(key)) kept.require(v->is(key), "loaded values live");
        });
    expect_nothing_retired(m);
    EXPECT_EQ(value::alive(), static_cast<long>(m.size()));
}

// Catches: a reclaim that waits for the callback it is called from, or for one that waits for it.
TEST(reclamation, callbacks_may_reclaim_all_at_the_same_time) {
    using value = witness<struct callback>;
    promises kept;
    syncmap::map<std::uint64_t, value> m;
    std::barrier meet(5);
    const auto reclaim_on = [&](const value& v) {
        const std::uint64_t number = v.number();
        meet.arrive_and_wait();
        for (std::size_t i = 0; i < 10; ++i) {
            m.store(number, value(number));
            m.reclaim();
        }
        kept.require(v.is(number), "a callback's value survives its own reclaim");
    };
    for (std::size_t round = 0; round < scaled(200); ++round) {
        for (std::uint64_t key = 0; key < 5; ++key) m.store(key, value(key));
        in_parallel(5, [&](std::size_t which) {
            bool done = false;
            switch (which) {
            case 0: m.visit(0, reclaim_on); break;
            case 1:
                m.for_each([&](std::uint64_t key, const value& v) {
                    if (key == 1) reclaim_on(v);
                });
                break;
            case 2:
                m.update(2, [&](const value* v) {
                    if (!std::exchange(done, true)) reclaim_on(*v);
                    return std::optional<value>(2);
                });
                break;
            case 3:
                m.erase_if([&](std::uint64_t key, const value& v) {
                    if (key == 3 && !std::exchange(done, true)) reclaim_on(v);
                    return false;
                });
                break;
            case 4: {
                m.erase(5);
                m.load_or_compute(5, [&] {
                    reclaim_on(value(4));
                    return value(5);
                });
                break;
            }
            }
        });
    }
}

// Its destructor retires the next value and reclaims.
struct chained {
    using map = syncmap::map<std::uint64_t, chained>;
    static inline std::atomic<long> alive{0};
    map* home;
    std::uint64_t key;

    chained(map& m, std::uint64_t k) : home(&m), key(k) { ++alive; }
    chained(const chained&) = delete;
    chained& operator=(const chained&) = delete;
    ~chained() {
        --alive;
        home->erase(key + 1);
        if (key % 8 == 0) home->reclaim();
    }
};

// Catches: a reclaim that is not ready to be called by what it destroys, in two threads at once.
TEST(reclamation, destructors_may_retire_and_reclaim) {
    chained::map m;
    for (std::size_t round = 0; round < scaled(500); ++round) {
        for (std::uint64_t key = 0; key < 60; ++key) m.try_emplace(key, m, key);
        in_parallel(2, [&](std::size_t which) {
            m.erase(which * 10);
            m.reclaim();
        });
        m.clear();
        m.reclaim();
        ASSERT_EQ(chained::alive, 0);
    }
    EXPECT_EQ(m.stats().retired_objects, 0u);
}

// A key that is a view may be compared after its entry was erased, but not after reclaim.
// Catches: a reclaim that does not wait for the readers that were there before it.
TEST(reclamation, reclaim_waits_for_readers_of_keys_that_are_views) {
    syncmap::map<std::string_view, std::uint64_t> m;
    const auto text = [](std::size_t i) {
        return "a key that is long enough " + std::to_string(i);
    };
    in_parallel(
        1,
        [&](std::size_t) {
            for (std::size_t i = 0; i < scaled(20'000); ++i) {
                auto memory = std::make_unique<std::string>(text(i % 4));
                m.store(std::string_view(*memory), i);
                m.erase(std::string_view(*memory));
                m.reclaim();
                memory->assign(memory->size(), '?');
            }
        },
        [&, key = text(0)] { static_cast<void>(m.load(key)); },
        [&, key = text(1)] { static_cast<void>(m.contains(key)); });
    EXPECT_TRUE(m.empty());
}

}  // namespace
