// SPDX-License-Identifier: BSL-1.0
#include "../run.hpp"
#include "folly.hpp"

namespace bench {
namespace {

const registration<folly_simd_adapter> registered{
    {.name = "folly CHM SIMD",
     .version = "",
     .note = "ConcurrentHashMapSIMD, compiled for SSE 4.2",
     .order = 16}};

}  // namespace
}  // namespace bench
