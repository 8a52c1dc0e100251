// SPDX-License-Identifier: BSL-1.0
//
// Maps whose entries are nodes, with the value as a word in the node or in a box.
#include "map_members.hpp"

namespace litmus {

std::vector<layout> node_layouts() {
    using std::string;
    using u64 = std::uint64_t;
    using word = syncmap::map<string, u64, hash<string>, lingering_equal>;
    using box = syncmap::map<string, string, hash<string>, lingering_equal>;
    std::vector<layout> layouts = {
        layout_of<word, string, u64, map_members>("nodes with words"),
        layout_of<box, string, string, map_members>("nodes with boxes"),
    };
    for (layout& l : layouts) {
        l.halts = true;
    }
    return layouts;
}

}  // namespace litmus
