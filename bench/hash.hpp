// SPDX-License-Identifier: BSL-1.0
//
// The hash function of every map that is measured, so that none wins or loses by another one.
#pragma once

#include <cstddef>

#include <syncmap/hash.hpp>

namespace bench {

/// syncmap::hash without what only some maps can use (lookup by other types).
template <class Key>
struct hash : private syncmap::hash<Key> {
    using is_avalanching =
        void;  ///< read by Boost, folly and syncmap: the bits need no more mixing

    std::size_t operator()(const Key& key) const { return syncmap::hash<Key>::operator()(key); }
};

}  // namespace bench
