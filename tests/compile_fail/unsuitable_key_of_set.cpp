// expect 6 errors: this is no key|Key cannot be constructed
// SPDX-License-Identifier: BSL-1.0
// The same of sets, and of constructors.
#include <syncmap/set.hpp>

#include <array>
#include <optional>
#include <string>

// A type for each member: none is judged by what has been said about another.
template <int>
struct unrelated {};

int main() {
    syncmap::set<std::string> set;
    set.contains(unrelated<0>());
    set.insert(unrelated<1>());
    set.erase(unrelated<2>());
    set.visit_many(std::array<unrelated<3>, 1>(), [](std::size_t) {});
    std::array<unrelated<4>, 1> keys;
    syncmap::set<std::string> keys_of_range(keys.begin(), keys.end());
    std::array<std::pair<unrelated<5>, int>, 1> pairs;
    syncmap::map<std::string, int> of_range(pairs.begin(), pairs.end());
}
