// SPDX-License-Identifier: BSL-1.0
//
// What one call takes while nothing goes wrong: a load, a load by quorum, a store, and etcd asked directly.
#pragma once

#include "course.hpp"

namespace cluster {

/// Starts members, measures for some seconds, and prints a table.
void measure(const course_options& how);

}  // namespace cluster
