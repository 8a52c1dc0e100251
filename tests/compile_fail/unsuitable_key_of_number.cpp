// expect 19 errors: this is no key|Key cannot be constructed
// SPDX-License-Identifier: BSL-1.0
// The same where other types are converted to Key.
#include <syncmap/map.hpp>

using map_type = syncmap::map<int, int>;

#include "what_is_no_key.hpp"
