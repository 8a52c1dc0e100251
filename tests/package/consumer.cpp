// SPDX-License-Identifier: BSL-1.0
// What every way of getting syncmap has to compile and run. It needs nothing but syncmap, C++20 and threads.
#include <cstdio>
#include <optional>
#include <string>
#include <thread>
#if defined(IMPORT_SYNCMAP)
import syncmap;
#else
#include <syncmap/syncmap.hpp>
#endif

int main() {
    syncmap::map<std::string, int> map;
    std::thread([&] { map.store("one", 1); }).join();
    std::printf("syncmap %s: one is %d\n", syncmap::version_string, map.load("one").value_or(0));
    return map.load("one") == 1 ? 0 : 1;
}
