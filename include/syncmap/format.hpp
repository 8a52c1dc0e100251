// SPDX-License-Identifier: BSL-1.0
//
// std::format of a map_stats, where the standard library has it. A header of its own: <format> takes longer to compile
// than the map does.
#pragma once

#include <string_view>
#include <version>

#include "stats.hpp"

#if defined(__cpp_lib_format)
#include <format>

/// The line that operator<< writes, formatted as a string is: `{:>120}` pads it, `{:.11}` cuts it.
template <>
struct std::formatter<syncmap::map_stats> : std::formatter<std::string_view> {
    template <class Context>
    auto format(const syncmap::map_stats& s, Context& context) const {
        return std::formatter<std::string_view>::format(syncmap::detail::stats_text(s).view(),
                                                        context);
    }
};
#endif
