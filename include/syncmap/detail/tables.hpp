// SPDX-License-Identifier: BSL-1.0
//
// The life of a map's tables: the first one, successors, moving, promotion, clearing, the end.
//
// I1  `read` changes in three ways only: from null to a first table, from a table to its successor when all
//     its buckets have moved (promotion), and to null (clear).
// I2  An operation that found its table before a clear() belongs before the clear: it may finish in that
//     table, but it cannot promote it, nor give a successor to the one that is `read` now.
// I3  One operation moves at most `units_per_write` units, that is twice as many buckets of `read`.
// I4  All that an operation unlinks is handed to the garbage when its section is over.
// I5  A successor that cannot be had (no memory) is done without: the map goes on as it is.
// Used by engine.hpp, as its base.
#pragma once

#include "../hash.hpp"
#include "../stats.hpp"
#include "disposer.hpp"
#include "reclaim/hazard.hpp"

namespace syncmap::inline v0::detail {

/// For programs that show a map's inside, as site/machine does: they define it, and can then get at `impl_`
/// of a map and at `read_` here, while nobody changes the map. The library itself never defines it.
struct inspector;

template <class Key, class T, class Hash, class Allocator>
class tables : public disposer<Key, T, Allocator> {
public:
    using base = disposer<Key, T, Allocator>;
    using typename base::generation_type;
    using typename base::lay;
    using typename base::node;
    using typename base::slot;
    using typename base::table_type;
    using memory_type = memory<Key, T, Allocator>;
    using base::garbage_;

    static constexpr unsigned units_per_write = 3;  ///< the one at home and two more
    static constexpr unsigned units_per_miss = 1;
    /// Units a helper looks at to find one to move.
    static constexpr unsigned look_ahead = limit(16U, 2U);

    tables(const Hash& hash, const Allocator& memory_from)
        : base(memory_from), home_(&domain::process()), hash_(hash) {}
    tables(tables&& other) noexcept
        : base(std::move(other)), read_(other.read_.exchange(nullptr, std::memory_order_relaxed)),
          home_(other.home_), hash_(other.hash_) {}
    tables(const tables&) = delete;
    tables& operator=(const tables&) = delete;

    // --- sections -------------------------------------------------------------------------------

    /// Hands over what an operation has unlinked, when its section is over.
    class debris {
    public:
        explicit debris(tables& owner) noexcept : owner_(owner) {}
        debris(const debris&) = delete;
        debris& operator=(const debris&) = delete;
        SYNCMAP_INLINE ~debris() {
            if (!list.empty() || owner_.garbage_.is_turn()) [[unlikely]] {
                hand_over();
            }
        }
        retired_list list{};
        std::uint32_t place = 0;

    private:
        SYNCMAP_NOINLINE void hand_over() {
            owner_.garbage_.take_over(list, place, *owner_.home_, owner_.how_to_dispose());
        }

        tables& owner_;
    };

    /// A section that may change the map. The debris goes last, after the section.
    class operation {
    public:
        SYNCMAP_INLINE explicit operation(tables& owner) : debris_(owner), section_(*owner.home_) {
            under_lock::assert_not_under(owner.identity());
            debris_.place = place_of(section_.record());
        }
        [[nodiscard]] thread_record& record() const noexcept { return section_.record(); }
        [[nodiscard]] retired_list& unlinked() noexcept { return debris_.list; }

    private:
        debris debris_;
        section section_;
    };

    /// Whose limbo a thread uses: its own; but one is enough for a flat map, which retires nothing but tables.
    static std::uint32_t place_of(const thread_record& me) noexcept {
        return lay::flat ? 0 : me.index;
    }

    // --- hashing and comparing ------------------------------------------------------------------

    template <class K>
    [[nodiscard]] std::uint64_t hash_of(const K& key) const {
        return detail::spread<Hash>(hash_(key));
    }
    /// For the mover: the hash of an entry.
    [[nodiscard]] std::uint64_t hash_in(const slot& s) const {
        if constexpr (lay::flat) {
            return hash_of(s.load_key().get());
        } else {
            return s.load()->hash();
        }
    }
    /// Asks for the nodes that these slots lead to.
    void expect_nodes([[maybe_unused]] const slot* at, [[maybe_unused]] slot_mask which) const {
        if constexpr (!lay::flat) {
            for (; which != 0; which &= which - 1) {
                detail::prefetch(at[first_slot(which)].load());
            }
        }
    }
    using base::make_overflow;

    // --- the members that users call --------------------------------------------------------------

    void clear() {
        operation op(*this);
        // (N3) From here on others find nothing; what was linked before is ours to retire. A write: engine.hpp, I5.
        table_type* const t = detail::exchange_and_fence(read_, nullptr);
        if (t != nullptr) {
            generation_type* const g = t->gen;
            g->root = t;
            const std::size_t nodes = lay::flat ? 0 : g->entries.sum(home_->records());
            g->weight = {1 + nodes, sizeof(*g) + base::bytes_of(*t) + nodes * sizeof(node)};
            op.unlinked().push(g, g->weight);
        }
    }

    SYNCMAP_RARE void reserve(std::size_t n) {
        const std::uint32_t bits = bits_for(n);
        if (n == 0) {
            return;
        }
        for (bool enough = false; !enough;) {
            operation op(*this);
            table_type* t = read_table();
            if (t == nullptr) {
                t = make_first_table(bits, op.record());
            }
            table_type* const next = t->successor.load(std::memory_order_acquire);
            enough = (next != nullptr ? next : t)->bits >= bits;
            if (enough) {
                t->gen->compact.store(false, std::memory_order_relaxed);
                raise_to(t->gen->floor, bits, std::memory_order_relaxed);
            } else if (next == nullptr) {
                start_successor(*t, bits, true);
            } else {
                // Too small: be done with it, then start the right one.
                if (!move_all(op.unlinked(), *t, *next)) {
                    throw_bad_alloc();  // most likely; or Hash has thrown
                }
            }
        }
    }

    SYNCMAP_RARE void shrink_to_fit() {
        operation op(*this);
        table_type* const t = read_table();
        if (t != nullptr) {
            t->gen->floor.store(0, std::memory_order_relaxed);
            t->gen->compact.store(true, std::memory_order_relaxed);
            resize_if_due(*t);
        }
    }

    [[nodiscard]] std::size_t size() {
        const section inside(*home_);
        const table_type* const t = read_table();
        return t != nullptr ? t->gen->entries.sum(home_->records()) : 0;
    }

    [[nodiscard]] map_stats stats() {
        map_stats s;
        const retired_weight garbage = garbage_.weight();
        s.retired_objects = garbage.objects;
        s.retired_bytes = garbage.bytes;
        const section inside(*home_);
        const table_type* const t = read_table();
        if (t == nullptr) {
            return s;
        }
        s.size = t->gen->entries.sum(home_->records());
        s.buckets = t->buckets();
        s.load_factor = static_cast<double>(s.size) / static_cast<double>(s.buckets);
        s.misses = t->gen->misses.load(std::memory_order_relaxed);
        s.promotions = t->gen->promotions.load(std::memory_order_relaxed);
        s.overflow_buckets = t->overflow_count.load(std::memory_order_relaxed);
        if (const table_type* const next = t->successor.load(std::memory_order_acquire)) {
            s.amended = true;
            s.moved_buckets = t->moved.load(std::memory_order_relaxed);
            s.overflow_buckets += next->overflow_count.load(std::memory_order_relaxed);
        }
        return s;
    }

    void reclaim() {
        if (garbage_.sweeping()) {
            return;  // called by a destructor that the garbage runs: waiting would be for itself
        }
        garbage_.reclaim(*home_, base::how_to_dispose(),
                         this_thread.sweeps == nullptr && !home_->inside_section());
    }

    /// Not concurrent-safe.
    void swap(tables& other) noexcept {
        table_type* const mine = read_.load(std::memory_order_relaxed);
        read_.store(other.read_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        other.read_.store(mine, std::memory_order_relaxed);
        garbage_.swap(other.garbage_);
        using std::swap;
        swap(home_, other.home_);
        swap(hash_, other.hash_);
    }
    /// Not concurrent-safe: nobody may use the map.
    SYNCMAP_RARE void destroy_everything() noexcept {
        do {
            if (table_type* const t = read_.exchange(nullptr, std::memory_order_relaxed)) {
                retired_list parts;
                t->gen->root = t;
                for (bool gone = false; !gone;) {
                    gone = base::destroy_generation(t->gen, parts);
                    garbage::assert_not_announced(parts, *home_, base::how_to_dispose());
                    base::destroy_list(parts);
                }
            }
            garbage_.destroy_all(*home_, base::how_to_dispose());
            // A value's destructor may have stored something again.
        } while (read_.load(std::memory_order_relaxed) != nullptr);
    }

    void set_hash_function(const tables& other) { hash_ = other.hash_; }
    [[nodiscard]] const Hash& hash_function() const noexcept { return hash_; }
    using base::allocator;
    using base::set_allocator;
    [[nodiscard]] domain& home() const noexcept { return *home_; }
    /// What under_lock knows the map by.
    [[nodiscard]] const void* identity() const noexcept { return this; }

protected:
    [[nodiscard]] table_type* read_table() const noexcept {
        return read_.load(std::memory_order_seq_cst);  // (N1) pairs with (N2); as (B1)
    }

    /// After a load that has met a moved bucket: moves one, if nobody is in the way; waits for nobody, allocates
    /// nothing, makes no system call. Runs no user code but Hash, because a fork of the process waits for this.
    SYNCMAP_NOINLINE void pay_for_miss() {
        const section inside(*home_);
        thread_record& me = inside.record();
        const domain::help_guard may_help(*home_, me);
        table_type* const t = may_help ? read_table() : nullptr;
        if (t == nullptr) {
            return;
        }
        t->gen->misses.fetch_add(1, std::memory_order_relaxed);
        table_type* const next = t->successor.load(std::memory_order_acquire);
        if (next != nullptr && move_some(*t, *next, moved_by::load, units_per_miss)) {
            garbage_.try_take_over(place_of(me),
                                   [&](retired_list& out) { promote(out, *t, *next); });
        }
    }

    /// The table that is `read` now: a new one, or that of a thread that was faster. May throw.
    SYNCMAP_RARE table_type* make_first_table(std::uint32_t bits, const thread_record& me) {
        garbage_.prepare(place_of(me), base::how_to_dispose());
        generation_type* const g = base::make_generation(home_->next_serial());
        table_type* t = nullptr;
        SYNCMAP_TRY { t = base::make_table(*g, bits); }
        SYNCMAP_CATCH_ALL {
            base::free_generation(g);
            SYNCMAP_RETHROW;
        }
        widen(*g, bits);
        t->construct_all(static_cast<std::uint32_t>(home_->now() - 1));
        table_type* expected = nullptr;
        // (N2) release: pairs with (N1): who finds the table finds its buckets.
        if (!read_.compare_exchange_strong(expected, t, std::memory_order_acq_rel,
                                           std::memory_order_acquire)) {
            base::free_table(t);
            base::free_generation(g);
            return expected;
        }
        return t;
    }

    /// More counter cells for a map that is getting large. Optional.
    void widen(generation_type& g, std::uint32_t bits) noexcept {
        SYNCMAP_TRY {
            if (bits >= limit(7U, 2U) && g.entries.cells() == nullptr) {
                counter_cells* const cells = base::make_cells();
                if (!g.entries.install(cells)) {
                    base::free_cells(cells);
                }
            }
        }
        SYNCMAP_CATCH_ALL {}
    }

    static std::uint32_t count_interval(std::uint32_t bits) noexcept {
        return bits <= 7 ? limit(8U, 1U) : bits >= 14 ? 1024U : 1U << (bits - 4);
    }

    /// Starts a successor if the table is `read`, and too full, too chained or too empty.
    SYNCMAP_RARE void resize_if_due(table_type& t) noexcept {
        if (t.unsettled.load(std::memory_order_relaxed)) {  // its line is read by every operation
            t.unsettled.store(false, std::memory_order_relaxed);
        }
        if (read_table() != std::addressof(t) ||
            t.successor.load(std::memory_order_acquire) != nullptr) {
            return;
        }
        generation_type& g = *t.gen;
        const std::size_t live = g.entries.sum(home_->records());
        const std::uint32_t floor = g.floor.load(std::memory_order_relaxed);
        if (floor != 0 && live >= shrink_limit(floor)) {
            g.floor.store(0, std::memory_order_relaxed);
        }
        const bool compact = g.compact.load(std::memory_order_relaxed);
        std::uint32_t bits = t.bits;
        if (live > grow_limit(bits)) {
            ++bits;
        } else if (t.overflow_count.load(std::memory_order_relaxed) >
                   t.overflow_limit.load(std::memory_order_relaxed)) {
            bits += live > grow_limit(bits) / 2 ? 1U : 0U;
        } else if (bits > floor &&
                   (live < shrink_limit(bits) || (compact && bits > bits_for(live)))) {
            --bits;
        } else {
            if (compact) {
                g.compact.store(false, std::memory_order_relaxed);
            }
            return;
        }
        // Without memory for it the map goes on as it is, and tries again after more writes.
        SYNCMAP_TRY { start_successor(t, bits, false); }
        SYNCMAP_CATCH_ALL {}
    }

    SYNCMAP_RARE bool start_successor(table_type& t, std::uint32_t bits, bool construct_now) {
        if (read_table() != std::addressof(t)) {
            return false;
        }
        table_type* const made = base::make_table(*t.gen, bits);
        if (construct_now) {
            made->construct_all(static_cast<std::uint32_t>(home_->now() - 1));
        }
        widen(*t.gen, bits);
        table_type* expected = nullptr;
        if (!t.successor.compare_exchange_strong(expected, made, std::memory_order_acq_rel,
                                                 std::memory_order_acquire)) {
            base::free_table(made);
            return false;
        }
        return true;
    }

    using mover_type = mover<slot, tables>;

    /// Before a write: the unit of its bucket. True when that has moved.
    bool move_home(table_type& from, table_type& to, std::uint64_t hash) {
        mover_type m(from, to, *this, moved_by::write);
        return move(from, m, m.unit_of(from.bucket_of(hash)));
    }

    /// A unit, waiting for its locks. True when it has moved, here or in other hands.
    static bool move(table_type& from, mover_type& m, std::size_t unit) {
        if (m.moved(unit)) {
            return true;
        }
        m.lock(unit);
        return move_and_unlock(from, m, unit);
    }
    static bool move_and_unlock(table_type& from, mover_type& m, std::size_t unit) {
        bool done = m.moved(unit);
        if (!done && m.move_locked(unit)) {
            // (N4) acq_rel: whoever finds that all have moved has the work of all behind it when it promotes. Counted
            // under the locks: a thread that is stopped in between holds them, and is known to be in the way.
            from.moved.fetch_add(m.sources(), std::memory_order_acq_rel);
            done = true;
        }
        m.unlock(unit);
        return done;
    }
    static bool all_moved(const table_type& t) noexcept {
        return t.moved.load(std::memory_order_acquire) == t.buckets();  // (N4)
    }

    /// Moves up to `count` units, wherever they are; never waits. True when all have moved: whoever finds that
    /// promotes, so that nobody has to wait for the one who has moved the last.
    bool move_some(table_type& from, table_type& to, moved_by who, unsigned count) {
        if (all_moved(from)) {
            return true;
        }
        mover_type m(from, to, *this, who);
        // Each helper has units of its own to look at; those that are left over are found the next time round.
        std::size_t unit = from.cursor.fetch_add(look_ahead, std::memory_order_relaxed);
        for (unsigned looked = 0; looked < look_ahead && count != 0; ++looked, ++unit) {
            const std::size_t at = unit & (m.units() - 1);
            if (!m.moved(at) && m.try_lock(at)) {
                move_and_unlock(from, m, at);
                --count;
            }
        }
        return all_moved(from);
    }

    /// A write's share in moving, beside its own bucket.
    void help(retired_list& unlinked, unsigned count) {
        table_type* const t = read_table();
        table_type* const next =
            t != nullptr ? t->successor.load(std::memory_order_acquire) : nullptr;
        if (next != nullptr && move_some(*t, *next, moved_by::write, count)) [[unlikely]] {
            promote(unlinked, *t, *next);
            resize_if_due(*next);
        }
    }

    /// All units, waiting for whoever has one in hand, and promotes. False if one cannot be moved.
    SYNCMAP_RARE bool move_all(retired_list& unlinked, table_type& t, table_type& next) {
        mover_type m(t, next, *this, moved_by::write);
        bool all = true;
        for (std::size_t unit = 0; unit < m.units(); ++unit) {
            all = move(t, m, unit) && all;
        }
        if (all) {
            promote(unlinked, t, next);
        }
        return all;
    }

    /// All units have moved: `dirty` becomes `read`, unless it has already, or the map has been cleared meanwhile.
    SYNCMAP_RARE void promote(retired_list& unlinked, table_type& from, table_type& to) {
        // Chains that this rebuild did not get rid of would not go by another one.
        to.overflow_limit.store(larger_of(to.default_overflow_limit(),
                                          2 * to.overflow_count.load(std::memory_order_relaxed)),
                                std::memory_order_relaxed);
        to.unsettled.store(true, std::memory_order_relaxed);
        table_type* expected = std::addressof(from);
        if (read_.compare_exchange_strong(expected, std::addressof(to),
                                          std::memory_order_acq_rel,  // (N2)
                                          std::memory_order_relaxed)) {
            to.gen->promotions.fetch_add(1, std::memory_order_relaxed);
            base::unlink_table(std::addressof(from), unlinked);
        }
    }

private:
    friend struct inspector;

    atomic<table_type*> read_{nullptr};
    domain* home_;
    SYNCMAP_NO_UNIQUE_ADDRESS Hash hash_;
};

}  // namespace syncmap::inline v0::detail
