// SPDX-License-Identifier: BSL-1.0
//
// Carries out a plan: round by round, in each round every cell, in each cell every map in an order that
// rotates. So the repetitions of a figure lie as far apart as the session allows, and what disturbs the machine for
// a while disturbs all maps alike.
#pragma once

#include "contender.hpp"
#include "results.hpp"

#include <vector>

namespace bench {

/// Ends early, with what there is so far, when the budget is spent or at an interrupt (Ctrl-C).
results carry_out(const options& wanted, const std::vector<cell>& plan, field& peers);

}  // namespace bench
