// SPDX-License-Identifier: BSL-1.0
//
// A library that is opened and closed again and again. It hides its symbols, so that it has its own copy
// of all that syncmap keeps in static variables; and it has maps of its own, which end with it.
#include "lifetimes.hpp"

namespace {

faults::shared_maps own;

}  // namespace

extern "C" [[gnu::visibility("default")]] void
use_plugin(faults::shared_maps& of_program, std::uint64_t stream, std::size_t rounds) {
    static thread_local faults::shared_maps of_thread;
    faults::use(own, stream, rounds);
    faults::use(of_thread, stream, rounds / 4);
    faults::use(of_program, stream, rounds);
    // What was retired here may be destroyed by others: now, or when this code is gone.
    if (stream % 2 == 0) own.texts.clear();
}
