// SPDX-License-Identifier: BSL-1.0
//
// The same for Go's classic algorithm (tests/reference/classic_sync_map.hpp): a look, and what an
// operation did to it, told from two looks.
#pragma once

#include <classic_sync_map.hpp>
#include <map>
#include <string>

#include "narrator.hpp"

namespace machine {

struct entry_look {
    syncmap::reference::entry_state state = syncmap::reference::entry_state::absent;
    std::string value;  ///< of a live one
};

template <class Key>
struct classic_look {
    std::map<Key, entry_look> read, dirty;
    bool amended = false;
    bool dirty_present = false;
    std::size_t misses = 0;
};

template <class Key, class T>
classic_look<Key> look_at(const syncmap::reference::classic_sync_map<Key, T>& m) {
    classic_look<Key> look;
    const auto inside = m.inspect();
    look.amended = inside.amended;
    look.dirty_present = inside.dirty_present;
    look.misses = inside.misses;
    const auto into = [](std::map<Key, entry_look>& table) {
        return [&table](const Key& key, syncmap::reference::entry_state state, const T* value) {
            table[key] = {state, value != nullptr ? std::string(text_of(*value)) : ""};
        };
    };
    m.for_each_read_entry(into(look.read));
    m.for_each_dirty_entry(into(look.dirty));
    return look;
}

/// What the sentences need of a look; the key's own entries, and how many there are of what.
struct classic_facts {
    syncmap::reference::entry_state in_read, in_dirty;
    bool amended, dirty_present;
    std::size_t misses, read_size, dirty_size, read_live, read_expunged;
};

template <class Key>
classic_facts facts_of(const classic_look<Key>& look, const Key* key) {
    using syncmap::reference::entry_state;
    const auto state_in = [key](const std::map<Key, entry_look>& table) {
        const auto at = key != nullptr ? table.find(*key) : table.end();
        return at == table.end() ? entry_state::absent : at->second.state;
    };
    classic_facts f{state_in(look.read),
                    state_in(look.dirty),
                    look.amended,
                    look.dirty_present,
                    look.misses,
                    look.read.size(),
                    look.dirty.size(),
                    0,
                    0};
    for (const auto& [k, e] : look.read) {
        f.read_live += e.state == entry_state::live ? 1 : 0;
        f.read_expunged += e.state == entry_state::expunged ? 1 : 0;
    }
    return f;
}

story tell(const operation& o, const classic_facts& before, const classic_facts& after);

}  // namespace machine
