// expect: return std::optional<T>
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

int main() {
    syncmap::map<int, int> map;
    map.update(1, [](const int*) {});
}
