// SPDX-License-Identifier: BSL-1.0
#include "libcds.hpp"
#include "../run.hpp"

#include <cds/version.h>

namespace bench {
namespace {

const registration<libcds_adapter> registered{
    {.name = "libcds",
     .version = CDS_VERSION_STRING,
     .note = "SplitListMap of IterableList, hazard pointers; no atomic update",
     .order = 70}};

}  // namespace
}  // namespace bench
