// SPDX-License-Identifier: BSL-1.0
//
// Epochs: how a writer learns that no reader can still see what it has unlinked.
//
// A reader's short section stores the current epoch in its thread's record and clears it at the end.
// A writer unlinks, advances the epoch (the old value is the *stamp* of what was unlinked), makes every
// thread fence, and may destroy once every active record is newer than the stamp.
// I1  A thread is inside a section exactly while its record's `active` is not 0. Sections nest.
// I2  Once oldest() has been newer than a stamp, everything under it is out of sight for good. A later look may
//     show an older epoch again: that of a reader who was slow to announce it, and sees what was unlinked.
// I3  Whoever is in a section with an epoch newer than a stamp began after everything under it was unlinked.
// The domain is shared by all maps of a program (of each shared library, where symbols are hidden) and
// never destroyed; a map remembers its own. Used by hazard.hpp, garbage.hpp and the engine.
#pragma once

#include <new>
#include <type_traits>

#include "fences.hpp"
#include "record.hpp"

namespace syncmap::inline v0::detail {

struct inspector;  // tables.hpp

class domain {
public:
    /// The domain of this program or shared library; made by the first map, never destroyed.
    static domain& process() noexcept {
        static domain* const only = create();
        return *only;
    }

    /// The calling thread's record. Allocates one at first use; `std::bad_alloc` if that fails.
    thread_record& record_of_this_thread() {
        if (this_thread.home == this) [[likely]] {
            return *this_thread.record;
        }
        return find_record();
    }

    SYNCMAP_INLINE void enter(thread_record& record) noexcept {
        // (E1) acquire: pairs with (E4). An epoch newer than a stamp shows what was unlinked under it.
        // (E2) release: pairs with (E6), for the sections before this one. That the store is seen before
        // the section's loads are done is the business of (E5), or of the fence that follows.
        record.active.store(epoch_.load(std::memory_order_acquire), std::memory_order_release);
        fences_.after_announcing();
    }
    static void leave(thread_record& record, std::uint64_t outer) noexcept {
        // (E3) release: pairs with (E6): what was read in the section was read before.
        record.active.store(outer, std::memory_order_release);
    }

    /// enter(), if the calling thread's record is at hand and in no section yet; so it is not temporary.
    SYNCMAP_INLINE bool enter_quickly(thread_record*& record) noexcept {
        if (this_thread.home != this) [[unlikely]] {
            return false;
        }
        record = this_thread.record;
        if (record->active.load(std::memory_order_relaxed) != 0) [[unlikely]] {
            return false;
        }
        enter(*record);
        return true;
    }

    /// A stamp for everything that the caller has unlinked so far.
    std::uint64_t stamp() noexcept {
        // (E4) acq_rel: releases the unlinking to (E1); one order of stamps.
        const std::uint64_t old = epoch_.fetch_add(1, std::memory_order_acq_rel);
        fence_everywhere();
        return old;
    }
    /// (E5) After this, whoever began a section before is seen by oldest(), or sees what was unlinked.
    void fence_everywhere() noexcept { fences_.before_looking(); }
    /// The oldest epoch in which somebody is inside a section; the largest number when nobody is.
    /// What carries a stamp older than this, given before the call, is seen by nobody.
    [[nodiscard]] std::uint64_t oldest() const noexcept {
        std::uint64_t found = ~std::uint64_t{0};
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            // (E6) acquire: pairs with (E2) and (E3).
            const std::uint64_t active = r->active.load(std::memory_order_acquire);
            if (active != 0 && active < found) {
                found = active;
            }
        }
        return found;
    }
    /// What is worth a fence, for all maps of the domain together: so many objects, or as many times
    /// `bytes_of_weight`.
    static constexpr std::size_t fence_weight = limit<std::size_t>(4096, 2);
    static constexpr std::size_t bytes_of_weight = limit<std::size_t>(1024, 128);

    /// For everything that the caller has unlinked so far, which weighs so much, and at least 1.
    std::uint64_t take_ticket(std::size_t weight) noexcept {
        // (E11) acq_rel: pairs with (E12), through whoever takes tickets in between.
        return tickets_.fetch_add(weight, std::memory_order_acq_rel) + weight;
    }
    /// Whether nobody can see any more what has been unlinked under this ticket. Fences for all tickets, if that is
    /// due; otherwise somebody else will.
    [[nodiscard]] bool is_over(std::uint64_t ticket) noexcept {
        if (fenced_.load(std::memory_order_acquire) < ticket) {
            fence_if_due();
            // (E13) acquire: what the fence has made visible is seen by oldest().
            if (fenced_.load(std::memory_order_acquire) < ticket) {
                return false;
            }
        }
        const std::uint64_t stamp = fence_stamp_.load(std::memory_order_acquire);  // (E13)
        // (E14) acquire, release: who is told that a stamp is over sees what was done in its sections.
        if (stamp <= over_.load(std::memory_order_acquire)) {
            return true;
        }
        if (stamp >= oldest()) {
            return false;
        }
        raise_to(over_, stamp, std::memory_order_release);
        return true;
    }
    [[nodiscard]] std::uint64_t now() const noexcept {
        return epoch_.load(std::memory_order_relaxed);
    }

    /// Whether the calling thread is in a section, be it through another shared library's copy of this code.
    [[nodiscard]] bool inside_section() noexcept {
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            if (belongs_to_caller(*r) && r->active.load(std::memory_order_relaxed) != 0) {
                return true;
            }
        }
        return false;
    }

    /// How many records there are: their indices are smaller.
    [[nodiscard]] std::uint32_t records() const noexcept {
        return record_count_.load(std::memory_order_relaxed);
    }

    /// A number that no other call gets.
    std::uint64_t next_serial() noexcept { return serial_.fetch_add(1, std::memory_order_relaxed); }

    /// How many hazard slots there are to be looked at.
    [[nodiscard]] std::size_t hazard_slots() const noexcept {
        return hazard_slots_.load(std::memory_order_relaxed);
    }
    void count_hazard_slots(std::size_t more) noexcept {
        hazard_slots_.fetch_add(more, std::memory_order_relaxed);
    }

    /// How many handles have been dropped so far.
    [[nodiscard]] std::size_t dropped() const noexcept {
        std::size_t sum = dropped_elsewhere_.load(std::memory_order_relaxed);
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            sum += r->dropped.load(std::memory_order_relaxed);
        }
        return sum;
    }
    void count_dropped() noexcept {
        if (this_thread.home == this) [[likely]] {
            atomic<std::size_t>& mine = this_thread.record->dropped;
            mine.store(mine.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        } else {
            dropped_elsewhere_.fetch_add(1, std::memory_order_relaxed);
        }
    }

    /// Calls f(const void*, const hazard_slot&) for every hazard slot that announces something, with that.
    template <class F>
    SYNCMAP_INLINE void for_each_hazard(F&& f) const {
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            // acquire: pairs with (H6).
            for (auto* b = r->blocks.load(std::memory_order_acquire); b != nullptr; b = b->next) {
                for (const hazard_slot& slot : b->hazards) {
                    // (H1) acquire: pairs with the release that cleared the slot, (H3).
                    const void* const object = slot.object.load(std::memory_order_acquire);
                    if (object != nullptr) {
                        f(object, slot);
                    }
                }
            }
        }
    }

    /// Around a block in which a reader holds bucket locks; false, and it must not, while a fork is being
    /// prepared: the child of a fork shall find no lock held by a reader.
    class help_guard {
    public:
        help_guard(domain& home, thread_record& record) noexcept
            : record_(record), outer_(record.helping.load(std::memory_order_relaxed)) {
            // Both sides store, then look at the other's flag, all seq_cst: one of them sees the other.
            record.helping.store(true, std::memory_order_seq_cst);
            may_help_ = home.forking_.load(std::memory_order_seq_cst) == 0;
            if (!may_help_) {
                end();
            }
        }
        help_guard(const help_guard&) = delete;
        help_guard& operator=(const help_guard&) = delete;
        ~help_guard() {
            if (may_help_) {
                end();
            }
        }
        explicit operator bool() const noexcept { return may_help_; }

    private:
        void end() noexcept { record_.helping.store(outer_, std::memory_order_release); }

        thread_record& record_;
        bool outer_;  ///< a Hash that a helper calls may use another map
        bool may_help_ = false;
    };

    /// Gives the calling thread's records back, in all domains; from here on it takes temporary ones.
    static void end_of_thread() noexcept {
        this_thread.exited = true;
        this_thread.home = nullptr;
        thread_record* r = this_thread.all;
        this_thread.all = nullptr;
        while (r != nullptr) {
            thread_record* const next = r->next_of_thread;
            give_back(*r);
            r = next;
        }
    }

    static void give_back(thread_record& record) noexcept {
        // (E7) release: pairs with (E8); the next owner sees the hazard lists and counter cells as left.
        record.state.store(record_state::free, std::memory_order_release);
    }

private:
    friend struct inspector;

    /// `first` is what this_thread.all was; that may have been forgotten (at_thread_exit()).
    static void end_of_thread_with(thread_record& first) noexcept {
        this_thread.all = &first;
        end_of_thread();
    }

    static bool belongs_to_caller(const thread_record& r) noexcept {
        // (E10) acquire: pairs with (E9). What a free record says of its owner is out of date, and its former
        // owner's number may be the caller's by now.
        return r.state.load(std::memory_order_acquire) == record_state::owned &&
               same_thread(r.owner.load(std::memory_order_relaxed), calling_thread());
    }

    static domain* create() noexcept {
        auto* made = new (std::nothrow) domain;
        if (made == nullptr) {
            die("out of memory for the first map of the process");
        }
#if SYNCMAP_PTHREAD
        forked() = made;
        ::pthread_atfork([] { forked()->before_fork(); },
                         [] { forked()->forking_.fetch_sub(1, std::memory_order_seq_cst); },
                         [] { forked()->after_fork_in_child(); });
#endif
        return made;
    }
    static domain*& forked() noexcept {
        static domain* instance = nullptr;
        return instance;
    }

    /// One of those who find it due fences for all tickets that have been taken so far. If it is stopped on the way,
    /// the next one does when there is as much again.
    SYNCMAP_RARE void fence_if_due() noexcept {
        std::uint64_t claimed = claimed_.load(std::memory_order_relaxed);
        // (E12) acquire: pairs with (E11), so (E4) releases what was unlinked under all these tickets.
        const std::uint64_t taken = tickets_.load(std::memory_order_acquire);
        if (taken - claimed < fence_weight ||
            !claimed_.compare_exchange_strong(claimed, taken, std::memory_order_relaxed,
                                              std::memory_order_relaxed)) {
            return;
        }
        const std::uint64_t fenced = stamp();
        // The stamp first: whoever sees that the tickets are fenced finds this stamp or a newer one. (E13)
        raise_to(fence_stamp_, fenced, std::memory_order_release);
        raise_to(fenced_, taken, std::memory_order_release);
    }

    SYNCMAP_RARE thread_record& find_record() {
        for (auto* r = this_thread.all; r != nullptr; r = r->next_of_thread) {
            if (r->home == this) {
                remember(*r);
                return *r;
            }
        }
        thread_record& record = claim_record();
        record.temporary = this_thread.exited;
        if (record.temporary) {
            // its section gives it back
        } else if (this_thread.all == nullptr) {
            record.next_of_thread = nullptr;
            this_thread.all = &record;
            at_thread_exit<end_of_thread_with>(record);
        } else {
            record.next_of_thread = std::exchange(this_thread.all->next_of_thread, &record);
        }
        remember(record);
        return record;
    }

    void remember(thread_record& record) noexcept {
        this_thread.home = this;
        this_thread.record = &record;
    }

    /// The free record with the smallest index, or a new one: the threads of a moment have small indices, as
    /// counter.hpp likes them.
    thread_record& claim_record() {
        while (thread_record* const r = lowest_free()) {
            record_state expected = record_state::free;
            // (E8) acquire: pairs with (E7).
            if (r->state.compare_exchange_strong(expected, record_state::claimed,
                                                 std::memory_order_acquire,
                                                 std::memory_order_relaxed)) {
                r->owner.store(calling_thread(), std::memory_order_relaxed);
                // (E9) release: pairs with (E10): who sees that it is owned sees by whom.
                r->state.store(record_state::owned, std::memory_order_release);
                return *r;
            }
        }
        auto* const made = new thread_record;
        made->home = this;
        made->index = record_count_.fetch_add(1, std::memory_order_relaxed);
        count_hazard_slots(hazard_block::count);
        made->next = records_.load(std::memory_order_relaxed);
        while (!records_.compare_exchange_weak(made->next, made, std::memory_order_release,
                                               std::memory_order_relaxed)) {
        }
        return *made;
    }
    [[nodiscard]] thread_record* lowest_free() const noexcept {
        thread_record* lowest = nullptr;
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            if (r->state.load(std::memory_order_relaxed) == record_state::free &&
                (lowest == nullptr || r->index < lowest->index)) {
                lowest = r;
            }
        }
        return lowest;
    }

#if SYNCMAP_PTHREAD
    /// Loads may hold a bucket's lock for a moment while they help to move; nobody does in a child.
    void before_fork() noexcept {
        forking_.fetch_add(1, std::memory_order_seq_cst);
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            while (!belongs_to_caller(*r) && r->helping.load(std::memory_order_seq_cst)) {
                yield();
            }
        }
    }
    /// The other threads do not exist here: their sections and calls are over, their handles are not.
    void after_fork_in_child() noexcept {
        forking_.store(0, std::memory_order_seq_cst);
        fences_.after_fork();
        for (auto* r = records_.load(std::memory_order_acquire); r != nullptr; r = r->next) {
            if (belongs_to_caller(*r)) {
                for_each_slot(*r, keep_if_announced);
                continue;
            }
            r->active.store(0, std::memory_order_release);
            r->helping.store(false, std::memory_order_release);
            // Wherever the owner was: what announces nothing is free, and so is what its calls announced.
            r->free_local = nullptr;
            r->free_remote.store(nullptr, std::memory_order_relaxed);
            for_each_slot(*r, [r](hazard_slot& slot) {
                if (slot.use == hazard_use::scoped) {
                    slot.object.store(nullptr, std::memory_order_release);
                }
                if (!keep_if_announced(slot)) {
                    slot.next_free = std::exchange(r->free_local, &slot);
                }
            });
            give_back(*r);
        }
    }
    template <class F>
    static void for_each_slot(thread_record& r, F&& f) noexcept {
        for (auto* b = r.blocks.load(std::memory_order_acquire); b != nullptr; b = b->next) {
            for (hazard_slot& slot : b->hazards) {
                f(slot);
            }
        }
    }
    /// Whether the slot is in use; if it is a handle's, that may be lost with its thread.
    static bool keep_if_announced(hazard_slot& slot) noexcept {
        if (slot.object.load(std::memory_order_relaxed) == nullptr) {
            return false;
        }
        if (slot.use == hazard_use::handle) {
            slot.use = hazard_use::inherited;
        }
        return true;
    }
#endif

    atomic<std::uint64_t> epoch_{1};
    fences fences_{};
    atomic<thread_record*> records_{nullptr};
    atomic<std::uint32_t> record_count_{0};
    atomic<int> forking_{0};  ///< forks being prepared, several threads may fork at once
    atomic<std::size_t> hazard_slots_{0};

    // What many write, apart from what every section reads.
    alignas(64) atomic<std::uint64_t> tickets_{0};  ///< the weight of all that have been taken
    atomic<std::uint64_t> serial_{1};
    atomic<std::size_t> dropped_elsewhere_{0};  ///< handles, by threads whose record is not at hand
    // What is written with a fence.
    alignas(64) atomic<std::uint64_t> claimed_{0};  ///< of these, what somebody fences for, or has
    atomic<std::uint64_t> fenced_{0};               ///< of these, what has been fenced for
    atomic<std::uint64_t> fence_stamp_{0};          ///< the last stamp of those fences
    atomic<std::uint64_t> over_{0};                 ///< the last of them that nobody is left under
};

/// A stay in which nothing that can be reached is destroyed. Runs no user code but Hash, KeyEqual and
/// T's copy constructor; must be left by the thread that entered.
class section {
public:
    SYNCMAP_INLINE explicit section(domain& home)
        : record_(home.record_of_this_thread()),
          outer_(record_.active.load(std::memory_order_relaxed)) {
        if (outer_ == 0) [[likely]] {
            home.enter(record_);
        }
    }
    section(const section&) = delete;
    section& operator=(const section&) = delete;
    SYNCMAP_INLINE ~section() {
        domain::leave(record_, outer_);
        if (record_.temporary) [[unlikely]] {
            give_back();
        }
    }

    [[nodiscard]] thread_record& record() const noexcept { return record_; }

private:
    SYNCMAP_RARE void give_back() noexcept {
        if (outer_ == 0) {
            this_thread.home = nullptr;
            domain::give_back(record_);
        }
    }

    thread_record& record_;
    std::uint64_t outer_;
};

/// A section for what is short and common; not entered where that takes more than a few instructions.
class quick_section {
public:
    SYNCMAP_INLINE explicit quick_section(domain& home) noexcept
        : entered_(home.enter_quickly(record_)) {}
    quick_section(const quick_section&) = delete;
    quick_section& operator=(const quick_section&) = delete;
    SYNCMAP_INLINE ~quick_section() {
        if (entered_) {
            domain::leave(*record_, 0);
        }
    }

    [[nodiscard]] bool entered() const noexcept { return entered_; }
    [[nodiscard]] thread_record& record() const noexcept { return *record_; }

private:
    thread_record* record_ = nullptr;
    bool entered_;
};

}  // namespace syncmap::inline v0::detail
