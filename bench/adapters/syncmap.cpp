// SPDX-License-Identifier: BSL-1.0
#include "syncmap.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<syncmap_adapter> registered{
    {.name = "syncmap", .version = SYNCMAP_BENCH_VERSION, .note = "", .order = 0}};

}  // namespace
}  // namespace bench
