// expect: Hash cannot hash Key
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

struct key {
    int value;
    bool operator==(const key&) const = default;
};

int main() {
    syncmap::map<key, int> map;
    map.store(key{1}, 1);
}
