// SPDX-License-Identifier: BSL-1.0
#include "base64.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

namespace syncmap::etcd::inline v0::detail {

namespace {
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 64;

constexpr std::array<std::uint8_t, 256> make_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (std::size_t i = 0; i < base64_digits.size(); ++i) {
        values[static_cast<unsigned char>(base64_digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}
constexpr std::array<std::uint8_t, 256> base64_values = make_values();

std::uint32_t byte(std::string_view s, std::size_t i) { return static_cast<unsigned char>(s[i]); }
}  // namespace

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t i = 0;
    for (; i + 3 <= bytes.size(); i += 3) {
        const std::uint32_t bits =
            byte(bytes, i) << 16 | byte(bytes, i + 1) << 8 | byte(bytes, i + 2);
        for (const int shift : {18, 12, 6, 0}) text += base64_digits[bits >> shift & 63U];
    }
    if (bytes.size() - i == 1) {
        const std::uint32_t bits = byte(bytes, i) << 4;
        text += {base64_digits[bits >> 6], base64_digits[bits & 63U], '=', '='};
    } else if (bytes.size() - i == 2) {
        const std::uint32_t bits = byte(bytes, i) << 10 | byte(bytes, i + 1) << 2;
        text += {base64_digits[bits >> 12], base64_digits[bits >> 6 & 63U],
                 base64_digits[bits & 63U], '='};
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && text.ends_with('=')) {
        text.remove_suffix(1);
        ++padding;
    }
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t bits = 0;
    unsigned held = 0;  // bits that are no byte yet
    for (const char c : text) {
        const std::uint8_t value = base64_values[static_cast<unsigned char>(c)];
        if (value == no_digit) return std::nullopt;
        bits = bits << 6 | value;
        held += 6;
        if (held >= 8) {
            held -= 8;
            bytes += static_cast<char>(bits >> held & 255U);
        }
    }
    return bytes;
}

}  // namespace syncmap::etcd::inline v0::detail
