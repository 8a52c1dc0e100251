// SPDX-License-Identifier: BSL-1.0
//
// Runs gnuplot, which draws one picture from a script.
#pragma once

#include <string>
#include <string_view>

namespace bench::charts {

/// A picture to stand inside another one or a page: `content` without the <svg> element around it.
struct picture {
    int width, height;  // pixels
    std::string content;
};

/// The script draws on a white area of this size; lengths in it are fractions of it ("screen").
/// Throws std::runtime_error if gnuplot is not there or does not like the script.
picture draw(int width, int height, std::string_view script);

/// A string constant of gnuplot.
std::string literal(std::string_view text);

}  // namespace bench::charts
