// SPDX-License-Identifier: BSL-1.0
//
// What a map has unlinked and not yet destroyed: a few queues, striped by thread, that belong to the map.
//
// A stripe's objects go through three lists: `fresh` (just retired), `waiting` (stamped: waits until every
// section that could see them is over) and `ready` (nobody can reach them any more). What turns out to be
// announced in a hazard slot then waits in `announced`, and gets another chance with the next stamp.
// I1  Destroying happens outside all sections and locks: a destructor may use the map.
// I2  A stamp (one fence everywhere) is paid for by `scan_objects` objects or `scan_bytes` bytes, or by one
//     thing of `urgent_bytes` (a table: as many writes as made it superfluous). While there
//     is something that can be destroyed every write destroys up to `write_budget` objects, or does a step of a large one (where the
//     process has thousands of hazard slots, each of which has to be looked at: every k-th write, k <= 64,
//     k times as many). So no operation destroys more than a bounded number of objects, and garbage stays below stripes x 2 x scan_objects,
//     plus what is unlinked while a thread is stopped, or has lost its processor, inside a section (writers
//     that are over the limit yield to it).
// I3  Active sections are looked at before hazards are (see hazard.hpp, I1).
// How to destroy is the Disposer's business (disposer.hpp):
//     weight(r) -> {objects, bytes}; value_inside(r): the value that goes with r, or null, which hazards
//     announce apart from r; destroy_value_inside(r): makes an end of it before r;
//     destroy(r, out) -> true when gone; false when only a step was done; what it unlinks goes to `out`.
#pragma once

#include <algorithm>
#include <cassert>
#include <functional>
#include <limits>
#include <utility>

#include "lock.hpp"
#include "retired.hpp"

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
    /// Of a step of a table's or a generation's end.
    static constexpr std::size_t step_cost = limit<std::size_t>(16, 1);

    struct stripe {
        bucket_lock lock;
        bool stamping = false;         ///< somebody is getting a stamp for `waiting`
        bool urgent = false;           ///< `fresh` has something large
        std::uint32_t reclaimers = 0;  ///< want all that is ready: sweeps leave it to them
        std::uint64_t stamp = 0;       ///< of `waiting`
        retired_list fresh;
        retired_list waiting;
        retired_list ready;
        retired_list announced;
        atomic<bool> pending{false};         ///< there is something for sweeps to do
        atomic<std::uint32_t> passed_by{0};  ///< writes that left it to a later one
        atomic<std::uint32_t> sweepers{0};   ///< have objects in hand
        atomic<std::size_t> objects{0};      ///< in the lists and in hand
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
          pending_(other.pending_.exchange(0, std::memory_order_relaxed)) {}
    void swap(garbage& other) noexcept {
        block* const mine = newest_.load(std::memory_order_relaxed);
        newest_.store(other.newest_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        other.newest_.store(mine, std::memory_order_relaxed);
        const std::uint32_t count = pending_.load(std::memory_order_relaxed);
        pending_.store(other.pending_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        other.pending_.store(count, std::memory_order_relaxed);
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
                    const std::size_t k = std::clamp<std::size_t>(home.hazard_slots() / 256, 1, 64);
                    if (k == 1 || s.passed_by.fetch_add(1, std::memory_order_relaxed) % k == 0) {
                        sweep(s, write_budget * k, home, dispose);
                    }
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
    template <class Disposer>
    void reclaim(domain& home, Disposer& dispose, bool may_wait) {
        sections_are_over(home, may_wait);
        for (block* b = newest(); b != nullptr; b = b->older) {
            for (std::uint32_t i = 0; i < b->count; ++i) {
                reclaim(b->at(i), home, dispose, may_wait);
            }
        }
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
                    retired_list all;
                    all.splice(s.announced);
                    all.splice(s.ready);
                    all.splice(s.waiting);
                    all.splice(s.fresh);
                    again = again || !all.empty();
                    assert_not_announced(all, home, dispose);
                    count(s, {0 - all.objects(), 0 - all.bytes()});
                    while (!all.empty()) {
                        destroy_front(all, dispose);
                    }
                }
            }
        }
        pending_.store(0, std::memory_order_relaxed);
        return newest_.exchange(nullptr, std::memory_order_relaxed);
    }

    /// In debug builds: that no pinned handle outlives its map.
    template <class Disposer>
    static void assert_not_announced([[maybe_unused]] const retired_list& list,
                                     [[maybe_unused]] const domain& home,
                                     [[maybe_unused]] Disposer& dispose) noexcept {
#ifndef NDEBUG
        const retired* r = list.front();
        while (r != nullptr) {
            candidate batch[64];
            std::size_t size = 0;
            for (; r != nullptr && size < 64; r = r->next()) {
                auto* const object = const_cast<retired*>(r);
                batch[size++] = {object, dispose.value_inside(object), false, false};
            }
            mark_announced(batch, size, home);
            for (std::size_t i = 0; i < size; ++i) {
                assert(!batch[i].announced && !batch[i].value_announced &&
                       "syncmap: a pinned value outlives its map");
            }
        }
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
        count(s, {list.objects(), list.bytes()});
        s.urgent = s.urgent || list.bytes() >= urgent_bytes;
        s.fresh.splice(list);
        note_pending(s);
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
        return s.fresh.objects() >= scan_objects || s.fresh.bytes() >= scan_bytes || s.urgent;
    }
    /// Under the stripe's lock, whenever its lists have changed.
    void note_pending(stripe& s) noexcept {
        const bool now = !s.ready.empty() || !s.waiting.empty() || over_limit(s);
        if (now != s.pending.load(std::memory_order_relaxed)) {
            s.pending.store(now, std::memory_order_relaxed);
            pending_.fetch_add(now ? 1U : ~0U, std::memory_order_relaxed);
        }
    }

    template <class Disposer>
    void sweep(stripe& s, std::size_t budget, domain& home, Disposer& dispose) {
        bool stamp_it = false;
        {
            const lock_guard locked(s.lock, nullptr);
            if (s.waiting.empty() && !s.stamping && over_limit(s)) {
                s.waiting.splice(s.fresh);
                s.urgent = false;
                s.stamping = stamp_it = true;
            }
        }
        if (stamp_it) {
            const std::uint64_t stamp = home.stamp();
            const lock_guard locked(s.lock, nullptr);
            s.stamp = stamp;
            s.stamping = false;
        }
        std::uint64_t stamp = 0;
        bool check = false;
        bool hurry = false;
        {
            const lock_guard locked(s.lock, nullptr);
            stamp = s.stamp;
            check = !s.waiting.empty() && !s.stamping;
            // A thread that stays in a section for very long has been stopped: nothing helps then.
            hurry = over_limit(s) && s.fresh.objects() < 8 * scan_objects;
        }
        const bool passed = check && stamp < home.oldest();
        if (hurry && !passed) {
            yield();  // most likely to a thread that has lost its processor in a section
        }
        retired_list in_hand;
        {
            const lock_guard locked(s.lock, nullptr);
            if (passed && s.stamp == stamp && !s.stamping) {
                s.ready.splice(s.announced);
                s.ready.splice(s.waiting);
            }
            if (s.ready.empty() || s.reclaimers != 0) {
                note_pending(s);
                return;
            }
            in_hand.splice(s.ready);
            s.sweepers.fetch_add(1, std::memory_order_relaxed);
        }
        retired_list held;
        const difference d = destroy_some(in_hand, held, budget, home, dispose);
        {
            const lock_guard locked(s.lock, nullptr);
            count(s, d);
            in_hand.splice(s.ready);
            s.ready.splice(in_hand);
            s.announced.splice(held);
            note_pending(s);
        }
        s.sweepers.fetch_sub(1, std::memory_order_release);
    }

    /// Whether all sections of now are over; if it may, waits until they are.
    static bool sections_are_over(domain& home, bool may_wait) {
        const std::uint64_t stamp = home.stamp();
        for (unsigned round = 0; may_wait && stamp >= home.oldest(); ++round) {
            if (round < 100) {
                yield();
            } else {
                sleep_briefly();
            }
        }
        return stamp < home.oldest();
    }

    template <class Disposer>
    void reclaim(stripe& s, domain& home, Disposer& dispose, bool may_wait) {
        {
            const lock_guard locked(s.lock, nullptr);
            ++s.reclaimers;
        }
        // What sweeps have in hand was retired before, and they may put some of it back: none begins now.
        wait_for_sweepers(s, may_wait);
        retired_list in_hand;
        {
            const lock_guard locked(s.lock, nullptr);
            in_hand.splice(s.announced);
            in_hand.splice(s.ready);
            in_hand.splice(s.waiting);
            in_hand.splice(s.fresh);
            s.urgent = false;
            s.sweepers.fetch_add(1, std::memory_order_relaxed);
        }
        retired_list held;
        difference d;
        if (!in_hand.empty() && sections_are_over(home, may_wait)) {
            d = destroy_some(in_hand, held, std::numeric_limits<std::size_t>::max(), home, dispose);
        }
        {
            const lock_guard locked(s.lock, nullptr);
            count(s, d);
            s.announced.splice(held);
            s.fresh.splice(in_hand);  // a section may still see it, and must not be waited for
            --s.reclaimers;
            note_pending(s);
        }
        s.sweepers.fetch_sub(1, std::memory_order_release);
        // Another reclaim() may have been faster to take what there was.
        wait_for_sweepers(s, may_wait);
    }

    static void wait_for_sweepers(const stripe& s, bool may_wait) noexcept {
        while (may_wait && s.sweepers.load(std::memory_order_acquire) != 0) {
            yield();
        }
    }

    /// Destroys about `budget` objects from the front of a ready list that is in hand; those that a hazard
    /// announces go to `held`.
    template <class Disposer>
    difference destroy_some(retired_list& in_hand, retired_list& held, std::size_t budget,
                            domain& home, Disposer& dispose) {
        const retired_weight all{in_hand.objects(), in_hand.bytes()};
        // On the stack, and sweeps of several maps may nest.
        constexpr std::size_t width = limit<std::size_t>(128, 4);
        candidate batch[width];
        while (budget != 0 && !in_hand.empty()) {
            std::size_t size = 0;
            // Whether the last one is a table or a generation, which may put parts in front.
            bool steps = false;
            for (retired* r = in_hand.front();
                 r != nullptr && size < std::min(budget, width) && !steps; r = r->next()) {
                steps = r->kind() >= retired_kind::table;
                batch[size++] = {r, dispose.value_inside(r), false, false};
            }
            mark_announced(batch, size, home);
            for (std::size_t i = 0; i < size; ++i) {
                const candidate& c = batch[i];
                if (!c.announced && !c.value_announced) {
                    destroy_front(in_hand, dispose);
                    continue;
                }
                if (c.value_inside != nullptr && !c.value_announced) {
                    const sweep_guard running(*this);
                    dispose.destroy_value_inside(c.object);
                }
                const retired_weight w = dispose.weight(c.object);
                in_hand.pop(w.objects, w.bytes);
                held.push(c.object, w.objects, w.bytes);
            }
            budget -= std::min(budget, size + (steps ? step_cost : 0));
        }
        return {in_hand.objects() + held.objects() - all.objects,
                in_hand.bytes() + held.bytes() - all.bytes};
    }

    struct candidate {
        retired* object;
        const void* value_inside;
        bool announced;
        bool value_announced;
    };

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

    static void mark_announced(candidate* batch, std::size_t size, const domain& home) {
        constexpr std::size_t chunk = limit<std::size_t>(128, 4);
        const void* hazards[chunk];
        std::size_t count = 0;
        const auto mark = [&] {
            std::sort(hazards, hazards + count, std::less<>{});
            const auto found = [&](const void* address) {
                return std::binary_search(hazards, hazards + count, address, std::less<>{});
            };
            for (candidate* c = batch; c != batch + size && count != 0; ++c) {
                c->announced = c->announced || found(c->object);
                c->value_announced =
                    c->value_announced || (c->value_inside != nullptr && found(c->value_inside));
            }
            count = 0;
        };
        home.for_each_hazard([&](const void* object) {
            hazards[count++] = object;
            if (count == chunk) {
                mark();
            }
        });
        mark();
    }

    /// Destroys the front object, or a step of it.
    template <class Disposer>
    void destroy_front(retired_list& list, Disposer& dispose) {
        const retired_weight before = dispose.weight(list.front());
        retired* const object = list.pop(before.objects, before.bytes);
        retired_list unlinked;
        bool gone = false;
        {
            const sweep_guard running(*this);
            gone = dispose.destroy(object, unlinked);
        }
        // Parts first: the whole may be freed only when nothing in it is in use any more.
        if (!gone) {
            const retired_weight rest = dispose.weight(object);
            unlinked.push(object, rest.objects, rest.bytes);
        }
        unlinked.splice(list);
        list.splice(unlinked);
    }

    atomic<block*> newest_{nullptr};
    atomic<std::uint32_t> pending_{0};  ///< stripes that are pending
};

}  // namespace syncmap::inline v0::detail
