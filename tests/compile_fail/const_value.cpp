// expect: without const
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

int main() { syncmap::map<int, const int> map; }
