// SPDX-License-Identifier: BSL-1.0
//
// The benchmarks with int keys. Each is a function `(map, iterations, i)`: the loop of one thread, i being
// its counter. What a call returns is summed up, so that none can be left out.
#pragma once

#include <array>

#include "benchmark.hpp"
#include "run_parallel.hpp"

namespace bench::go {

/// Keys [0, hits) are there; the loops below count through `range` of them and the misses.
constexpr std::int64_t many = 1023, few = 1, range = many + few, half = 128;

/// Puts the keys [0, count) in, and looks each up twice: a classic map promotes them meanwhile.
template <class Map>
void prime(Map& m, std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) m.load_or_store(i, i);
    for (std::int64_t i = 0; i < count * 2; ++i) keep(m.load(i % count).has_value());
}

/// i % range where that is one of the keys there, otherwise i itself.
inline std::int64_t hit_or_unique(std::int64_t i, std::int64_t hits) {
    const auto j = i % range;
    return j < hits ? j : i;
}

template <class Map, std::int64_t Primed, auto Loop>
double run(const run_size& size) {
    Map m;
    prime(m, Primed);
    return run_parallel(size.operations, size.batch, size.threads,
                        [&](iterations& its, std::int64_t first) { keep(Loop(m, its, first)); });
}

template <class Map>
struct loops {
    using number = std::int64_t;

    static number load(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) sum += m.load(i % range).value_or(0);
        return sum;
    }
    static number load_or_store_balanced(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) {
            const auto j = i % (2 * half);
            sum += m.load_or_store(j < half ? j : i, i).first;
        }
        return sum;
    }
    static number load_or_store_unique(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) sum += m.load_or_store(i, i).first;
        return sum;
    }
    static number load_or_store_collision(Map& m, iterations& its, number) {
        number sum = 0;
        while (its.next()) sum += m.load_or_store(number{0}, number{0}).first;
        return sum;
    }
    static number load_and_erase_balanced(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) {
            const auto j = i % (2 * half);
            sum += m.load_and_erase(j < half ? j : i).value_or(0);
        }
        return sum;
    }
    static number load_and_erase_unique(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) sum += m.load_and_erase(i).value_or(0);
        return sum;
    }
    static number load_and_erase_collision(Map& m, iterations& its, number) {
        number erased = 0;
        while (its.next()) {
            if (m.load_and_erase(number{0})) {
                m.store(number{0}, number{0});
                ++erased;
            }
        }
        return erased;
    }
    static number all_entries(Map& m, iterations& its, number) {
        number seen = 0;
        while (its.next()) m.for_each([&](const number&, const number&) { ++seen; });
        return seen;
    }
    static number adversarial_alloc(Map& m, iterations& its, number i) {
        number sum = 0, stores = 0, loads_since_store = 0;
        for (; its.next(); ++i) {
            sum += m.load(i).value_or(0);
            if (++loads_since_store > stores) {
                m.load_or_store(i, stores);
                loads_since_store = 0;
                ++stores;
            }
        }
        return sum;
    }
    static number adversarial_erase(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) {
            sum += m.load(i).value_or(0);
            if (i % range == 0) {
                m.for_each([&](const number& key, const number&) {
                    m.erase(key);
                    return false;
                });
                m.store(i, i);
            }
        }
        return sum;
    }
    static number erase_collision(Map& m, iterations& its, number) {
        number erased = 0;
        while (its.next()) erased += m.erase(number{0});
        return erased;
    }
    static number exchange_collision(Map& m, iterations& its, number) {
        number sum = 0;
        while (its.next()) sum += m.exchange(number{0}, number{0}).value_or(0);
        return sum;
    }
    template <std::int64_t Hits>
    static number exchange(Map& m, iterations& its, number i) {
        number sum = 0;
        for (; its.next(); ++i) {
            if (const auto j = i % range; j < Hits) {
                sum += m.exchange(j, j).value_or(0);
            } else {
                sum += m.exchange(i, i).value_or(0);
                m.erase(i);
            }
        }
        return sum;
    }
    static number compare_exchange_collision(Map& m, iterations& its, number) {
        number exchanged = 0;
        while (its.next()) {
            if (m.compare_exchange(number{0}, number{0}, number{42}))
                exchanged += m.compare_exchange(number{0}, number{42}, number{0});
        }
        return exchanged;
    }
    static number compare_exchange_no_key(Map& m, iterations& its, number i) {
        number exchanged = 0;
        for (; its.next(); ++i) exchanged += m.compare_exchange(i, number{0}, number{0});
        return exchanged;
    }
    static number compare_exchange_not_equal(Map& m, iterations& its, number) {
        number exchanged = 0;
        while (its.next()) exchanged += m.compare_exchange(number{0}, number{1}, number{2});
        return exchanged;
    }
    template <std::int64_t Hits>
    static number compare_exchange(Map& m, iterations& its, number i) {
        number exchanged = 0;
        for (; its.next(); ++i) {
            const auto v = hit_or_unique(i, Hits);
            exchanged += m.compare_exchange(v, v, v);
        }
        return exchanged;
    }
    static number compare_and_erase_collision(Map& m, iterations& its, number) {
        number erased = 0;
        while (its.next()) {
            if (m.compare_and_erase(number{0}, number{0})) {
                m.store(number{0}, number{0});
                ++erased;
            }
        }
        return erased;
    }
    template <std::int64_t Hits>
    static number compare_and_erase(Map& m, iterations& its, number i) {
        number erased = 0;
        for (; its.next(); ++i) {
            const auto v = hit_or_unique(i, Hits);
            if (m.compare_and_erase(v, v)) {
                m.store(v, v);
                ++erased;
            }
        }
        return erased;
    }
    static number clear(Map& m, iterations& its, number i) {
        number last = 0;
        for (; its.next(); ++i) {
            last = i % (2 * half);
            m.clear();
            m.store(last, last);
        }
        return last;
    }
};

template <class Map>
inline constexpr auto int_benchmarks = [] {
    using l = loops<Map>;
    constexpr std::string_view t = "int:int";
    return std::to_array<benchmark>({
        {"LoadMostlyHits", t, unlimited, run<Map, many, l::load>},
        {"LoadMostlyMisses", t, unlimited, run<Map, few, l::load>},
        {"LoadOrStoreBalanced", t, 8'000'000, run<Map, half, l::load_or_store_balanced>},
        {"LoadOrStoreUnique", t, 4'000'000, run<Map, 0, l::load_or_store_unique>},
        {"LoadOrStoreCollision", t, unlimited, run<Map, 1, l::load_or_store_collision>},
        {"LoadAndDeleteBalanced", t, unlimited, run<Map, half, l::load_and_erase_balanced>},
        {"LoadAndDeleteUnique", t, unlimited, run<Map, 0, l::load_and_erase_unique>},
        {"LoadAndDeleteCollision", t, unlimited, run<Map, 1, l::load_and_erase_collision>},
        {"Range", t, unlimited, run<Map, range, l::all_entries>},
        {"AdversarialAlloc", t, unlimited, run<Map, 0, l::adversarial_alloc>},
        {"AdversarialDelete", t, unlimited, run<Map, range, l::adversarial_erase>},
        {"DeleteCollision", t, unlimited, run<Map, 1, l::erase_collision>},
        {"SwapCollision", t, unlimited, run<Map, 1, l::exchange_collision>},
        {"SwapMostlyHits", t, unlimited, run<Map, many, l::template exchange<many>>},
        {"SwapMostlyMisses", t, unlimited, run<Map, few, l::template exchange<few>>},
        {"CompareAndSwapCollision", t, unlimited, run<Map, 1, l::compare_exchange_collision>},
        {"CompareAndSwapNoExistingKey", t, unlimited, run<Map, 0, l::compare_exchange_no_key>},
        {"CompareAndSwapValueNotEqual", t, unlimited, run<Map, 1, l::compare_exchange_not_equal>},
        {"CompareAndSwapMostlyHits", t, unlimited,
         run<Map, many, l::template compare_exchange<many>>},
        {"CompareAndSwapMostlyMisses", t, unlimited,
         run<Map, few, l::template compare_exchange<few>>},
        {"CompareAndDeleteCollision", t, unlimited, run<Map, 1, l::compare_and_erase_collision>},
        {"CompareAndDeleteMostlyHits", t, unlimited,
         run<Map, many, l::template compare_and_erase<many>>},
        {"CompareAndDeleteMostlyMisses", t, unlimited,
         run<Map, few, l::template compare_and_erase<few>>},
        {"Clear", t, unlimited, run<Map, 0, l::clear>},
    });
}();

}  // namespace bench::go
