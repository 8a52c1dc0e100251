// SPDX-License-Identifier: BSL-1.0
#include "tbb.hpp"
#include "../run.hpp"

#include <tbb/version.h>

namespace bench {
namespace {

const registration<tbb_adapter> registered{
    {.name = "oneTBB",
     .version = version_text(TBB_VERSION_MAJOR, TBB_VERSION_MINOR),
     .note = "concurrent_hash_map; nodes from malloc; iterated by one thread only",
     .order = 40}};

}  // namespace
}  // namespace bench
