// SPDX-License-Identifier: BSL-1.0
#include "folly.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<folly_adapter> registered{
    {.name = "folly CHM", .version = "", .note = "ConcurrentHashMap", .order = 15}};

}  // namespace
}  // namespace bench
