// expect: Key cannot be constructed
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <string>

struct unrelated {};

int main() {
    syncmap::map<std::string, int> map;
    map.store(unrelated{}, 1);
}
