// SPDX-License-Identifier: BSL-1.0
//
// Each repetition runs in a child process: no map meets the heap that another one has left, the memory of one can
// be measured, and a map that crashes or hangs costs one figure and not all.
#pragma once

#include "registry.hpp"

#include <functional>

namespace bench {

/// What `work` returns, from a copy of this process; a failure if that dies or takes longer than `patience`
/// seconds.
run_result isolated(const std::function<run_result()>& work, double patience);

}  // namespace bench
