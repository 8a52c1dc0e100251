// SPDX-License-Identifier: BSL-1.0
//
// Puts the charts together: one tall picture, or a page.
#pragma once

#include <string>
#include <vector>

#include "charts.hpp"

namespace bench::charts {

std::string as_svg(const dataset& data, const std::vector<chart>& drawn);
std::string as_html(const dataset& data, const std::vector<chart>& drawn);

}  // namespace bench::charts
