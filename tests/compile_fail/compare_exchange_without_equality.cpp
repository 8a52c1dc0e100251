// expect: need T to have operator==
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

struct incomparable {
    int value;
};

int main() {
    syncmap::map<int, incomparable> map;
    map.compare_exchange(1, incomparable{1}, incomparable{2});
}
