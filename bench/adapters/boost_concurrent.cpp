// SPDX-License-Identifier: BSL-1.0
#include "boost_concurrent.hpp"
#include "../run.hpp"

#include <boost/version.hpp>

namespace bench {
namespace {

/// Boost.Unordered can be put before an older Boost, whose number is the only one there is.
std::string version() {
    const std::string boost = version_text(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000);
    return BOOST_VERSION >= 108300 ? boost : "newer than " + boost;
}

const registration<boost_concurrent_adapter> registered{
    {.name = "Boost cfm", .version = version(), .note = "concurrent_flat_map", .order = 10}};

}  // namespace
}  // namespace bench
