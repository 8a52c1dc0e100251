// SPDX-License-Identifier: BSL-1.0
//
// Go's benchmarks of the HashTrieMap that sync.Map has been since Go 1.24: string keys (the numbers from 0
// in binary digits), each thread going round all of them.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "int_benchmarks.hpp"

namespace bench::go {

/// The numbers below `count`, as Go's %b writes them.
const std::vector<std::string>& binary_numbers(std::size_t count);

enum class start { filled, empty };

template <class Map, std::size_t Count, start From>
double run_strings(const run_size& size) {
    const auto& keys = binary_numbers(Count);
    Map m;
    if constexpr (From == start::filled) {
        for (std::size_t i = 0; i < Count; ++i)
            m.load_or_store(keys[i], static_cast<std::int64_t>(i));
    }
    return run_parallel(size.operations, size.batch, size.threads,
                        [&](iterations& its, std::int64_t) {
                            std::int64_t sum = 0;
                            for (std::size_t i = 0; its.next(); i = i + 1 < Count ? i + 1 : 0) {
                                if constexpr (From == start::filled) {
                                    sum += m.load(keys[i]).value_or(0);
                                } else {
                                    const auto value = static_cast<std::int64_t>(i);
                                    sum += m.load_or_store(keys[i], value).first;
                                }
                            }
                            keep(sum);
                        });
}

template <class Map>
inline constexpr auto string_benchmarks = [] {
    constexpr std::size_t small = 8, middle = 128, large = 131'072;
    constexpr std::string_view t = "string:int";
    return std::to_array<benchmark>({
        {"HashTrieMapLoadSmall", t, unlimited, run_strings<Map, small, start::filled>},
        {"HashTrieMapLoad", t, unlimited, run_strings<Map, middle, start::filled>},
        {"HashTrieMapLoadLarge", t, unlimited, run_strings<Map, large, start::filled>},
        {"HashTrieMapLoadOrStore", t, unlimited, run_strings<Map, middle, start::empty>},
        {"HashTrieMapLoadOrStoreLarge", t, unlimited, run_strings<Map, large, start::empty>},
    });
}();

/// Both kinds, one after the other.
template <class IntMap, class StringMap>
std::span<const benchmark> all_benchmarks() {
    static const auto all = [] {
        std::vector<benchmark> list(int_benchmarks<IntMap>.begin(), int_benchmarks<IntMap>.end());
        list.insert(list.end(), string_benchmarks<StringMap>.begin(),
                    string_benchmarks<StringMap>.end());
        return list;
    }();
    return all;
}

}  // namespace bench::go
