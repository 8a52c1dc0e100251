// SPDX-License-Identifier: BSL-1.0
//
// What is tried: shapes of litmus tests, over writing and reading members, layouts, and states of the tables.
#pragma once

#include "subject.hpp"

namespace litmus {

enum class shape : std::uint8_t {
    store_buffering,    ///< write x, read y | write y, read x
    message_passing,    ///< write x, write y | read y, read x
    independent_reads,  ///< write x | write y | read x, read y | read y, read x (IRIW)
    two_writes,         ///< write x, write y | write y, write x (2+2W)
    read_read,          ///< write x | read x, read x (CoRR)
    read_write,         ///< write x | read x, write x (CoRW)
    reborn,             ///< erase x, insert x | read x, read x: once it is seen again it is there
    cleared,            ///< clear() of both beside insertions and reads
};
constexpr std::size_t shapes = 8;

/// In which the tables are when the calls begin.
enum class state : std::uint8_t {
    plain,      ///< a new map: slots that were never used
    reused,     ///< two full buckets, two hashes for all keys, slots that others have died in
    chain,      ///< the same in overflow buckets
    moving,     ///< a successor is being filled, larger or smaller
    promoting,  ///< the first write makes the successor `read`
    cleared,    ///< there is no table
};
constexpr std::size_t states = 6;

std::string_view name(shape s) noexcept;
std::string_view name(state s) noexcept;

constexpr value old = 1;  ///< what is there before, if anything is

struct cell {
    shape what{};
    const layout* of = nullptr;
    state in{};
    program calls;
    bool walks = false;  ///< a call looks at all entries
    double weight = 1;   ///< share of the time
};

/// All cells of these layouts.
std::vector<cell> all_cells(const std::vector<layout>& layouts);

}  // namespace litmus
