// expect 19 errors: a key's type needs
// SPDX-License-Identifier: BSL-1.0
// The same where all types are keys that have a hash and ==.
#include <syncmap/any_map.hpp>

using map_type = syncmap::any_map;

#include "what_is_no_key.hpp"
