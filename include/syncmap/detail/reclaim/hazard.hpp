// SPDX-License-Identifier: BSL-1.0
//
// Hazard pointers: one object kept from destruction while user code looks at it, for as long as it takes.
//
// I1  A hazard is announced inside a section in which the object was reachable; so the garbage collector,
//     which looks at the active sections first and at the hazards after, cannot miss it.
// I2  A slot goes back to the record that owns it, directly by the owner's thread, otherwise through
//     `free_remote`; so a handle may be dropped by any thread, also after its maker has exited.
// Used by pinned.hpp, the engine and walk.hpp.
#pragma once

#include <utility>

#include "epoch.hpp"

namespace syncmap::inline v0::detail {

/// Owns one hazard slot, or none.
class hazard {
public:
    using kind = hazard_use;

    hazard() noexcept = default;
    /// Takes a slot of this thread's, which announces nothing yet. `std::bad_alloc` if there is none.
    hazard(thread_record& record, kind k) : slot_(take(record)) { slot_->use = k; }
    hazard(const hazard&) = delete;
    hazard& operator=(const hazard&) = delete;
    hazard(hazard&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}
    hazard& operator=(hazard&& other) noexcept {
        if (this != &other) {
            reset();
            slot_ = std::exchange(other.slot_, nullptr);
        }
        return *this;
    }
    ~hazard() { reset(); }

    [[nodiscard]] bool held() const noexcept { return slot_ != nullptr; }

    /// Announces the object. To be called in the section that protects it so far.
    void protect(const void* object) noexcept {
        // (H2) release: the section's own release (E3) comes after and carries this to (E6); the order
        // here is for a slot's former object.
        slot_->object.store(object, std::memory_order_release);
    }

    void reset() noexcept {
        if (slot_ != nullptr) {
            // (H3) release: pairs with (H1): the looking is over before the destroying begins.
            slot_->object.store(nullptr, std::memory_order_release);
            put_back(*std::exchange(slot_, nullptr));
        }
    }

    /// reset() of a handle's: what it kept is looked for when many have been dropped (garbage.hpp, I4).
    void drop() noexcept {
        if (slot_ != nullptr) {
            slot_->owner->home->count_dropped();
            reset();
        }
    }

private:
    static hazard_slot* take(thread_record& record) {
        if (record.free_local == nullptr) {
            // (H4) acquire: pairs with (H5).
            record.free_local = record.free_remote.exchange(nullptr, std::memory_order_acquire);
            if (record.free_local == nullptr) {
                add_block(record);
            }
        }
        return std::exchange(record.free_local, record.free_local->next_free);
    }

    SYNCMAP_RARE static void add_block(thread_record& record) {
        auto* const block = new hazard_block(record);
        block->next = record.blocks.load(std::memory_order_relaxed);
        // (H6) release: pairs with for_each_hazard(). Before any of its slots can be in use: a fork may come
        // between any two steps, and in its child only what is linked here is known.
        record.blocks.store(block, std::memory_order_release);
        record.free_slots(*block);
        record.home->count_hazard_slots(hazard_block::count);
    }

    static void put_back(hazard_slot& slot) noexcept {
        thread_record& owner = *slot.owner;
        if (this_thread.home == owner.home && this_thread.record == &owner) {
            slot.next_free = std::exchange(owner.free_local, &slot);
            return;
        }
        slot.next_free = owner.free_remote.load(std::memory_order_relaxed);
        // (H5) release: pairs with (H4). A push without a pop: no ABA.
        while (!owner.free_remote.compare_exchange_weak(
            slot.next_free, &slot, std::memory_order_release, std::memory_order_relaxed)) {
        }
    }

    hazard_slot* slot_ = nullptr;
};

}  // namespace syncmap::inline v0::detail
