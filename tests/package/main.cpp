// SPDX-License-Identifier: BSL-1.0
// Needs nothing but what the target syncmap::syncmap brings along: headers, C++20 and threads.
#include <syncmap/syncmap.hpp>

#include <string>
#include <thread>

int main() {
    syncmap::map<std::string, int> map;
    std::thread([&] { map.store("one", 1); }).join();
    return map.load("one") == 1 ? 0 : 1;
}
