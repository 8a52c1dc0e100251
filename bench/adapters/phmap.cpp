// SPDX-License-Identifier: BSL-1.0
#include "phmap.hpp"
#include "../run.hpp"

namespace bench {
namespace {

const registration<phmap_adapter> registered{
    {.name = "phmap",
     .version = version_text(PHMAP_VERSION_MAJOR, PHMAP_VERSION_MINOR, PHMAP_VERSION_PATCH),
     .note = "parallel_flat_hash_map, 64 maps with a std::mutex each",
     .order = 20}};

}  // namespace
}  // namespace bench
