// expect 2 errors: this is no key
// SPDX-License-Identifier: BSL-1.0
#include <syncmap/map.hpp>

#include <string>
#include <string_view>

int main() {
    syncmap::map<std::string, int> strings;
    strings.contains(nullptr);
    syncmap::map<std::string_view, int> views;
    views.store(nullptr, 1);
}
