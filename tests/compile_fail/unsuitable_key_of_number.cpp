// expect 16 errors: this is no key|Key cannot be constructed
// SPDX-License-Identifier: BSL-1.0
// The same where other types are converted to Key.
#include <syncmap/map.hpp>

#include <array>
#include <optional>
#include <string>

// A type for each member: none is judged by what has been said about another.
template <int>
struct unrelated {};

int main() {
    syncmap::map<int, int> map;
    std::array<std::optional<int>, 1> values;
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
    map.update(unrelated<13>(), [](const int* now) { return std::optional<int>(*now); });
    map.load_many(std::array<unrelated<14>, 1>(), values);
    map.visit_many(std::array<unrelated<15>, 1>(), [](std::size_t, const int&) {});
}
