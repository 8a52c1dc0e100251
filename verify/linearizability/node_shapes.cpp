// SPDX-License-Identifier: BSL-1.0
//
// Maps whose entries are nodes, with the value as a word in the node or in a box.
#include "adapter.hpp"

namespace linearizability {

std::vector<shape> node_shapes() {
    using std::string;
    using u64 = std::uint64_t;
    return {
        {"nodes with words", 1000, make_subject<adapter<syncmap::map<string, u64>>>},
        {"nodes with words, one hash", 40,
         make_subject<
             adapter<syncmap::map<unwieldy, u64, lingering_hash<unwieldy, 0>, paced_equal>>>},
        {"nodes with boxes", 1000, make_subject<adapter<syncmap::map<string, string>>>},
        {"nodes with boxes, few hashes", 200,
         make_subject<adapter<syncmap::map<u64, witness, lingering_hash<u64, 3>, lingering_equal,
                                           lingering_allocator<std::pair<const u64, witness>>>>>},
    };
}

bool steps_are_slow() {
#if defined(SYNCMAP_ATOMIC)
    return true;
#else
    return false;
#endif
}

}  // namespace linearizability
