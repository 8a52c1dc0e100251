// SPDX-License-Identifier: BSL-1.0
#include "libcuckoo.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<libcuckoo_adapter> registered{
    {.name = "libcuckoo",
     .version = BENCH_PEER_VERSION,
     .note = "cuckoohash_map; begins with room for 262,144; iteration keeps others out",
     .order = 30}};

}  // namespace
}  // namespace bench
