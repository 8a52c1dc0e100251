// SPDX-License-Identifier: BSL-1.0
//
// What a map has unlinked and not yet destroyed. Each thread that unlinks has a *limbo* of its own in the map,
// where others come only to reclaim, or to take over what its thread has left behind.
// I1  Destroying happens outside all sections and locks: a destructor may use the map.
// I2  A thread looks at what others share (whether a ticket's time has come, what they have left behind) once in
//     `interval` retirements or writes, or when it has retired something as large as a table. While its limbo has
//     something that can be destroyed, every write of the thread destroys up to `write_budget` objects, or does
//     a step of a large one, or compares. So no operation destroys more than a bounded number of objects, and
//     garbage stays below what is worth four fences, and four intervals a thread, plus what is unlinked while a
//     thread is stopped, or has lost its processor, inside a section (writers that are over the limit yield to it).
// I3  Active sections are looked at before hazards are (see hazard.hpp, I1).
// I4  What handles have kept is compared again soon after `scan_objects` of them have been dropped, or with later
//     batches, as many as have passed.
// I5  A thread leaves no limbo behind for long: if its limbo has not been touched between two looks of another
//     thread, that one takes over what can be destroyed. For what is in somebody's hands meanwhile (limbo.hpp, L2) a
//     reclaim() waits.
// How to destroy is told by the disposal that each call brings along (disposal.hpp).
#pragma once

#include <cassert>
#include <utility>

#include "candidates.hpp"
#include "limbo.hpp"

namespace syncmap::inline v0::detail {

class garbage {
public:
    static constexpr std::uint32_t interval = limit(128U, 2U);
    /// A prime, so that maps which are written in turns all get theirs.
    static constexpr std::uint32_t writes_a_turn = limit(61U, 3U);
    /// What one write compares: as many objects as there are hazard slots, so that neither costs more than the other;
    /// but no fewer than this, and no more than that.
    static constexpr std::size_t compare_at_least = limit<std::size_t>(128, 4);
    static constexpr std::size_t compare_at_most = 3 * scan_objects;

    garbage() noexcept = default;
    garbage(garbage&& other) noexcept
        : first_(other.first_.exchange(nullptr, std::memory_order_relaxed)),
          others_(other.others_.exchange(nullptr, std::memory_order_relaxed)) {}
    void swap(garbage& other) noexcept {
        const auto swap_atomic = [](auto& a, auto& b) {
            const auto old = a.load(std::memory_order_relaxed);
            a.store(b.load(std::memory_order_relaxed), std::memory_order_relaxed);
            b.store(old, std::memory_order_relaxed);
        };
        swap_atomic(first_, other.first_);
        swap_atomic(others_, other.others_);
    }

    /// Before anything can be retired: a limbo, which serves all threads for which there is no other. May throw.
    void prepare(std::uint32_t thread_index, const disposal& how) {
        if (first_.load(std::memory_order_acquire) == nullptr) {
            install(first_, *make<limbo>(how, thread_index % places), how);
        }
    }

    /// Whether a write that has unlinked nothing should call take_over() all the same.
    [[nodiscard]] SYNCMAP_INLINE bool is_turn() const noexcept {
        return this_thread.busy_with == this || --this_thread.until_turn == 0;
    }

    /// Takes over what a write of this thread has unlinked, and destroys a little of what is older. Outside all sections.
    void take_over(retired_list& list, std::uint32_t thread_index, domain& home,
                   const disposal& how) {
        if (list.empty()) {
            go_on(thread_index, home, how);
            return;
        }
        limbo& mine = limbo_of(thread_index, how);
        mine.lock.lock();
        mine.retire(list);
        if (how.reuses()) {
            mine.make_offers(how);
        }
        tend(mine, home, how);
    }
    /// The same for a load, which waits for nobody: calls unlink(list), which fills the list, if a limbo is free.
    template <class Unlink>
    void try_take_over(std::uint32_t thread_index, Unlink&& unlink) {
        limbo* const mine = existing(thread_index);
        if (mine != nullptr && mine->lock.try_borrow()) {
            retired_list list;
            unlink(list);
            if (!list.empty()) {
                mine->retire(list);
            }
            mine->lock.give_back();
        }
    }

    /// An object that nobody can see any more, to be used again; null if none is at hand. Waits for nobody.
    [[nodiscard]] retired* take_spare(spare use) noexcept {
        const thread_record* const me = this_thread.record;
        limbo* const mine = me != nullptr ? existing(me->index) : nullptr;
        return mine != nullptr ? mine->shelves[static_cast<std::size_t>(use)].take() : nullptr;
    }

    /// Whether this thread is in a destructor that this garbage runs.
    [[nodiscard]] bool sweeping() const noexcept {
        const sweep_frame* f = this_thread.sweeps;
        while (f != nullptr && f->whose != this) {
            f = f->outer;
        }
        return f != nullptr;
    }

    /// Waits until no section can see what has been unlinked so far, retired or not (a flat entry's key may
    /// view memory that the caller is about to free), and destroys it, unless it is announced.
    /// If it may not wait it does what can be done at once.
    SYNCMAP_RARE void reclaim(domain& home, const disposal& how, bool may_wait) {
        // One at a time: what another one has in hand was retired before, too.
        // (G1) acquire: pairs with (G2).
        const auto begun = [&] { return !reclaiming_.exchange(true, std::memory_order_acquire); };
        if (!wait_until(begun, may_wait)) {
            return;
        }
        hand h;
        take_everything(h, how, may_wait);
        // epoch.hpp, I2: the first look that says so is enough, whoever comes after it.
        const std::uint64_t stamp = home.stamp();
        if (wait_until([&] { return stamp < home.oldest(); }, may_wait)) {
            while (!h.ready.empty() || !h.passed.empty()) {
                if (!compare_next(h.ready, h.passed)) {
                    h.doom(h.ready, how);
                }
                advance(h, home, how);
            }
        }
        if (!h.empty()) {
            limbo& s = *first_.load(std::memory_order_acquire);
            const lock_guard locked(s.lock, nullptr);
            s.retire(h.passed);  // a section may still see it, and must not be waited for
            s.put_back(h);
        }
        reclaiming_.store(false, std::memory_order_release);  // (G2)
    }

    /// Destroys everything at once, limbos included; nobody else may be using the map.
    SYNCMAP_RARE void destroy_all(const domain& home, const disposal& how) {
        // A destructor may retire more, into the same limbos: go round until there is nothing left.
        for (bool again = true; again;) {
            again = false;
            for_each_limbo([&](limbo& s) {
                hand h;
                s.take_all(h, how);
                again = again || !h.empty();
                h.passed.splice(h.ready);
                while (!h.passed.empty()) {
                    assert_not_announced(h.passed, home, how);
                    h.ready.splice(h.passed);
                    while (!h.ready.empty()) {
                        h.doom(h.ready, how);
                        destroy(h, how);
                    }
                }
            });
        }
        for_each_limbo([&](limbo& s) { how.deallocate(&s, sizeof(s)); });
        first_.store(nullptr, std::memory_order_relaxed);
        if (directory* const d = others_.exchange(nullptr, std::memory_order_relaxed)) {
            how.deallocate(d, sizeof(*d));
        }
    }

    /// In debug builds: that no pinned handle outlives its map, and no callback. One from before a fork may be out of
    /// reach.
    static void assert_not_announced([[maybe_unused]] retired_list& list,
                                     [[maybe_unused]] const domain& home,
                                     [[maybe_unused]] const disposal& how) noexcept {
#ifndef NDEBUG
        hand h;
        h.passed.splice(list);
        while (!h.passed.empty()) {
            compare(h, home, how, []([[maybe_unused]] const hazard_slot& slot) {
                assert(slot.use != hazard_use::scoped &&
                       "syncmap: a map is destroyed while a callback looks at a value of it");
                assert(slot.use == hazard_use::inherited &&
                       "syncmap: a pinned value outlives its map");
            });
        }
        list.splice(h.ready);
        list.splice(h.announced);
#endif
    }

    /// Calls f(limbo&) for each that there is.
    template <class F>
    void for_each_limbo(F&& f) const {
        if (limbo* const s = first_.load(std::memory_order_acquire)) {
            f(*s);
        }
        if (directory* const d = others_.load(std::memory_order_acquire)) {
            for (const atomic<limbo*>& at : d->at) {
                if (limbo* const s = at.load(std::memory_order_acquire)) {
                    f(*s);
                }
            }
        }
    }

    [[nodiscard]] retired_weight weight() const noexcept {
        retired_weight sum{0, 0};
        for_each_limbo([&](const limbo& s) {
            sum.objects += s.weight().objects;
            sum.bytes += s.weight().bytes;
        });
        return sum;
    }

private:
    static constexpr std::uint32_t places = 64;
    struct directory {
        atomic<limbo*> at[places]{};
    };

    // --- whose limbo ------------------------------------------------------------------------------

    template <class X, class... Args>
    static X* make(const disposal& how, Args... args) {
        return ::new (how.allocate(sizeof(X))) X(args...);
    }
    /// Puts it there, unless another thread was faster. Gives what is there.
    template <class X>
    static X& install(atomic<X*>& at, X& made, const disposal& how) noexcept {
        X* expected = nullptr;
        // (G5) release, acquire: who finds it finds it made.
        if (at.compare_exchange_strong(expected, &made, std::memory_order_acq_rel,
                                       std::memory_order_acquire)) {
            return made;
        }
        how.deallocate(&made, sizeof(made));
        return *expected;
    }

    /// The thread's limbo, or the one that serves it so far; null if nothing has ever been stored.
    [[nodiscard]] limbo* existing(std::uint32_t thread_index) const noexcept {
        if (const directory* const d = others_.load(std::memory_order_acquire)) {
            if (limbo* const s = d->at[thread_index % places].load(std::memory_order_acquire)) {
                return s;
            }
        }
        return first_.load(std::memory_order_acquire);
    }
    /// The same, and makes it if there is memory.
    [[nodiscard]] limbo& limbo_of(std::uint32_t thread_index, const disposal& how) noexcept {
        limbo* const s = existing(thread_index);
        if (s->place == thread_index % places) [[likely]] {
            return *s;
        }
        return make_limbo(thread_index % places, *s, how);
    }
    SYNCMAP_RARE limbo& make_limbo(std::uint32_t place, limbo& first,
                                   const disposal& how) noexcept {
        SYNCMAP_TRY {
            directory* d = others_.load(std::memory_order_acquire);
            if (d == nullptr) {
                d = &install(others_, *make<directory>(how), how);
            }
            return install(d->at[place], *make<limbo>(how, place), how);
        }
        SYNCMAP_CATCH_ALL { return first; }
    }

    // --- steps ----------------------------------------------------------------------------------------

    /// After a write that has unlinked nothing. Where there is nothing to do this writes to nothing that is shared.
    SYNCMAP_WRAPS void go_on(std::uint32_t thread_index, domain& home, const disposal& how) {
        if (this_thread.until_turn == 0) {
            this_thread.until_turn = writes_a_turn;
            ++this_thread.turns;
        }
        limbo* const mine = existing(thread_index);
        if (mine == nullptr) {
            return;
        }
        if (mine->weight().objects == 0) {
            not_busy();
            look_after_others(*mine, this_thread.turns, home);
        } else if (mine->lock.try_lock()) {
            tend(*mine, home, how);
        }
    }

    /// Under the lock, which it gives back. Once in `interval` times with a look at what others share.
    SYNCMAP_WRAPS void tend(limbo& s, domain& home, const disposal& how) {
        const std::uint32_t turn = s.touched.load(std::memory_order_relaxed) + 1;
        s.touched.store(turn, std::memory_order_relaxed);
        step(s, turn % interval == 0 || s.unsealed >= scan_objects, home, how);
        if (turn % interval == 0) {
            look_after_others(s, turn / interval, home);
        }
    }

    void not_busy() const noexcept {
        if (this_thread.busy_with == this) {
            this_thread.busy_with = nullptr;
        }
    }

    /// Under the lock, which it gives back: looks at what others share, if it is time to, and does one thing.
    void step(limbo& s, bool time_to_look, domain& home, const disposal& how) {
        const bool hurry = time_to_look && s.look(home);
        // A destructor may have come back to the map: whoever runs it goes on after it.
        if (s.closed || sweeping()) {
            s.lock.unlock();
            return;
        }
        if (s.has_work(home)) {
            this_thread.busy_with = this;
            work(s, home, how);
        } else {
            s.lock.unlock();
            not_busy();
        }
        if (hurry) {
            yield();  // most likely to a thread that has lost its processor in a section
        }
    }

    /// Under the lock, which it gives back. Destroys some of what is ready, or compares some of what has passed.
    SYNCMAP_NOINLINE void work(limbo& s, const domain& home, const disposal& how) {
        hand h;
        s.take_for_step(h, how);
        s.in_hands.fetch_add(1, std::memory_order_relaxed);
        s.lock.unlock();
        advance(h, home, how);
        if (!h.empty()) {
            const lock_guard locked(s.lock, nullptr);
            s.put_back(h);
        }
        // (G3) release: pairs with (G4): what it has destroyed is gone, the rest is in a list.
        s.in_hands.fetch_sub(1, std::memory_order_release);
    }

    /// Takes over what another thread has left behind, if there is one that has.
    SYNCMAP_RARE SYNCMAP_WRAPS void look_after_others(limbo& mine, std::uint32_t from,
                                                      domain& home) {
        limbo* const left = limbo_at(from + mine.place, home);
        if (left == nullptr || left == &mine) {
            return;
        }
        const std::uint32_t touched = left->touched.load(std::memory_order_relaxed);
        if (left->seen.load(std::memory_order_relaxed) != touched) {
            left->seen.store(touched, std::memory_order_relaxed);
            return;
        }
        if (left->weight().objects == 0 || !left->lock.try_lock()) {
            return;
        }
        if (left->closed) {
            left->lock.unlock();
            return;
        }
        left->look(home);
        hand h;
        left->take_what_has_passed(h);
        left->in_hands.fetch_add(1, std::memory_order_relaxed);
        left->lock.unlock();
        if (!h.empty()) {
            {
                const lock_guard locked(mine.lock, nullptr);
                mine.put_back(h);
            }
            this_thread.busy_with = this;
        }
        left->in_hands.fetch_sub(1, std::memory_order_release);  // (G3)
    }
    /// The limbos by turns, of which there are not more than threads; null where there is none.
    [[nodiscard]] limbo* limbo_at(std::uint32_t turn, const domain& home) const noexcept {
        const directory* const d = others_.load(std::memory_order_acquire);
        if (d == nullptr) {
            return nullptr;
        }
        const std::uint32_t n = turn % (smaller_of(places, home.records()) + 1);
        return (n == 0 ? first_ : d->at[n - 1]).load(std::memory_order_acquire);
    }

    /// For a reclaim(): takes all that the limbos have, and what others have in hand.
    void take_everything(hand& h, const disposal& how, bool may_wait) const {
        // All are closed before any is waited for: what is in hands may be on its way to another limbo.
        for_each_limbo([](limbo& s) {
            const lock_guard locked(s.lock, nullptr);
            s.closed = true;
        });
        for_each_limbo([may_wait](limbo& s) {
            // (G4) acquire: pairs with (G3).
            wait_until([&] { return s.in_hands.load(std::memory_order_acquire) == 0; }, may_wait);
        });
        for_each_limbo([&](limbo& s) {
            const lock_guard locked(s.lock, nullptr);
            s.closed = false;
            s.take_all(h, how);
        });
    }

    /// Waits for what other threads bring about; if it may not wait, it only looks. Says whether it has come.
    template <class Done>
    static bool wait_until(Done&& done, bool may_wait) {
        bool is_done = done();
        for (unsigned round = 0; may_wait && !is_done; ++round, is_done = done()) {
            if (round < 100) {
                yield();
            } else {
                sleep_briefly();
            }
        }
        return is_done;
    }

    /// Destroys what is doomed, or else compares.
    void advance(hand& h, const domain& home, const disposal& how) {
        if (h.doomed_count != 0) {
            destroy(h, how);
        } else {
            compare(h, home, how, [](const hazard_slot&) {});
        }
    }

    /// Finds out which objects hazards announce, and calls seen(slot) for each. That is final for the others: nobody
    /// can reach them any more, so nobody can begin to announce them.
    template <class Seen>
    SYNCMAP_NOINLINE static void compare(hand& h, const domain& home, const disposal& how,
                                         Seen&& seen) {
        std::size_t room =
            smaller_of(larger_of(home.hazard_slots(), compare_at_least), compare_at_most);
        candidates all(room);  // large, but no destructor runs on top of it
        retired_list plain;
        retired_list whole;
        const auto pop = [&](retired_list& from) {
            retired* const r = how.pop(from);
            if (is_whole(*r)) {
                how.push(whole, r);
                return;
            }
            all.add(r);
            if (retired* const value = how.inside(r)) {
                all.add(value);
            }
        };
        const auto push = [&](retired_list& to, retired* r) { how.push(to, r); };
        for (; room != 0 && !h.passed.empty(); --room) {
            pop(h.passed);
        }
        for (; room != 0 && h.look != 0 && !h.again.empty(); --room, --h.look) {
            pop(h.again);
        }
        home.for_each_hazard([&](const void* object, const hazard_slot& slot) {
            if (retired* const r = all.take_out(object)) {
                seen(slot);
                how.separate(r);
                push(h.announced, r);
            }
        });
        all.for_each([&](retired* r) {
            const auto use = static_cast<std::size_t>(how.use_of(r));
            if (use < spare_kinds && h.room[use] != 0) {
                --h.room[use];
                push(h.spares[use], r);
            } else if (!how.goes_with_key(r)) {
                push(plain, r);
            }
        });
        plain.splice(h.ready);
        h.ready.splice(plain);
        h.ready.splice(whole);
    }

    /// Destroys what has been taken out for that, or does a step of a large object.
    void destroy(hand& h, const disposal& how) {
        const sweep_guard running(*this);
        for (std::size_t i = 0; i < h.doomed_count; ++i) {
            retired* const r = h.doomed[i];
            if (!how.destroy(r, h.passed)) {
                how.push(h.ready, r);
            }
        }
        h.doomed_count = 0;
    }

    /// While it lives, this thread is running destructors.
    class sweep_guard {
    public:
        explicit sweep_guard(const garbage& whose) noexcept : frame_{&whose, this_thread.sweeps} {
            this_thread.sweeps = &frame_;
        }
        sweep_guard(const sweep_guard&) = delete;
        sweep_guard& operator=(const sweep_guard&) = delete;
        ~sweep_guard() { this_thread.sweeps = frame_.outer; }

    private:
        sweep_frame frame_;
    };

    atomic<limbo*> first_{nullptr};       ///< made with the first table
    atomic<directory*> others_{nullptr};  ///< when a second thread has retired something
    atomic<bool> reclaiming_{false};
};

}  // namespace syncmap::inline v0::detail
