// SPDX-License-Identifier: BSL-1.0
#include "std.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<mutex_adapter> with_mutex{
    {.name = "std+mutex", .version = "", .note = "std::unordered_map, std::mutex", .order = 90}};
const registration<shared_mutex_adapter> with_shared_mutex{
    {.name = "std+shared_mutex",
     .version = "",
     .note = "std::unordered_map, std::shared_mutex",
     .order = 91}};

}  // namespace
}  // namespace bench
