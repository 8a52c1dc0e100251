// expect 19 errors: this is no key|Key cannot be constructed
// SPDX-License-Identifier: BSL-1.0
// Every member says so in one sentence, where Hash and KeyEqual are transparent.
#include <syncmap/map.hpp>

#include <string>

using map_type = syncmap::map<std::string, int>;

#include "what_is_no_key.hpp"
