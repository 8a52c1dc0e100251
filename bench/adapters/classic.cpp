// SPDX-License-Identifier: BSL-1.0
#include "classic.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<classic_adapter> registered{
    {.name = "classic",
     .version = "",
     .note = "the algorithm of Go's sync.Map up to 1.23, in C++ with counted references",
     .order = 95}};

}  // namespace
}  // namespace bench
