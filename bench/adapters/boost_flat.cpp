// SPDX-License-Identifier: BSL-1.0
#include "boost_flat.hpp"
#include "../run.hpp"

#include <boost/version.hpp>

namespace bench {
namespace {

const registration<boost_flat_adapter> registered{
    {.name = "U",
     .version = version_text(BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000),
     .note = "boost::unordered_flat_map without synchronisation: the limit, one thread only",
     .order = 99}};

}  // namespace
}  // namespace bench
