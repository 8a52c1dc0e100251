// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

extern "C" [[gnu::noinline]] void stop_here() { asm volatile(""); }

int main() {
    const syncmap::map<int, int> squares{{1, 1}, {2, 4}, {3, 9}};
    stop_here();
    return squares.load(3) == 9 ? 0 : 1;
}
