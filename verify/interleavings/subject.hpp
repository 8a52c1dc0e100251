// SPDX-License-Identifier: BSL-1.0
//
// What the explorer sees of the map under test.
#pragma once

#include <memory>
#include <span>

#include "history.hpp"

/// What the explorer sees of a map.
class subject {
public:
    subject() = default;
    subject(const subject&) = delete;
    subject& operator=(const subject&) = delete;
    virtual ~subject() = default;
    /// Makes the call and adds what has to be explained to the history.
    virtual void make(const call& c, history& to) = 0;
    [[nodiscard]] virtual std::optional<int> entry(int key) = 0;
    [[nodiscard]] virtual std::size_t size() = 0;
    /// Objects that are still there when everything should be gone.
    [[nodiscard]] virtual std::size_t garbage_after_reclaim() = 0;
    /// A load of a map that nobody writes to.
    virtual void look_elsewhere() = 0;
};

/// What maps have allocated and not given back.
inline std::ptrdiff_t allocations = 0;
/// Whose second map copies of `watched` look into, if they are to do that.
inline subject* copies_look_into = nullptr;

struct shape {
    const char* name;
    std::unique_ptr<subject> (*make)();
    bool values = true;  ///< other than 0
};
[[nodiscard]] std::span<const shape> all_shapes() noexcept;
