// SPDX-License-Identifier: BSL-1.0
//
// What is compiled to see how long a map takes to compile: a small file that uses it, as one of a
// program's many might. compile_time.sh says which adapter: BENCH_HEADER, BENCH_ADAPTER.
#include BENCH_HEADER

#include <cstdint>

template <class Map>
std::uint64_t use(Map& m, std::uint64_t key) {
    std::uint64_t sum = m.insert(key, 1) ? 1 : 0;
    if constexpr (requires { m.store(key, 2); }) {
        m.store(key + 1, 2);
    }
    m.visit(key, [&](std::uint64_t value) { sum += value; });
    m.erase(key);
    return sum;
}

std::uint64_t make(std::uint64_t key) {
    BENCH_ADAPTER<std::uint64_t, std::uint64_t> m(0);
    return use(m, key);
}
