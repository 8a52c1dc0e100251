// SPDX-License-Identifier: BSL-1.0
//
// A limbo: what one thread has unlinked from one map, on its way to be destroyed; and a hand, which holds what
// somebody has taken out of one for a step of that way.
//
// Objects go through four lists: `fresh` (just retired), `waiting` (they have a ticket: epoch.hpp), `passed`
// (nobody can reach them any more, nor begin to announce them) and `ready` (they have been compared with all hazards
// after that, once, and none announced them: to be destroyed without another look). What was announced waits in
// `announced`, to be compared again. What would be `ready` and can be used again goes to `spares` instead, as long as
// there is room, and from there, one at a time, to `offer`.
// L1  All that is not atomic is under the lock, which is its own thread's nearly always.
// L2  What is in a hand is in no list, and not in `objects` and `bytes`, but `in_hands` counts the hand until what
//     it held is gone, or in a list again.
// L3  What is on `offer` is in no list either, nor counted: whoever takes it, without the lock, owns it.
// L4  Tables and generations are large: each is destroyed step by step, behind all plain objects.
// Used by garbage.hpp.
#pragma once

#include <utility>

#include "../lock.hpp"
#include "disposal.hpp"
#include "epoch.hpp"

namespace syncmap::inline v0::detail {

/// How many objects are worth a fence, and a comparison with all hazards.
inline constexpr std::size_t scan_objects = domain::fence_weight;
/// So large that it is looked after at once.
inline constexpr std::size_t urgent_bytes = limit<std::size_t>(std::size_t{64} << 10U, 512);
/// Objects that one write destroys.
inline constexpr std::size_t write_budget = limit<std::size_t>(16, 2);

/// Whether to compare, rather than to destroy what is ready. The parts of a whole are compared when there are
/// enough of them, or no more to come.
inline bool compare_next(const retired_list& ready, const retired_list& passed) noexcept {
    return ready.empty() || (is_whole(*ready.front()) && passed.objects() >= scan_objects);
}

struct hand {
    retired* doomed[write_budget];  ///< to be destroyed now
    std::size_t doomed_count = 0;
    retired_list passed{};
    retired_list ready{};
    retired_list spares[spare_kinds]{};
    std::size_t room[spare_kinds]{};  ///< how many may be added
    retired_list again{};             ///< announced so far,
    std::size_t look = 0;             ///< of which this many are to be compared again
    retired_list announced{};         ///< as it has turned out

    [[nodiscard]] retired_weight weight() const noexcept {
        std::size_t objects = 0;
        std::size_t bytes = 0;
        for (const retired_list* list :
             {&passed, &ready, &spares[0], &spares[1], &again, &announced}) {
            objects += list->objects();
            bytes += list->bytes();
        }
        return {objects, bytes};
    }
    [[nodiscard]] bool empty() const noexcept { return weight().objects == 0; }

    /// Takes out what one step destroys: up to `write_budget` objects, or a large one.
    void doom(retired_list& from, const disposal& how) noexcept {
        bool whole = false;
        do {
            retired* const r = how.pop(from);
            whole = is_whole(*r);
            doomed[doomed_count++] = r;
        } while (!whole && doomed_count != write_budget && !from.empty() &&
                 !is_whole(*from.front()));
    }
};

/// What writes can use again, of one kind.
struct shelf {
    static constexpr std::uint32_t least = limit(64U, 2U);
    static constexpr std::uint32_t most = scan_objects;

    retired_list spares;
    std::uint32_t used = 0;           ///< how many have been put on offer lately
    std::uint32_t room = least;       ///< for so many; grows with their use
    atomic<retired*> offer{nullptr};  ///< one of them, for the thread's next write

    /// Takes what is on offer, without the lock; null if there is nothing.
    [[nodiscard]] retired* take() noexcept {
        // (L5) acquire: pairs with (L6): whatever was done to it before is over.
        return offer.load(std::memory_order_relaxed) == nullptr
                   ? nullptr
                   : offer.exchange(nullptr, std::memory_order_acquire);
    }
    /// Now and then: decides how many to keep, and gives up what has not been used, if it is more.
    void adapt(retired_list& ready) noexcept {
        room = larger_of(least, smaller_of(4 * std::exchange(used, 0U), most));
        if (spares.objects() > room) {
            ready.splice(spares);
        }
    }
    [[nodiscard]] std::size_t room_left() const noexcept {
        return room - smaller_of(std::size_t{room}, spares.objects());
    }
};

struct limbo {
    explicit limbo(std::uint32_t number) noexcept : place(number) {}

    bucket_lock lock{};
    std::uint32_t place;              ///< in the directory
    bool closed = false;              ///< a reclaim() is about to take everything
    std::uint32_t passed_lately = 0;  ///< weight of what has, since the shelves were adapted
    std::size_t unsealed = 0;         ///< weight of what is in `fresh` and has no ticket yet
    std::uint64_t sealed = 0;         ///< the last ticket that was taken
    std::uint64_t ticket = 0;         ///< of `waiting`
    retired_list fresh{};
    retired_list waiting{};
    retired_list passed{};
    retired_list ready{};
    retired_list announced{};
    shelf shelves[spare_kinds]{};
    std::size_t look_again = 0;         ///< how many of `announced` are to be compared again
    std::size_t dropped = 0;            ///< handles, when that was asked last
    atomic<std::uint32_t> touched{0};   ///< how often something was retired here; comes round
    atomic<std::uint32_t> in_hands{0};  ///< who have taken something out that is not gone yet
    atomic<std::size_t> objects{0};     ///< in the lists
    atomic<std::size_t> bytes{0};
    std::byte apart[64 - sizeof(bytes)];  ///< no line of what is above is one of what is below
    atomic<std::uint32_t> seen{0};        ///< `touched`, when another thread looked last
    std::byte apart_too[64 - sizeof(seen)];

    [[nodiscard]] retired_weight weight() const noexcept {
        return {objects.load(std::memory_order_relaxed), bytes.load(std::memory_order_relaxed)};
    }

    void retire(retired_list& list) noexcept {
        count_in({list.objects(), list.bytes()});
        unsealed += list.bytes() >= urgent_bytes
                        ? domain::fence_weight
                        : larger_of(list.objects(), list.bytes() / domain::bytes_of_weight);
        fresh.append(list);
    }

    /// Puts something out to be used again, where there is nothing.
    void make_offers(const disposal& how) noexcept {
        for (shelf& s : shelves) {
            if (!s.spares.empty() && s.offer.load(std::memory_order_relaxed) == nullptr) {
                const retired_weight w = how.weight(s.spares.front());
                count_out(w);
                // (L6) release: pairs with (L5).
                s.offer.store(s.spares.pop(w), std::memory_order_release);
                ++s.used;
                prefetch(s.spares.front());
            }
        }
    }

    /// Finds out what nobody can see any more. True if the thread has unlinked much more than that meanwhile.
    bool look(domain& home) noexcept {
        if (unsealed != 0) {
            sealed = home.take_ticket(std::exchange(unsealed, 0));
        }
        bool over = false;
        // A ticket's time may come at once, and that of the next one with it.
        do {
            if (waiting.empty()) {
                waiting.splice(fresh);
                ticket = sealed;
            }
            over = !waiting.empty() && home.is_over(ticket);
            if (over) {
                look_again = smaller_of(announced.objects(), look_again + waiting.objects());
                passed_lately += static_cast<std::uint32_t>(waiting.objects());
                passed.splice(waiting);
            }
        } while (over);
        if (passed_lately >= scan_objects / 2) {
            passed_lately = 0;
            for (shelf& s : shelves) {
                s.adapt(ready);
            }
        }
        if (!announced.empty()) {
            const std::size_t now = home.dropped();
            if (now - dropped >= scan_objects) {
                dropped = now;
                look_again = announced.objects();
            }
        }
        // A thread that stays in a section for very long has been stopped: nothing helps then.
        return fresh.objects() >= scan_objects && fresh.objects() < 8 * scan_objects;
    }

    /// Whether there is something that a step can do. No fewer objects are compared than one for so many hazard slots,
    /// up to a limit; but what is large does not wait.
    [[nodiscard]] bool has_work(const domain& home) const noexcept {
        constexpr std::size_t slots_an_object = 16;
        constexpr std::size_t worth_at_most = 512;
        if (!compare_next(ready, passed)) {
            return true;
        }
        const std::size_t most = passed.objects() + look_again;
        return most != 0 &&
               (most >= worth_at_most || most >= home.hazard_slots() / slots_an_object ||
                passed.bytes() >= urgent_bytes);
    }

    /// What a step needs: some of what is ready, or all that can be compared.
    void take_for_step(hand& h, const disposal& how) noexcept {
        if (!compare_next(ready, passed)) {
            const retired_weight before{ready.objects(), ready.bytes()};
            h.doom(ready, how);
            count_out({before.objects - ready.objects(), before.bytes - ready.bytes()});
            return;
        }
        h.passed.splice(passed);
        if (look_again != 0) {
            h.again.splice(announced);
        }
        for (std::size_t i = 0; i < spare_kinds; ++i) {
            h.room[i] = shelves[i].room_left();
        }
        h.look = std::exchange(look_again, 0);
        count_out(h.weight());
    }
    /// All that does not wait for sections.
    void take_what_has_passed(hand& h) noexcept {
        h.passed.splice(passed);
        h.ready.splice(ready);
        take_spares(h);
        h.again.splice(announced);
        h.look = std::exchange(look_again, 0);
        count_out(h.weight());
    }
    /// All, in addition to what the hand has.
    void take_all(hand& h, const disposal& how) noexcept {
        for (shelf& s : shelves) {
            if (retired* const r = s.take()) {
                how.push(h.ready, r);
            }
        }
        const retired_weight before = h.weight();
        h.passed.splice(announced);
        h.passed.splice(passed);
        h.passed.splice(waiting);
        h.passed.splice(fresh);
        h.ready.splice(ready);
        take_spares(h);
        unsealed = 0;
        look_again = 0;
        const retired_weight after = h.weight();
        count_out({after.objects - before.objects, after.bytes - before.bytes});
    }
    void put_back(hand& h) noexcept {
        count_in(h.weight());
        passed.splice(h.passed);
        h.ready.splice(ready);
        ready.splice(h.ready);
        for (std::size_t i = 0; i < spare_kinds; ++i) {
            shelves[i].spares.splice(h.spares[i]);
        }
        h.again.splice(announced);
        h.again.splice(h.announced);
        announced.splice(h.again);
        look_again = smaller_of(announced.objects(), larger_of(look_again, h.look));
    }

private:
    void take_spares(hand& h) noexcept {
        for (shelf& s : shelves) {
            h.ready.splice(s.spares);
        }
    }
    void count_in(retired_weight w) noexcept {
        add(objects, w.objects);
        add(bytes, w.bytes);
    }
    void count_out(retired_weight w) noexcept {
        subtract(objects, w.objects);
        subtract(bytes, w.bytes);
    }
    static void add(atomic<std::size_t>& to, std::size_t what) noexcept {
        to.store(to.load(std::memory_order_relaxed) + what, std::memory_order_relaxed);
    }
    static void subtract(atomic<std::size_t>& from, std::size_t what) noexcept {
        from.store(from.load(std::memory_order_relaxed) - what, std::memory_order_relaxed);
    }
};

}  // namespace syncmap::inline v0::detail
