// SPDX-License-Identifier: BSL-1.0
//
// Maps whose entries are words in their slots.
#include "adapter.hpp"

namespace linearizability {

std::vector<shape> flat_shapes() {
    using u32 = std::uint32_t;
    using u64 = std::uint64_t;
    return {
        {"flat, 8 bytes", 1000, make_subject<adapter<syncmap::map<u64, u64>>>},
        {"flat, 8 bytes, one hash", 40,
         make_subject<adapter<syncmap::map<u64, u64, lingering_hash<u64, 0>>>>},
        {"flat, 4 bytes, few hashes", 200,
         make_subject<adapter<syncmap::map<u32, u32, lingering_hash<u32, 3>, lingering_equal>>>},
        {"flat, key of two words", 1000,
         make_subject<
             adapter<syncmap::map<words, u64, lingering_hash<words, 64>, lingering_equal>>>},
    };
}

}  // namespace linearizability
