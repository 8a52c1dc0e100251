// expect: use visit
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <memory>

int main() {
    syncmap::map<int, std::unique_ptr<int>> map;
    map.load(1);
}
