// SPDX-License-Identifier: BSL-1.0
// Which bytes are characters: sources and file names may hold anything.
#pragma once

#include <cstddef>
#include <string_view>

namespace demo {

// The length of the UTF-8 sequence that `text` (not empty) begins with; 0 if it is none, or a
// control character.
inline std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned first = byte(0);
    if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
    std::size_t length = 0;
    if (first >= 0xc2 && first < 0xe0)
        length = 2;
    else if (first >= 0xe0 && first < 0xf0)
        length = 3;
    else if (first >= 0xf0 && first < 0xf5)
        length = 4;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xc0) != 0x80) return 0;
    const bool control = first == 0xc2 && byte(1) < 0xa0;
    const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
    const bool surrogate = first == 0xed && byte(1) >= 0xa0;
    const bool too_large = first == 0xf4 && byte(1) >= 0x90;
    return control || overlong || surrogate || too_large ? 0 : length;
}

}  // namespace demo
