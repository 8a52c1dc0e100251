// SPDX-License-Identifier: BSL-1.0
#include "syncmap/etcd/codec.hpp"

#include <array>
#include <locale>
#include <sstream>

namespace syncmap::etcd::inline v0::detail {

namespace {
template <class T>
bool parse_number(std::string_view text, T& number) noexcept {
#if defined(__cpp_lib_to_chars) || defined(__GLIBCXX__)
    const char* const end = text.data() + text.size();
    const auto [stop, problem] = std::from_chars(text.data(), end, number);
    return problem == std::errc() && stop == end;
#else  // libc++ up to 19
    if (text.empty() || text.front() == ' ' || text.front() == '+') return false;
    std::istringstream stream{std::string(text)};
    stream.imbue(std::locale::classic());
    return stream >> number && stream.peek() == std::char_traits<char>::eof();
#endif
}
template <class T>
std::string print_number(T number) {
    std::array<char, 64> text{};
    const auto result = std::to_chars(text.data(), text.data() + text.size(), number);
    return {text.data(), result.ptr};
}
}  // namespace

bool parse(std::string_view text, float& number) noexcept { return parse_number(text, number); }
bool parse(std::string_view text, double& number) noexcept { return parse_number(text, number); }
bool parse(std::string_view text, long double& number) noexcept {
    return parse_number(text, number);
}
std::string print(float number) { return print_number(number); }
std::string print(double number) { return print_number(number); }
std::string print(long double number) { return print_number(number); }

}  // namespace syncmap::etcd::inline v0::detail
