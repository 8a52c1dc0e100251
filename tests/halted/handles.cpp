// SPDX-License-Identifier: BSL-1.0
//
// How often a store looks at handles: all of them once in thousands of stores, so that holding tens of thousands costs
// next to nothing. Counted in steps, not in time.
#include "halted.hpp"

#include <vector>

namespace {

using texts = syncmap::map<int, std::string>;
std::size_t loads = 0;

std::size_t loads_of_stores(std::size_t stores) {
    texts m;
    m.store(1, "x");
    loads = 0;
    hooks.load = [](const void*) { ++loads; };
    for (std::size_t i = 0; i < stores; ++i) m.store(1, "x");
    hooks.load = nullptr;
    return loads;
}

void a_store_does_not_look_at_each_handle() {
    constexpr int handles = 10'000;
    constexpr std::size_t stores = 50'000;
    const std::size_t before = loads_of_stores(stores);
    expect(before > stores, "the test has seen what it is about");
    texts other;
    std::vector<syncmap::pinned<std::string>> held;
    for (int i = 0; i < handles; ++i) {
        other.store(i, "p");
        held.push_back(other.pin(i));
    }
    const std::size_t with = loads_of_stores(stores);
    held.clear();
    const std::size_t after = loads_of_stores(stores);  // the slots stay
    // All of them once in 4,096 stores, and as much again for addresses that look like one that is sought, by chance.
    // (At each sweep, which is what this is about, they would be looked at 200 times as often.)
    constexpr std::size_t looks = (stores / 4096 + 1) * 2 * handles;
    expect(with <= before + looks, "handles are looked at once in 4,096 stores");
    expect(after <= before + looks, "so is what has been one");
}

}  // namespace

int main() {
    end_if_it_hangs();
    a_store_does_not_look_at_each_handle();
    return verdict();
}
