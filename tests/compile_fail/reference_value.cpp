// expect: T must be an object type
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

int main() { syncmap::map<int, int&> map; }
