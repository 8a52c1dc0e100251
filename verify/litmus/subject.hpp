// SPDX-License-Identifier: BSL-1.0
//
// A map of any layout, called by numbers: key 17, value 3.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "call.hpp"

namespace litmus {

/// All even keys have one hash, all odd ones another. Changes only between two maps.
inline bool few_hashes = false;
inline void spin(unsigned rounds) noexcept {
    for (; rounds != 0; --rounds) {
        asm volatile("");
    }
}

/// How long this thread takes for comparing two keys that differ, where it is the map's user who compares.
inline thread_local unsigned linger = 0;

class subject {
public:
    /// So many keys there are, and none is made while calls are made.
    static constexpr std::size_t keys = 64;

    subject() = default;
    subject(const subject&) = delete;
    subject& operator=(const subject&) = delete;
    virtual ~subject() = default;

    /// Makes the call with this key in place of its own.
    virtual result make(const call& c, std::size_t key) = 0;

    // What follows is for one thread alone.

    /// An empty map with room for so many entries.
    virtual void renew(std::size_t capacity) = 0;
    virtual void reserve(std::size_t n) = 0;
    virtual void shrink_to_fit() = 0;
    /// From now on value v stands for `base` + v: those of earlier rounds make no sense then.
    virtual void set_values(std::uint64_t base) = 0;
};

struct layout {
    const char* name;
    std::unique_ptr<subject> (*make)();
    std::vector<member> has;
    bool valued = true;  ///< else all values are the same
    bool halts = false;  ///< KeyEqual is the tests' own: threads can be halted (halt.hpp)
    bool ours = true;    ///< else a control
};

std::vector<layout> flat_layouts();
std::vector<layout> node_layouts();
std::vector<layout> any_layouts();
std::vector<layout> controls();

}  // namespace litmus
