// expect: callable with `const T&`
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <string>

int main() {
    syncmap::map<int, std::string> map;
    map.visit(1, [](std::string& value) { value.clear(); });
}
