// SPDX-License-Identifier: BSL-1.0
//
// Other allocators in place of the C library's: by LD_PRELOAD, so that no map has to be built for them.
#pragma once

#include <string>
#include <vector>

namespace bench {

/// The allocators that --malloc knows.
std::vector<std::string> preloadable();

/// Makes sure that the allocator of this name is in use: unless it is, starts this program again with it, which
/// does not return. Measured processes are copies of this one, or started by it, and so have it too.
/// Throws usage_error if there is no such allocator, or its library is not found; runtime_error if it does not come.
void preload(const std::string& name, char** argv);

/// The name of the allocator in use: one of those, or "the C library's".
std::string allocator_in_use();

}  // namespace bench
