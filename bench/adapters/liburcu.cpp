// SPDX-License-Identifier: BSL-1.0
#include "liburcu.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<liburcu_adapter> registered{
    {.name = "liburcu",
     .version = BENCH_PEER_VERSION,
     .note = "cds_lfht, membarrier flavour; frees and resizes in threads of its own; the adapter "
             "starts again a resize that the library has lost",
     .order = 60}};

}  // namespace
}  // namespace bench
