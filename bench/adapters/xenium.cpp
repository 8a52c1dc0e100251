// SPDX-License-Identifier: BSL-1.0
#include "xenium.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<xenium_adapter> registered{
    {.name = "xenium",
     .version = "",
     .note = "vyukov_hash_map, epochs; has nothing that replaces a value; of other keys and values "
             "than numbers and pointers it crashes on erasing an absent one",
     .order = 50}};

}  // namespace
}  // namespace bench
