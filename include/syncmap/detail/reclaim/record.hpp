// SPDX-License-Identifier: BSL-1.0
//
// What a domain knows about a thread, and a thread about its domains: plain data, with their few transitions.
//
// I1  A record is free, then claimed by one thread, then owned by it: only when it is owned does `owner` say by
//     whom. Records live as long as the process.
// I2  A slot is in use while it announces an object; what announces none is free, or in the hands of a call of
//     the owner's. So after a fork the child can tell what is free (epoch.hpp).
// Used by epoch.hpp and hazard.hpp.
#pragma once

#include <utility>

#include "../threads.hpp"

namespace syncmap::inline v0::detail {

class domain;
class under_lock;
struct thread_record;

enum class hazard_use : std::uint32_t {
    handle,     ///< a pinned value's
    scoped,     ///< held by a running call of the owner's
    inherited,  ///< a handle's, from before a fork: it may be out of reach in the child
};

/// A place where one thread announces one object that must not be destroyed. See hazard.hpp.
struct hazard_slot {
    atomic<const void*> object{nullptr};
    thread_record* owner = nullptr;
    hazard_slot* next_free = nullptr;
    hazard_use use = hazard_use::handle;  ///< written before `object`, by whoever may write that
};

struct hazard_block {
    static constexpr unsigned count = limit(31U, 1U);
    explicit hazard_block(thread_record& owner) noexcept {
        for (hazard_slot& slot : hazards) {
            slot.owner = &owner;
        }
    }
    hazard_slot hazards[count];
    hazard_block* next = nullptr;
};

enum class record_state : std::uint32_t { free, claimed, owned };

/// What a domain knows about one thread. The first line is all that a section touches.
struct alignas(64) thread_record {
    thread_record() noexcept { free_slots(first); }

    void free_slots(hazard_block& block) noexcept {
        for (hazard_slot& slot : block.hazards) {
            slot.next_free = std::exchange(free_local, &slot);
        }
    }

    atomic<std::uint64_t> active{0};  ///< epoch of the section it is in, 0 outside
    bool temporary = false;   ///< given back at the end of the section: its thread is exiting
    std::uint32_t index = 0;  ///< small number, unique in the domain
    domain* home = nullptr;
    thread_record* next = nullptr;              ///< all records of the domain
    thread_record* next_of_thread = nullptr;    ///< the owner's records in other domains
    hazard_slot* free_local = nullptr;          ///< used by the owner alone
    atomic<hazard_slot*> free_remote{nullptr};  ///< given back by other threads
    atomic<std::size_t> dropped{0};             ///< handles that its owners have dropped, whosever
    atomic<record_state> state{record_state::owned};
    atomic<bool> helping{false};  ///< a reader may hold a bucket's lock: fork() waits for that
    atomic<thread_id> owner{calling_thread()};
    atomic<hazard_block*> blocks{&first};
    hazard_block first{*this};  ///< enough for most threads, so that their loads never allocate
};

/// A garbage whose objects this thread is destroying, and the one whose destructor led here.
struct sweep_frame {
    const void* whose;
    const sweep_frame* outer;
};

/// What a thread remembers; no destructor, so that it can be used while the thread exits.
struct thread_state {
    domain* home =
        nullptr;  ///< domain of `record`, the one used last; of a temporary record only inside its section
    thread_record* record = nullptr;
    thread_record* all = nullptr;  ///< its first, which leads to all others
    bool exited = false;  ///< end_of_thread() has been called: sections take temporary records
    const sweep_frame* sweeps = nullptr;
    const void* busy_with =
        nullptr;  ///< the garbage in which it found something to destroy when it looked last
    /// Writes that have nothing to hand over to a garbage, until the next that looks after one all the same.
    std::uint32_t until_turn = 1;
    std::uint32_t turns = 0;            ///< of these; comes round
    const under_lock* locks = nullptr;  ///< the innermost: lock.hpp; in debug builds
};
SYNCMAP_TLS inline constinit thread_local thread_state this_thread;

}  // namespace syncmap::inline v0::detail
