// SPDX-License-Identifier: BSL-1.0
//
// Who fences, so that a reader that announces itself and a writer that looks for readers do not miss each other.
//
// A reader stores that it is there, and then looks at the map; a writer changes the map, and then looks who is
// there. Unless there is a fence between the two steps on both sides, each may miss the other. Fences of readers
// cost every load, so writers have one executed by every thread that is running: membarrier on Linux, FlushProcessWriteBuffers on Windows.
// I1  Where that has always been missing, readers fence for themselves from the start.
// I2  Where it is refused later (a sandbox), readers are told to fence from now on, and the writer waits until
//     the stores of all who have not been told yet are in memory. Then it is as in I1. There is no way back.
// Used by epoch.hpp.
#pragma once

#include "../threads.hpp"

namespace syncmap::inline v0::detail {

class fences {
public:
    fences() noexcept : mode_(register_barrier_everywhere() ? mode::writers : mode::readers) {}

    /// A reader's: between the store that announces it and the loads that follow.
    SYNCMAP_INLINE void after_announcing() const noexcept {
        // The store first, then the mode: whoever still finds the old mode has executed the store before the
        // writer began to wait in (F2).
        std::atomic_signal_fence(std::memory_order_seq_cst);
        // (F1) acquire: pairs with (F2), (F3); and the loads that follow stay behind it.
        if (mode_.load(std::memory_order_acquire) != mode::writers) [[unlikely]] {
            full_fence();
        }
    }

    /// A writer's: after this it sees whoever has announced itself before, or is seen by that reader.
    void before_looking() noexcept {
        if (mode_.load(std::memory_order_acquire) == mode::writers && barrier_everywhere()) {
            return;
        }
        // acquire: pairs with (F3), so the stores that it waited for are seen.
        if (mode_.load(std::memory_order_acquire) != mode::readers) {
            tell_readers();
        }
        full_fence();
    }

    /// In the child of a fork, which has one thread: nobody is to be told, all stores are in memory.
    void after_fork() noexcept {
        if (mode_.load(std::memory_order_relaxed) != mode::writers ||
            !register_barrier_everywhere()) {
            mode_.store(mode::readers, std::memory_order_relaxed);
        }
    }

private:
    enum class mode : std::uint32_t {
        writers,   ///< they fence for everybody
        settling,  ///< membarrier has been refused: readers fence, but some may not know yet
        readers,   ///< all readers fence
    };

    /// Several writers may be here: none knows how long another one has been waiting, so each waits.
    SYNCMAP_RARE void tell_readers() noexcept {
        mode expected = mode::writers;
        // (F2) seq_cst, with the fence: the wait begins after the store can be seen.
        mode_.compare_exchange_strong(expected, mode::settling, std::memory_order_seq_cst,
                                      std::memory_order_seq_cst);
        full_fence();
        let_stores_take_effect();
        mode_.store(mode::readers, std::memory_order_release);  // (F3)
    }

    atomic<mode> mode_;
};

}  // namespace syncmap::inline v0::detail
