// SPDX-License-Identifier: BSL-1.0
//
// Which places in memory more than one thread has to do with.
//
// A switch just before a step that no other thread can notice is as good as one later: such steps are no
// places to choose at. Which those are is learned from the executions so far; an execution in which a new
// one is found was too coarse, and with it all before.
#pragma once

#include "arena.hpp"

namespace sharing {

/// Notes an access; says whether the place is shared as far as is known, which is when two threads have been
/// there and one of them has written.
bool access(const void* at, unsigned thread, bool writes) noexcept;
/// Notes a write to all of a block.
void write(const arena::block& b, unsigned thread) noexcept;

/// Before another scenario.
void forget() noexcept;
/// Whether a place has been found to be shared since the last call.
[[nodiscard]] bool found_more() noexcept;

}  // namespace sharing
