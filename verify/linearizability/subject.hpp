// SPDX-License-Identifier: BSL-1.0
//
// A map of any shape, called by numbers: key 17, value 4711.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "history.hpp"

namespace linearizability {

class subject {
public:
    virtual ~subject() = default;

    /// Makes the call `c.what`, and fills in what it returned.
    virtual void make(call& c) = 0;

    /// f(key, value) says whether to go on.
    virtual void for_each(const std::function<bool(std::uint64_t, value)>& f) = 0;
    virtual void for_each(std::size_t part, std::size_t parts,
                          const std::function<bool(std::uint64_t, value)>& f) = 0;
    virtual std::vector<std::pair<std::uint64_t, value>> snapshot() = 0;
    virtual std::size_t erase_if(const std::function<bool(std::uint64_t, value)>& pred) = 0;

    virtual void reserve(std::size_t n) = 0;
    virtual void shrink_to_fit() = 0;
    virtual void reclaim() = 0;
    virtual std::size_t promotions() = 0;
};

inline constexpr std::array set_members = {member::load, member::contains, member::store,
                                           member::load_or_store, member::erase};

struct shape {
    const char* name;
    std::size_t many;  ///< keys that it can have without becoming too slow
    std::unique_ptr<subject> (*make)();
    bool set = false;  ///< has some of the members only, and one value
};

std::vector<shape> flat_shapes();
std::vector<shape> node_shapes();
std::vector<shape> set_shapes();

/// Whether this program has been compiled with slow_atomic.hpp.
bool steps_are_slow();

}  // namespace linearizability
