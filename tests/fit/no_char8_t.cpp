// SPDX-License-Identifier: BSL-1.0
//
// Where C++20 has been told not to have char8_t, as programs are whose u8"" is of char: compiled with -fno-char8_t.
#include <string>

#include "every_member.hpp"

#if defined(__cpp_char8_t)
#error "this is to be compiled with -fno-char8_t"
#endif

int main() {
    every_member::verdict v;
    every_member::of_all(v);
    every_member::of_map<syncmap::map<std::string, std::u16string>>(v, u8"a", u8"b", u"a", u"b");
    every_member::of_set<syncmap::set<std::u32string>>(v, U"a", U"b");
    every_member::of_set<syncmap::set<std::wstring>>(v, L"a", L"b");
    return v.exit_code();
}
