// SPDX-License-Identifier: BSL-1.0
//
// std::format of a map_stats, where the standard library has it: g++ 12 has not, clang with libc++ has.
#include <cstdio>
#include <sstream>
#include <string>
#include <syncmap/format.hpp>
#include <syncmap/map.hpp>

#include "../check.hpp"

int main() {
#if defined(__cpp_lib_format)
    syncmap::map<int, int> m;
    for (int i = 0; i < 100; ++i) m.store(i, i);
    const syncmap::map_stats stats = m.stats();
    std::ostringstream out;
    out << stats;
    const std::string text = out.str();
    check(text.starts_with("100 entries in "), "the text begins with the number of entries");
    check(std::format("{}", stats) == text, "std::format gives what operator<< writes");
    check(std::format("[{:*>150}]", stats) ==
              "[" + std::string(150 - text.size(), '*') + text + "]",
          "width, fill and alignment count as for a string");
    check(std::format("{:.11}", stats) == "100 entries", "and so does a precision");
    std::puts(text.c_str());
#else
    std::puts("this standard library has no <format>: nothing to test");
#endif
}
