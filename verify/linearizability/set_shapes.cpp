// SPDX-License-Identifier: BSL-1.0
//
// Sets: keys in their slots, and in nodes.
#include "set_adapter.hpp"

namespace linearizability {

std::vector<shape> set_shapes() {
    using u64 = std::uint64_t;
    return {
        {"set, 8 bytes", 1000, make_subject<set_adapter<syncmap::set<u64>>>, true},
        {"set of nodes, one hash", 40,
         make_subject<
             set_adapter<syncmap::set<unwieldy, lingering_hash<unwieldy, 0>, paced_equal>>>,
         true},
    };
}

}  // namespace linearizability
