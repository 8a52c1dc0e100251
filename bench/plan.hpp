// SPDX-License-Identifier: BSL-1.0
//
// Which cells are measured.
#pragma once

#include "contender.hpp"
#include "options.hpp"
#include "workload.hpp"

#include <vector>

namespace bench {

/// In the order of tables. Throws usage_error if nothing fits.
std::vector<cell> make_plan(const options& wanted, dataset_store& data);

}  // namespace bench
