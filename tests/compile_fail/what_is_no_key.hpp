// SPDX-License-Identifier: BSL-1.0
//
// Asks every member of a `map_type`, which whoever includes this has named before, for what is no key of it.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <utility>

// A type for each member: none is judged by what has been said about another.
template <int>
struct unrelated {};

int main() {
    using value = map_type::mapped_type;
    map_type map;
    std::array<std::optional<value>, 1> values;
    map.load(unrelated<0>());
    map.visit(unrelated<1>(), [](const auto&) {});
    map.pin(unrelated<2>());
    map.contains(unrelated<3>());
    map.erase(unrelated<4>());
    map.load_and_erase(unrelated<5>());
    map.compare_exchange(unrelated<6>(), 1, 2);
    map.compare_and_erase(unrelated<7>(), 1);
    map.store(unrelated<8>(), 1);
    map.load_or_store(unrelated<9>(), 1);
    map.load_or_compute(unrelated<10>(), [] { return 1; });
    map.try_emplace(unrelated<11>(), 1);
    map.exchange(unrelated<12>(), 1);
    map.update(unrelated<13>(), [](const value* now) { return std::optional<value>(*now); });
    map.load_many(std::array<unrelated<14>, 1>(), values);
    map.visit_many(std::array<unrelated<15>, 1>(), [](std::size_t, const value&) {});
    map.erase_if(unrelated<16>(), [](const value&) { return true; });
    map.erase_many(std::array<unrelated<17>, 1>());
    map.insert_range(std::array<std::pair<unrelated<18>, value>, 1>());
}
