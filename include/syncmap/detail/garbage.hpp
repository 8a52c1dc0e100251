// SPDX-License-Identifier: BSL-1.0
//
// What a map has unlinked and not yet destroyed: a few queues, striped by thread, that belong to the map.
//
// A stripe's objects go through four lists: `fresh` (just retired), `waiting` (stamped: waits until every section
// that could see them is over), `passed` (nobody can reach them any more, nor begin to announce them) and
// `ready` (they have been compared with all hazards after that, once, and none announced them: to be destroyed
// without another look). What was announced waits in `announced`, to be compared again.
// I1  Destroying happens outside all sections and locks: a destructor may use the map.
// I2  A stamp (one fence everywhere) and a comparison are paid for by `scan_objects` objects (up to twice as many
//     where there are very many hazard slots to look at) or `scan_bytes` bytes, or by one thing of
//     `urgent_bytes` (a table: as many writes as made it superfluous). While there is something that can be
//     destroyed, every write destroys up to `write_budget` objects, or does a step of a large one, or compares.
//     So no operation destroys more than a bounded number of objects, and garbage stays below stripes x 2
//     batches, plus what is unlinked while a thread is stopped, or has lost its processor, inside a section
//     (writers that are over the limit yield to it).
// I3  Active sections are looked at before hazards are (see hazard.hpp, I1).
// I4  What handles have kept is compared again soon after `scan_objects` of them have been dropped, or with later
//     batches, a batch's worth each.
// How to destroy is the Disposer's business (disposer.hpp):
//     weight(r) -> {objects, bytes}; inside(r): the value that goes with r, or null, which hazards announce
//     apart from r; goes_with_key(r): whether r is such a value; separate(r): r does not go with another any
//     more; destroy(r, out) -> true when gone; false when only a step was done; what it unlinks goes to `out`.
#pragma once

#include <algorithm>
#include <cassert>
#include <utility>

#include "candidates.hpp"
#include "lock.hpp"

namespace syncmap::inline v0::detail {

struct retired_weight {
    std::size_t objects;
    std::size_t bytes;
};

class garbage {
public:
    static constexpr std::size_t scan_objects = limit<std::size_t>(4096, 8);
    static constexpr std::size_t scan_bytes = limit<std::size_t>(std::size_t{4} << 20U, 1024);
    static constexpr std::size_t urgent_bytes = limit<std::size_t>(std::size_t{64} << 10U, 512);
    static constexpr std::size_t write_budget = limit<std::size_t>(16, 2);
    /// What one write compares: as many objects as there are hazard slots, so that neither costs more than the other;
    /// but no fewer than this, and no more than that.
    static constexpr std::size_t compare_at_least = limit<std::size_t>(256, 4);
    static constexpr std::size_t compare_at_most = 3 * scan_objects;

    struct stripe {
        bucket_lock lock;
        bool stamping = false;         ///< somebody is getting a stamp for `waiting`
        bool urgent = false;           ///< `fresh` has something large
        bool closed = false;           ///< a reclaim() is about to take everything: no sweep begins
        bool holding = false;          ///< `announced` has something
        bool ask = false;              ///< it is time to ask how many handles have been dropped
        std::uint32_t deliveries = 0;  ///< comes round
        std::uint64_t stamp = 0;       ///< of `waiting`
        std::size_t batch = scan_objects;  ///< what is worth a stamp and a comparison
        retired_list fresh;
        retired_list waiting;
        retired_list passed;
        retired_list ready;  ///< plain objects first, then tables and generations
        retired_list announced;
        std::size_t look_again = 0;         ///< how many of `announced` are to be compared again
        atomic<bool> pending{false};        ///< there is something for sweeps to do
        atomic<std::uint32_t> sweepers{0};  ///< have objects in hand
        atomic<std::size_t> objects{0};     ///< in the lists and in hand
        atomic<std::size_t> bytes{0};
        std::byte apart[64];  ///< so that no two stripes meet in a cache line
    };
    struct alignas(16) block {
        block* older = nullptr;
        std::uint32_t count = 0;  ///< stripes, which follow
        [[nodiscard]] stripe& at(std::uint32_t i) noexcept {
            return reinterpret_cast<stripe*>(this + 1)[i];
        }
    };

    garbage() noexcept = default;
    garbage(garbage&& other) noexcept
        : newest_(other.newest_.exchange(nullptr, std::memory_order_relaxed)),
          pending_(other.pending_.exchange(0, std::memory_order_relaxed)),
          holding_(other.holding_.exchange(0, std::memory_order_relaxed)),
          dropped_(other.dropped_.load(std::memory_order_relaxed)) {}
    void swap(garbage& other) noexcept {
        const auto swap_atomic = [](auto& a, auto& b) {
            const auto old = a.load(std::memory_order_relaxed);
            a.store(b.load(std::memory_order_relaxed), std::memory_order_relaxed);
            b.store(old, std::memory_order_relaxed);
        };
        swap_atomic(newest_, other.newest_);
        swap_atomic(pending_, other.pending_);
        swap_atomic(holding_, other.holding_);
        swap_atomic(dropped_, other.dropped_);
    }

    [[nodiscard]] block* newest() const noexcept { return newest_.load(std::memory_order_acquire); }
    /// Makes a block the one that is retired to from now on. False when `expected` is not newest.
    bool install(block* expected, block* made) noexcept {
        made->older = expected;
        return newest_.compare_exchange_strong(expected, made, std::memory_order_acq_rel,
                                               std::memory_order_relaxed);
    }
    /// Bytes of a block, which the caller allocates, aligned to 16, and hands to make_block().
    static constexpr std::size_t block_bytes(std::uint32_t stripes) noexcept {
        return sizeof(block) + sizeof(stripe) * stripes;
    }
    static block* make_block(void* memory, std::uint32_t stripes) noexcept {
        auto* const made = ::new (memory) block;
        made->count = stripes;
        for (std::uint32_t i = 0; i < stripes; ++i) {
            ::new (static_cast<void*>(&made->at(i))) stripe;
        }
        return made;
    }

    /// Takes a list of unlinked objects over. Runs no user code.
    void retire(retired_list& list, std::uint32_t thread_index) noexcept {
        stripe& s = stripe_of(thread_index);
        const lock_guard locked(s.lock, nullptr);
        put(s, list);
    }
    /// The same for a load, which waits for nobody: calls unlink(list), which fills the list, if the stripe is free.
    template <class Unlink>
    void try_retire(std::uint32_t thread_index, Unlink&& unlink) {
        stripe& s = stripe_of(thread_index);
        if (s.lock.try_borrow()) {
            retired_list list;
            unlink(list);
            if (!list.empty()) {
                put(s, list);
            }
            s.lock.give_back();
        }
    }

    /// Whether writes should call sweep().
    [[nodiscard]] bool pending() const noexcept {
        return pending_.load(std::memory_order_relaxed) != 0;
    }
    /// Brings a stripe that needs it a step further, and destroys a little. Outside all sections.
    template <class Disposer>
    void sweep(domain& home, Disposer& dispose) {
        if (sweeping()) {
            return;  // a destructor came back to the map; whoever runs it goes on after it
        }
        for (block* b = newest(); b != nullptr; b = b->older) {
            for (std::uint32_t i = 0; i < b->count; ++i) {
                stripe& s = b->at(i);
                if (s.pending.load(std::memory_order_relaxed)) {
                    sweep(s, home, dispose);
                    return;
                }
            }
        }
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
    template <class Disposer>
    void reclaim(domain& home, Disposer& dispose, bool may_wait) {
        // One at a time: what another one has in hand was retired before, too.
        // (G1) acquire: pairs with (G2).
        const auto begun = [&] { return !reclaiming_.exchange(true, std::memory_order_acquire); };
        if (!wait_until(begun, may_wait)) {
            return;
        }
        hand h;
        block* const b = newest();
        if (b != nullptr) {
            take_everything(h, *b, may_wait);
        }
        // epoch.hpp, I2: the first look that says so is enough, whoever comes after it.
        const std::uint64_t stamp = home.stamp();
        if (wait_until([&] { return stamp < home.oldest(); }, may_wait)) {
            while (!h.ready.empty() || !h.passed.empty()) {
                advance(h, home, dispose);
            }
        }
        if (b != nullptr) {
            stripe& s = b->at(0);
            const retired_weight left = h.weight();
            const lock_guard locked(s.lock, nullptr);
            s.fresh.splice(h.passed);  // a section may still see it, and must not be waited for
            put_back(s, h, {left.objects, left.bytes});
        }
        reclaiming_.store(false, std::memory_order_release);  // (G2)
    }

    /// Destroys everything at once; nobody else may be using the map. Returns the blocks, to be freed.
    template <class Disposer>
    block* destroy_all([[maybe_unused]] const domain& home, Disposer& dispose) {
        // A destructor may retire more, into the same stripes: go round until there is nothing left.
        for (bool again = true; again;) {
            again = false;
            for (block* b = newest(); b != nullptr; b = b->older) {
                for (std::uint32_t i = 0; i < b->count; ++i) {
                    stripe& s = b->at(i);
                    hand h;
                    take_all(s, h);
                    again = again || h.weight().objects != 0;
                    h.passed.splice(h.ready);
                    while (!h.passed.empty()) {
                        assert_not_announced(h.passed, home, dispose);
                        h.ready.splice(h.passed);
                        while (!h.ready.empty()) {
                            destroy_some(h, dispose);
                        }
                    }
                }
            }
        }
        pending_.store(0, std::memory_order_relaxed);
        holding_.store(0, std::memory_order_relaxed);
        return newest_.exchange(nullptr, std::memory_order_relaxed);
    }

    /// In debug builds: that no pinned handle outlives its map. One from before a fork may be out of reach.
    template <class Disposer>
    static void assert_not_announced([[maybe_unused]] retired_list& list,
                                     [[maybe_unused]] const domain& home,
                                     [[maybe_unused]] Disposer& dispose) noexcept {
#ifndef NDEBUG
        hand h;
        h.passed.splice(list);
        while (!h.passed.empty()) {
            compare(h, home, dispose, []([[maybe_unused]] const hazard_slot& slot) {
                assert(slot.use == hazard_use::inherited &&
                       "syncmap: a pinned value outlives its map");
            });
        }
        list.splice(h.ready);
        list.splice(h.announced);
#endif
    }

    [[nodiscard]] retired_weight weight() const noexcept {
        retired_weight sum{0, 0};
        for (block* b = newest(); b != nullptr; b = b->older) {
            for (std::uint32_t i = 0; i < b->count; ++i) {
                sum.objects += b->at(i).objects.load(std::memory_order_relaxed);
                sum.bytes += b->at(i).bytes.load(std::memory_order_relaxed);
            }
        }
        return sum;
    }

private:
    [[nodiscard]] stripe& stripe_of(std::uint32_t thread_index) const noexcept {
        block* const b = newest();
        return b->at(thread_index % b->count);
    }
    /// Under the stripe's lock.
    void put(stripe& s, retired_list& list) noexcept {
        constexpr std::uint32_t interval = limit(64U, 2U);
        count(s, {list.objects(), list.bytes()});
        s.urgent = s.urgent || list.bytes() >= urgent_bytes;
        s.fresh.splice(list);
        if (++s.deliveries % interval == 0) {
            s.ask = holding_.load(std::memory_order_relaxed) != 0;
        }
        note(s);
    }

    /// How what a stripe holds has changed; less is more by a number that comes round.
    struct difference {
        std::size_t objects = 0;
        std::size_t bytes = 0;
    };
    /// Under the stripe's lock.
    static void count(stripe& s, difference d) noexcept {
        s.objects.store(s.objects.load(std::memory_order_relaxed) + d.objects,
                        std::memory_order_relaxed);
        s.bytes.store(s.bytes.load(std::memory_order_relaxed) + d.bytes, std::memory_order_relaxed);
    }

    static bool over_limit(const stripe& s) noexcept {
        return s.fresh.objects() >= s.batch || s.fresh.bytes() >= scan_bytes || s.urgent;
    }
    /// Under the stripe's lock, whenever its lists have changed.
    void note(stripe& s) noexcept {
        const bool now = !s.ready.empty() || !s.passed.empty() || !s.waiting.empty() ||
                         s.look_again != 0 || s.ask || over_limit(s);
        if (now != s.pending.load(std::memory_order_relaxed)) {
            s.pending.store(now, std::memory_order_relaxed);
            pending_.fetch_add(now ? 1U : ~0U, std::memory_order_relaxed);
        }
        if (s.holding == s.announced.empty()) {
            s.holding = !s.holding;
            holding_.fetch_add(s.holding ? 1U : ~0U, std::memory_order_relaxed);
        }
    }

    /// What a sweep or a reclaim() has taken out of a stripe's lists.
    struct hand {
        retired_list passed;
        retired_list ready;
        retired_list again;      ///< announced so far,
        std::size_t look = 0;    ///< of which this many are to be compared again
        retired_list announced;  ///< as it has turned out

        [[nodiscard]] retired_weight weight() const noexcept {
            return {passed.objects() + ready.objects() + again.objects() + announced.objects(),
                    passed.bytes() + ready.bytes() + again.bytes() + announced.bytes()};
        }
    };

    static bool is_whole(const retired& r) noexcept { return r.kind() >= retired_kind::table; }

    /// Whether to compare, rather than to destroy what is ready. The parts of a whole are compared when there are
    /// enough of them, or no more to come.
    static bool compare_next(const retired_list& ready, const retired_list& passed) noexcept {
        return ready.empty() || (is_whole(*ready.front()) && passed.objects() >= scan_objects);
    }

    /// Under the stripe's lock: what a sweep needs for its step; false if there is nothing to do.
    static bool take_for_step(stripe& s, hand& h) noexcept {
        if (!compare_next(s.ready, s.passed)) {
            h.ready.splice(s.ready);
            return true;
        }
        // A few are not worth a comparison while what others have in hand may bring more.
        if ((s.passed.empty() && s.look_again == 0) ||
            (s.passed.objects() < scan_objects &&
             s.sweepers.load(std::memory_order_relaxed) != 0)) {
            return false;
        }
        h.passed.splice(s.passed);
        h.look = std::exchange(s.look_again, 0);
        if (h.look != 0) {
            h.again.splice(s.announced);
        }
        return true;
    }

    /// Under the stripe's lock. `d`: what the stripe has more than was taken out of it.
    void put_back(stripe& s, hand& h, difference d) noexcept {
        count(s, d);
        s.passed.splice(h.passed);
        h.ready.splice(s.ready);
        s.ready.splice(h.ready);
        h.again.splice(s.announced);
        h.again.splice(h.announced);
        s.announced.splice(h.again);
        s.look_again = std::min(s.announced.objects(), std::max(s.look_again, h.look));
        note(s);
    }

    template <class Disposer>
    void sweep(stripe& s, domain& home, Disposer& dispose) {
        bool stamp_it = false;
        bool check = false;
        bool hurry = false;
        bool ask = false;
        std::uint64_t stamp = 0;
        {
            const lock_guard locked(s.lock, nullptr);
            if (s.waiting.empty() && !s.stamping && over_limit(s)) {
                s.waiting.splice(s.fresh);
                s.urgent = false;
                s.stamping = stamp_it = true;
                s.batch = std::clamp(home.hazard_slots() / 4, scan_objects, 2 * scan_objects);
            }
            check = stamp_it || (!s.waiting.empty() && !s.stamping);
            stamp = s.stamp;
            ask = std::exchange(s.ask, false);
            // A thread that stays in a section for very long has been stopped: nothing helps then.
            hurry = over_limit(s) && s.fresh.objects() < 8 * scan_objects;
        }
        if (stamp_it) {
            stamp = home.stamp();
            const lock_guard locked(s.lock, nullptr);
            s.stamp = stamp;
            s.stamping = false;
        }
        if (ask) {
            look_again_if_dropped(home);
        }
        const bool passed = check && stamp < home.oldest();
        if (hurry && !passed) {
            yield();  // most likely to a thread that has lost its processor in a section
        }
        hand h;
        {
            const lock_guard locked(s.lock, nullptr);
            if (passed && s.stamp == stamp && !s.stamping) {
                s.passed.splice(s.waiting);
                s.look_again =
                    std::max(s.look_again, std::min(s.announced.objects(), scan_objects));
            }
            if (s.closed || !take_for_step(s, h)) {
                note(s);
                return;
            }
            s.sweepers.fetch_add(1, std::memory_order_relaxed);
        }
        const retired_weight before = h.weight();
        advance(h, home, dispose);
        {
            const lock_guard locked(s.lock, nullptr);
            const retired_weight now = h.weight();
            put_back(s, h, {now.objects - before.objects, now.bytes - before.bytes});
        }
        // (G3) release: pairs with (G4): what it has destroyed is gone.
        s.sweepers.fetch_sub(1, std::memory_order_release);
    }

    /// For a reclaim(): takes all that the stripes have, and what sweeps have in hand.
    static void take_everything(hand& h, block& from, bool may_wait) {
        for (block* b = &from; b != nullptr; b = b->older) {
            for (std::uint32_t i = 0; i < b->count; ++i) {
                stripe& s = b->at(i);
                {
                    const lock_guard locked(s.lock, nullptr);
                    s.closed = true;
                }
                // (G4) acquire: pairs with (G3).
                wait_until([&] { return s.sweepers.load(std::memory_order_acquire) == 0; },
                           may_wait);
                const lock_guard locked(s.lock, nullptr);
                s.closed = false;
                take_all(s, h);
            }
        }
    }
    /// Under the stripe's lock, or alone.
    static void take_all(stripe& s, hand& h) noexcept {
        const retired_weight before = h.weight();
        h.passed.splice(s.announced);
        h.passed.splice(s.passed);
        h.passed.splice(s.waiting);
        h.passed.splice(s.fresh);
        h.ready.splice(s.ready);
        s.urgent = false;
        s.look_again = 0;
        const retired_weight now = h.weight();
        count(s, {before.objects - now.objects, before.bytes - now.bytes});
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

    /// Whether many handles have been dropped since this was asked last: then what they kept may go.
    void look_again_if_dropped(domain& home) noexcept {
        const std::size_t now = home.dropped();
        std::size_t last = dropped_.load(std::memory_order_relaxed);
        if (now - last < scan_objects ||
            !dropped_.compare_exchange_strong(last, now, std::memory_order_relaxed,
                                              std::memory_order_relaxed)) {
            return;
        }
        for (block* b = newest(); b != nullptr; b = b->older) {
            for (std::uint32_t i = 0; i < b->count; ++i) {
                stripe& s = b->at(i);
                const lock_guard locked(s.lock, nullptr);
                s.look_again = s.announced.objects();
                note(s);
            }
        }
    }

    /// One step: destroys some of what is ready, or compares some of what has passed.
    template <class Disposer>
    void advance(hand& h, const domain& home, Disposer& dispose) {
        if (compare_next(h.ready, h.passed)) {
            compare(h, home, dispose, [](const hazard_slot&) {});
        } else {
            destroy_some(h, dispose);
        }
    }

    /// Finds out which objects hazards announce, and calls seen(slot) for each. That is final for the others: nobody
    /// can reach them any more, so nobody can begin to announce them.
    template <class Disposer, class Seen>
    SYNCMAP_NOINLINE static void compare(hand& h, const domain& home, Disposer& dispose,
                                         Seen&& seen) {
        std::size_t room = std::clamp(home.hazard_slots(), compare_at_least, compare_at_most);
        candidates all(room);  // large, but no destructor runs on top of it
        retired_list plain;
        retired_list whole;
        const auto pop = [&](retired_list& from) {
            const retired_weight w = dispose.weight(from.front());
            retired* const r = from.pop(w.objects, w.bytes);
            if (is_whole(*r)) {
                whole.push(r, w.objects, w.bytes);
                return;
            }
            all.add(r);
            if (retired* const value = dispose.inside(r)) {
                all.add(value);
            }
        };
        const auto push = [&](retired_list& to, retired* r) {
            const retired_weight w = dispose.weight(r);
            to.push(r, w.objects, w.bytes);
        };
        for (; room != 0 && !h.passed.empty(); --room) {
            pop(h.passed);
        }
        for (; room != 0 && h.look != 0 && !h.again.empty(); --room, --h.look) {
            pop(h.again);
        }
        home.for_each_hazard([&](const void* object, const hazard_slot& slot) {
            if (retired* const r = all.take_out(object)) {
                seen(slot);
                dispose.separate(r);
                push(h.announced, r);
            }
        });
        all.for_each([&](retired* r) {
            if (!dispose.goes_with_key(r)) {
                push(plain, r);
            }
        });
        plain.splice(h.ready);
        h.ready.splice(plain);
        h.ready.splice(whole);
    }

    /// Destroys up to `write_budget` objects, or does a step of a large one.
    template <class Disposer>
    void destroy_some(hand& h, Disposer& dispose) {
        const sweep_guard running(*this);
        std::size_t left = write_budget;
        do {
            retired_list& list = h.ready;
            const retired_weight w = dispose.weight(list.front());
            retired* const object = list.pop(w.objects, w.bytes);
            const bool whole = is_whole(*object);
            if (!dispose.destroy(object, h.passed)) {
                const retired_weight rest = dispose.weight(object);
                retired_list first;
                first.push(object, rest.objects, rest.bytes);
                first.splice(list);
                list.splice(first);
            }
            left = whole ? 0 : left - 1;
        } while (left != 0 && !h.ready.empty() && !is_whole(*h.ready.front()));
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

    atomic<block*> newest_{nullptr};
    atomic<std::uint32_t> pending_{0};  ///< stripes that are pending
    atomic<std::uint32_t> holding_{0};  ///< stripes in which something is announced
    atomic<std::size_t> dropped_{0};    ///< handles, as of the last look at what they had kept
    atomic<bool> reclaiming_{false};
};

}  // namespace syncmap::inline v0::detail
