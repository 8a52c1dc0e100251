// expect: use try_emplace
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <memory>

int main() {
    syncmap::map<int, std::unique_ptr<int>> map;
    map.load_or_store(1, std::make_unique<int>(1));
}
