// SPDX-License-Identifier: BSL-1.0
//
// The engine: finding without a lock, changing under the lock of one bucket, and the life of the tables.
//
// I1  A thread holds at most one bucket lock at a time (but for the sources of a unit: successor.hpp, I1).
// I2  Under a lock no user code runs but KeyEqual, Hash (when flat entries move) and the allocator (for
//     overflow buckets); each may throw, and nothing has changed then.
// I3  All that an operation unlinks is handed to the garbage when its section is over.
// I4  An operation that found its table before a clear() belongs before the clear: it may finish in that
//     table, but it cannot promote it, nor give a successor to the one that is `read` now.
// I5  One operation moves at most `units_per_write` units, that is twice as many buckets of `read`.
// What users call is in operations.hpp, on top of this.
#pragma once

#include <mutex>

#include "../hash.hpp"
#include "../stats.hpp"
#include "hazard.hpp"
#include "successor.hpp"
#include "supply.hpp"

namespace syncmap::inline v0::detail {

/// What find() found. Valid while the section lasts.
template <class Key, class T>
struct hit {
    typename layout<Key, T>::token token{};
};

enum class verb { keep, put, erase };  ///< what a write is to do with what it found

enum class result {
    kept,       ///< nothing changed
    inserted,   ///< there was no entry
    replaced,
    erased,
    needs_key,  ///< nothing changed: there is no entry, and the supply has no key for one
};

template <class Token>
struct outcome {
    detail::result result;
    bool present;  ///< there was an entry,
    Token before;  ///< and this was its token
};

template <class Key, class T, class Hash, class KeyEqual, class Allocator>
class engine : protected memory<Key, T, Allocator> {
public:
    using base = memory<Key, T, Allocator>;
    using lay = layout<Key, T>;
    using slot = typename lay::slot;
    using node = typename lay::node;
    using token = typename lay::token;
    using table_type = table<slot>;
    using generation_type = generation<slot>;
    using overflow_type = overflow_bucket<slot>;
    using view = bucket_view<slot>;
    using supply_type = supply<Key, T, Allocator>;

    static constexpr unsigned units_per_write = 3;  ///< the one at home and two more
    static constexpr unsigned units_per_miss = 1;
    static constexpr unsigned look_ahead = 16;      ///< units a helper looks at to find one to move

    engine(const Hash& hash, const KeyEqual& equal, const Allocator& memory_from)
        : base(memory_from), home_(&domain::process()), hash_(hash), equal_(equal) {}
    engine(engine&& other) noexcept
        : base(other.allocator()),
          read_(other.read_.exchange(nullptr, std::memory_order_relaxed)),
          home_(other.home_),
          garbage_(std::move(other.garbage_)),
          hash_(other.hash_),
          equal_(other.equal_) {}
    engine& operator=(const engine&) = delete;
    ~engine() { destroy_everything(); }

    // --- sections -------------------------------------------------------------------------------

    /// Hands over what an operation has unlinked, when its section is over.
    class debris {
    public:
        explicit debris(engine& e) noexcept : engine_(e) {}
        debris(const debris&) = delete;
        debris& operator=(const debris&) = delete;
        ~debris() {
            if (!list.empty()) {
                engine_.garbage_.retire(list, thread_index, *engine_.home_, engine_);
            }
            if (engine_.garbage_.behind()) [[unlikely]] {
                engine_.garbage_.catch_up(*engine_.home_, engine_);
            }
        }
        retired_list list;
        std::uint32_t thread_index = 0;

    private:
        engine& engine_;
    };

    /// A section that may change the map. The debris goes last, after the section.
    class operation {
    public:
        explicit operation(engine& e) : debris_(e), section_(*e.home_) {
            debris_.thread_index = section_.record().index;
        }
        [[nodiscard]] thread_record& record() const noexcept { return section_.record(); }
        void retire(retired* object, retired_weight w) noexcept {
            debris_.list.push(object, w.objects, w.bytes);
        }

    private:
        debris debris_;
        section section_;
    };

    // --- hashing and comparing ------------------------------------------------------------------

    template <class K>
    [[nodiscard]] std::uint64_t hash_of(const K& key) const {
        return spread<Hash>(hash_(key));
    }
    /// For the mover: the hash of an entry.
    [[nodiscard]] std::uint64_t hash_in(const slot& s) const {
        if constexpr (lay::flat) {
            return hash_of(s.load_key().get());
        } else {
            return s.load()->hash();
        }
    }
    [[nodiscard]] std::uint64_t now() const noexcept { return home_->now(); }
    using base::make_overflow;

    // --- finding --------------------------------------------------------------------------------

    /// Looks a key up, inside a section. Lock-free: looks again only after another thread has reused a
    /// slot of the bucket meanwhile. `missed`: a moved bucket was met on the way.
    template <class K>
    bool find(const K& key, std::uint64_t hash, hit<Key, T>& found, bool& missed) const {
        const std::uint8_t tag = tag_of(hash);
        // (N1) acquire: pairs with (N2).
        const table_type* t = read_.load(std::memory_order_acquire);
        while (t != nullptr) {
            const std::size_t i = t->index(hash);
            const tag_group& group = t->tags[i];
            const control look = group.load_control();
            if (look.moved()) {
                missed = true;
                t = t->successor.load(std::memory_order_acquire);  // (N1)
                continue;
            }
            probe p = probe_bucket(group, look, t->slots_of(i), tag, hash, key, found);
            if (p == probe::absent && look.overflow()) [[unlikely]] {
                p = probe_chain(t->home(i), tag, hash, key, found);
            }
            if (p != probe::changed) {
                return p == probe::found;
            }
        }
        return false;
    }

    /// Calls f(hit) inside a section if the key is there; says whether it was.
    template <class K, class F>
    bool read(const K& key, std::uint64_t hash, F&& f) {
        bool missed = false;
        bool present = false;
        {
            const section inside(*home_);
            hit<Key, T> found;
            present = find(key, hash, found, missed);
            if (present) {
                f(found, inside.record());
            }
        }
        if (missed) [[unlikely]] {
            pay_for_miss();
        }
        return present;
    }

    // --- changing -------------------------------------------------------------------------------

    /// Locks the key's bucket, asks decide(const token* current) what to do with the entry, and does it
    /// with what the supply brings. decide() must be quick and not throw.
    template <class K, class Decide>
    outcome<token> write(operation& op, const K& key, std::uint64_t hash, supply_type& s,
                         Decide&& decide) {
        table_type* t = read_.load(std::memory_order_acquire);  // (N1)
        for (;;) {
            if (t == nullptr) {
                if (decide(static_cast<const token*>(nullptr)) != verb::put) {
                    return {result::kept, false, {}};
                }
                if (!s.has_key()) {
                    return {result::needs_key, false, {}};
                }
                t = make_first_table(0);
            }
            if (table_type* const next = t->successor.load(std::memory_order_acquire)) {
                if (move_home(op, *t, *next, hash)) {
                    t = next;
                    continue;
                }
            }
            const std::size_t i = t->index(hash);
            outcome<token> done{result::kept, false, {}};
            bool chained = false;
            {
                const std::lock_guard lock(t->sides[i].lock);
                if (t->tags[i].load_control().moved()) {
                    t = t->successor.load(std::memory_order_acquire);
                    continue;
                }
                done = change_locked(op, *t, i, key, hash, s, decide, chained);
            }
            settle(op, *t, done.result, chained);
            return done;
        }
    }

    // --- the life of the tables -----------------------------------------------------------------

    void clear() {
        operation op(*this);
        // (N3) acq_rel: from here on others find nothing; what was linked before is ours to retire.
        table_type* const t = read_.exchange(nullptr, std::memory_order_acq_rel);
        if (t != nullptr) {
            generation_type* const g = t->gen;
            g->root = t;
            g->objects_left = lay::flat ? 0 : g->entries.sum();
            g->table_bytes = sizeof(*g) + bytes_of(*t);
            op.retire(g, weight(g));
        }
    }

    void reserve(std::size_t n) {
        const std::uint32_t bits = bits_for(n);
        if (n == 0) {
            return;
        }
        // Twice at most: once to be done with a successor that is too small, once to start the right one.
        for (int round = 0; round < 2; ++round) {
            operation op(*this);
            table_type* t = read_.load(std::memory_order_acquire);
            if (t == nullptr) {
                t = make_first_table(bits);
            }
            t->gen->compact.store(false, std::memory_order_relaxed);
            raise_floor(*t->gen, bits);
            table_type* const next = t->successor.load(std::memory_order_acquire);
            if (next != nullptr) {
                if (next->bits >= bits) {
                    return;
                }
                move_all(op, *t, *next);
            } else if (t->bits >= bits || start_successor(*t, bits, true)) {
                return;
            }
        }
    }

    void shrink_to_fit() {
        operation op(*this);
        table_type* const t = read_.load(std::memory_order_acquire);
        if (t != nullptr) {
            t->gen->floor.store(0, std::memory_order_relaxed);
            t->gen->compact.store(true, std::memory_order_relaxed);
            resize_if_due(op, *t);
        }
    }

    [[nodiscard]] std::size_t size() {
        const section inside(*home_);
        const table_type* const t = read_.load(std::memory_order_acquire);
        return t != nullptr ? t->gen->entries.sum() : 0;
    }

    [[nodiscard]] map_stats stats() {
        map_stats s;
        const retired_weight garbage = garbage_.weight();
        s.retired_objects = garbage.objects;
        s.retired_bytes = garbage.bytes;
        const section inside(*home_);
        const table_type* const t = read_.load(std::memory_order_acquire);
        if (t == nullptr) {
            return s;
        }
        s.size = t->gen->entries.sum();
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
        if (this_thread.sweeping) {
            return;  // called by a destructor that the garbage runs: waiting would be for itself
        }
        bool outside = false;
        {
            const section inside(*home_);
            outside = inside.outermost();
        }
        garbage_.reclaim(*home_, *this, outside);
    }

    /// Not concurrent-safe.
    void swap(engine& other) noexcept {
        table_type* const mine = read_.load(std::memory_order_relaxed);
        read_.store(other.read_.load(std::memory_order_relaxed), std::memory_order_relaxed);
        other.read_.store(mine, std::memory_order_relaxed);
        garbage_.swap(other.garbage_);
        using std::swap;
        swap(home_, other.home_);
        swap(hash_, other.hash_);
        swap(equal_, other.equal_);
    }
    /// Not concurrent-safe: nobody may use the map.
    void destroy_everything() noexcept {
        do {
            if (table_type* const t = read_.exchange(nullptr, std::memory_order_relaxed)) {
                retired_list parts;
                t->gen->root = t;
                while (!destroy_generation(t->gen, parts)) {
                    destroy_list(parts);
                }
                destroy_list(parts);
            }
            garbage::block* b = garbage_.destroy_all(*this);
            while (b != nullptr) {
                garbage::block* const older = b->older;
                base::free_garbage_block(b);
                b = older;
            }
            // A value's destructor may have stored something again.
        } while (read_.load(std::memory_order_relaxed) != nullptr);
    }

    void set_functions(const engine& other) {
        hash_ = other.hash_;
        equal_ = other.equal_;
    }
    [[nodiscard]] const Hash& hash_function() const noexcept { return hash_; }
    [[nodiscard]] const KeyEqual& key_equal() const noexcept { return equal_; }
    using base::allocator;
    using base::set_allocator;
    [[nodiscard]] domain& home() const noexcept { return *home_; }
    [[nodiscard]] base& memory_source() noexcept { return *this; }

    // --- the garbage's Disposer -----------------------------------------------------------------

    [[nodiscard]] static retired_weight weight(retired* r) noexcept {
        switch (r->kind()) {
            case retired_kind::value:
            case retired_kind::first_value: return {1, sizeof(box<T>)};
            case retired_kind::node: return {1, sizeof(node)};
            case retired_kind::table: return {1, bytes_of(*static_cast<table_type*>(r))};
            case retired_kind::generation: break;
        }
        const auto* const g = static_cast<generation_type*>(r);
        return {1 + g->objects_left, g->table_bytes + g->objects_left * sizeof(node)};
    }

    [[nodiscard]] static const void* address(retired* r) noexcept {
        if constexpr (!lay::word) {
            if (r->kind() <= retired_kind::first_value) {
                return node::address(static_cast<box<T>*>(r));
            }
        }
        if constexpr (!lay::flat) {
            if (r->kind() == retired_kind::node) {
                return as_node(r);
            }
        }
        return r;
    }

    bool destroy(retired* r, retired_list& unlinked) noexcept {
        switch (r->kind()) {
            case retired_kind::value:
            case retired_kind::first_value:
                if constexpr (!lay::word) {
                    base::release_value(static_cast<box<T>*>(r));
                }
                return true;
            case retired_kind::node:
                if constexpr (!lay::flat) {
                    destroy_node(as_node(r));
                }
                return true;
            case retired_kind::table: {
                auto* const t = static_cast<table_type*>(r);
                if (!free_overflows(*t)) {
                    return false;
                }
                base::free_table(t);
                return true;
            }
            case retired_kind::generation: break;
        }
        return destroy_generation(static_cast<generation_type*>(r), unlinked);
    }

protected:
    using base::construct;

    // --- walking, for walk.hpp ------------------------------------------------------------------

    [[nodiscard]] table_type* read_table() const noexcept {
        return read_.load(std::memory_order_acquire);
    }

    /// Asks for the cache lines that looking these hashes up will need: first the tags, then the slots.
    void prefetch_all(const std::uint64_t* hashes, std::size_t count) const noexcept {
        const table_type* const t = read_table();
        if (t == nullptr) {
            return;
        }
        for (std::size_t i = 0; i < count; ++i) {
            prefetch(t->tags + t->index(hashes[i]));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t b = t->index(hashes[i]);
            if (const slot_mask m = tag_view(t->tags[b]).match(tag_of(hashes[i])); m != 0) {
                prefetch(t->slots_of(b) + first_slot(m));
            }
        }
    }

    void pay_for_miss() {
        operation op(*this);
        if (!home_->begin_help(op.record())) {
            return;  // a fork is being prepared: nothing may be locked now
        }
        if (table_type* const t = read_.load(std::memory_order_acquire)) {
            t->gen->misses.fetch_add(1, std::memory_order_relaxed);
            help(op, units_per_miss);
        }
        domain::end_help(op.record());
    }

private:
    enum class probe { found, absent, changed };

    /// Types that `==` compares without looking anywhere else, whatever the bytes are: a key that may be
    /// half overwritten can be compared before the version has been checked.
    static constexpr bool compare_first =
        (std::is_integral_v<Key> || std::is_enum_v<Key> || std::is_pointer_v<Key>)&&
        (std::is_same_v<KeyEqual, std::equal_to<>> || std::is_same_v<KeyEqual, std::equal_to<Key>>);

    template <class K>
    probe probe_bucket(const tag_group& group, control look, const slot* slots, std::uint8_t tag,
                       [[maybe_unused]] std::uint64_t hash, const K& key, hit<Key, T>& found) const {
        for (slot_mask m = tag_view(group).match(tag); m != 0; m &= m - 1) {
            const slot& s = slots[first_slot(m)];
            if constexpr (lay::flat) {
                const auto unchanged = [&] {
                    return group.load_control().version() == look.version();
                };
                const auto k = s.load_key();
                if constexpr (!compare_first) {
                    if (!unchanged()) {
                        return probe::changed;
                    }
                }
                if (!equal_(k.get(), key)) {
                    continue;
                }
                found.token = s.load();
                return unchanged() ? probe::found : probe::changed;
            } else {
                const node* const n = s.load();
                if (n->hash() == hash && equal_(*n->key(), key)) {
                    found.token = n->load();
                    return probe::found;
                }
            }
        }
        return probe::absent;
    }

    template <class K>
    SYNCMAP_NOINLINE probe probe_chain(view home, std::uint8_t tag, std::uint64_t hash, const K& key,
                                       hit<Key, T>& found) const {
        for (view b = home.following(); b.tags != nullptr; b = b.following()) {
            const probe p =
                probe_bucket(*b.tags, b.tags->load_control(), b.slots, tag, hash, key, found);
            if (p != probe::absent) {
                return p;
            }
        }
        return probe::absent;
    }

    struct place {
        view bucket;
        unsigned slot;
    };

    template <class K>
    bool locate_locked(table_type& t, std::size_t i, std::uint64_t hash, const K& key, place& at,
                       token& current) const {
        const std::uint8_t tag = tag_of(hash);
        for (view b = t.home(i); b.tags != nullptr; b = b.following()) {
            for (slot_mask m = tag_view(*b.tags).match(tag); m != 0; m &= m - 1) {
                const slot& s = b.slots[first_slot(m)];
                if constexpr (lay::flat) {
                    const auto k = s.load_key();
                    if (!equal_(k.get(), key)) {
                        continue;
                    }
                    current = s.load();
                } else {
                    const node* const n = s.load();
                    if (n->hash() != hash || !equal_(*n->key(), key)) {
                        continue;
                    }
                    current = n->load();
                }
                at = {b, first_slot(m)};
                return true;
            }
        }
        return false;
    }

    template <class K, class Decide>
    outcome<token> change_locked(operation& op, table_type& t, std::size_t i, const K& key,
                                 std::uint64_t hash, supply_type& s, Decide& decide, bool& chained) {
        place at{};
        outcome<token> done{result::kept, false, {}};
        done.present = locate_locked(t, i, hash, key, at, done.before);
        const verb what = decide(done.present ? &done.before : nullptr);
        if (what == verb::put && done.present) {
            replace_locked(op, at, done.before, s);
            done.result = result::replaced;
        } else if (what == verb::put) {
            if (!s.has_key()) {
                done.result = result::needs_key;
            } else {
                chained = insert_locked(t, i, hash, s);
                done.result = result::inserted;
            }
        } else if (what == verb::erase && done.present) {
            erase_locked(op, at, done.before);
            done.result = result::erased;
        }
        return done;
    }

    void replace_locked(operation& op, const place& at, token before, supply_type& s) noexcept {
        slot& entry = at.bucket.slots[at.slot];
        if constexpr (lay::flat) {
            entry.store(s.value());
        } else {
            node* const n = entry.load();
            const token value = s.value();
            s.link_value();
            n->store(value);
            if constexpr (!lay::word) {
                if (before == n->first()) {
                    n->separate();
                }
                op.retire(before, weight(before));
            }
        }
    }

    void erase_locked(operation& op, const place& at, token before) noexcept {
        at.bucket.tags->set_tag(at.slot, tag_dead);
        if constexpr (!lay::flat) {
            node* const n = at.bucket.slots[at.slot].load();
            if constexpr (!lay::word) {
                if (before != n->first()) {
                    op.retire(before, weight(before));
                }
            }
            retired* const r = static_cast<keyed<Key>*>(n);
            op.retire(r, weight(r));
        }
    }

    /// Into an unused slot of the chain, or a dead one, or a new overflow bucket (true then).
    bool insert_locked(table_type& t, std::size_t i, std::uint64_t hash, supply_type& s) {
        const std::uint8_t tag = tag_of(hash);
        for (view b = t.home(i); b.tags != nullptr; b = b.following()) {
            const tag_view tags(*b.tags);
            slot_mask room = tags.match(tag_empty);
            if (room == 0) {
                room = tags.match(tag_dead);
                if (room == 0 || !may_reuse(b)) {
                    continue;
                }
                b.tags->bump_version();
            }
            fill(b.slots[first_slot(room)], s);
            b.tags->set_tag(first_slot(room), tag);
            return false;
        }
        overflow_type* const made = base::make_overflow();
        made->stamp = static_cast<std::uint32_t>(home_->now() - 1);
        fill(made->slots[0], s);
        made->tags.set_tag(0, tag);
        t.link_in_chain(i, made);
        return true;
    }

    void fill(slot& empty, supply_type& s) noexcept {
        if constexpr (lay::flat) {
            empty.store_key(s.key());
            empty.store(s.value());
        } else {
            empty.store(s.prepare_node());
        }
        s.linked_entry();
    }

    /// A reader tells a slot's lives apart by the bucket's version, which has 14 bits. So that it cannot
    /// come round within one section, each half of its range begins only when all sections are over that
    /// were open when the half before began. When they are not, the bucket's dead slots have to wait.
    bool may_reuse(const view& b) noexcept {
        constexpr unsigned half = control::versions / 2;
        if ((b.tags->load_control().version() + 1) % half != 0) [[likely]] {
            return true;
        }
        const std::uint64_t stamp = home_->stamp();
        const std::uint64_t oldest = home_->oldest();
        const auto since = static_cast<std::int32_t>(static_cast<std::uint32_t>(oldest) - *b.stamp);
        if (oldest != ~std::uint64_t{0} && since <= 0) {
            return false;
        }
        *b.stamp = static_cast<std::uint32_t>(stamp);
        return true;
    }

    // --- tables ---------------------------------------------------------------------------------

    /// Frees what a failed allocation leaves behind.
    SYNCMAP_NOINLINE table_type* make_first_table(std::uint32_t bits) {
        if (garbage_.newest() == nullptr) {
            garbage::block* const b = base::make_garbage_block(1);
            if (!garbage_.install(nullptr, b)) {
                base::free_garbage_block(b);
            }
        }
        generation_type* const g = base::make_generation();
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

    /// More counter cells and more garbage stripes for a map that is getting large. Optional.
    void widen(generation_type& g, std::uint32_t bits) noexcept {
        SYNCMAP_TRY {
            if (bits >= 7 && g.entries.cells() == nullptr) {
                counter_cells* const cells = base::make_cells();
                if (!g.entries.install(cells)) {
                    base::free_cells(cells);
                }
            }
            garbage::block* const block = garbage_.newest();
            if (!lay::flat && bits >= 6 && block->count == 1) {
                garbage::block* const wider = base::make_garbage_block(8);
                if (!garbage_.install(block, wider)) {
                    base::free_garbage_block(wider);
                }
            }
        }
        SYNCMAP_CATCH_ALL {}
    }

    static std::uint32_t count_interval(std::uint32_t bits) noexcept {
        return bits <= 7 ? 8 : bits >= 14 ? 1024 : 1U << (bits - 4);
    }

    /// After a write: counts, pays for moving, and looks whether another table is due.
    void settle(operation& op, table_type& t, result r, bool chained) {
        bool look = chained;
        if (r == result::inserted || r == result::erased) {
            look = t.gen->entries.add(op.record(), r == result::inserted ? 1 : -1,
                                      count_interval(t.bits)) ||
                   chained;
        }
        if (look) {
            resize_if_due(op, t);
        }
        help(op, units_per_write - 1);
    }

    /// Starts a successor if the table is `read`, and too full, too chained or too empty.
    void resize_if_due(operation& op, table_type& t) noexcept {
        if (read_.load(std::memory_order_acquire) != &t ||
            t.successor.load(std::memory_order_acquire) != nullptr) {
            return;
        }
        generation_type& g = *t.gen;
        const std::size_t live = g.entries.sum();
        const std::uint32_t floor = g.floor.load(std::memory_order_relaxed);
        if (floor != 0 && live >= shrink_limit(floor)) {
            g.floor.store(0, std::memory_order_relaxed);
        }
        const bool compact = g.compact.load(std::memory_order_relaxed);
        std::uint32_t bits = t.bits;
        if (live > grow_limit(bits)) {
            ++bits;
        } else if (t.overflow_count.load(std::memory_order_relaxed) > t.overflow_limit) {
            bits += live > grow_limit(bits) / 2 ? 1 : 0;
        } else if (bits > floor && (live < shrink_limit(bits) || (compact && bits > bits_for(live)))) {
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
        static_cast<void>(op);
    }

    bool start_successor(table_type& t, std::uint32_t bits, bool construct_now) {
        if (read_.load(std::memory_order_acquire) != &t) {
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

    static void raise_floor(generation_type& g, std::uint32_t bits) noexcept {
        std::uint32_t old = g.floor.load(std::memory_order_relaxed);
        while (old < bits && !g.floor.compare_exchange_weak(old, bits, std::memory_order_relaxed)) {
        }
    }

    using mover_type = mover<slot, engine>;

    /// Before a write: the unit of its bucket. True when that has moved.
    bool move_home(operation& op, table_type& from, table_type& to, std::uint64_t hash) {
        mover_type m(from, to, *this);
        const std::size_t unit = m.unit_of_bucket(from.index(hash));
        if (m.moved(unit)) {
            return true;
        }
        m.lock(unit);
        return move_and_unlock(op, from, to, m, unit);
    }

    bool move_and_unlock(operation& op, table_type& from, table_type& to, mover_type& m,
                         std::size_t unit) {
        if (m.moved(unit)) {
            m.unlock(unit);
            return true;
        }
        const bool done = m.move_locked(unit);
        m.unlock(unit);
        // (N4) acq_rel: the last mover has all the others' work behind it when it promotes.
        if (done && from.moved.fetch_add(m.sources(), std::memory_order_acq_rel) + m.sources() ==
                        from.buckets()) {
            promote(op, from, to);
        }
        return done;
    }

    /// Moves up to `count` units, wherever they are; never waits.
    void help(operation& op, unsigned count) {
        table_type* const t = read_.load(std::memory_order_acquire);
        table_type* const next = t != nullptr ? t->successor.load(std::memory_order_acquire) : nullptr;
        if (next == nullptr) [[likely]] {
            return;
        }
        mover_type m(*t, *next, *this);
        std::size_t unit = t->cursor.load(std::memory_order_relaxed) % m.units();
        for (unsigned looked = 0; looked < look_ahead && count != 0; ++looked) {
            if (!m.moved(unit) && m.try_lock(unit)) {
                move_and_unlock(op, *t, *next, m, unit);
                --count;
            }
            unit = unit + 1 == m.units() ? 0 : unit + 1;
        }
        t->cursor.store(unit, std::memory_order_relaxed);
    }

    void move_all(operation& op, table_type& t, table_type& next) {
        mover_type m(t, next, *this);
        for (std::size_t unit = 0; unit < m.units(); ++unit) {
            if (!m.moved(unit)) {
                m.lock(unit);
                move_and_unlock(op, t, next, m, unit);
            }
        }
    }

    /// The last unit has moved: `dirty` becomes `read`, unless the map has been cleared meanwhile.
    SYNCMAP_NOINLINE void promote(operation& op, table_type& from, table_type& to) {
        // Chains that this rebuild did not get rid of would not go by another one.
        to.overflow_limit = std::max(to.default_overflow_limit(),
                                     2 * to.overflow_count.load(std::memory_order_relaxed));
        to.gen->promotions.fetch_add(1, std::memory_order_relaxed);
        table_type* expected = &from;
        if (read_.compare_exchange_strong(expected, &to, std::memory_order_acq_rel,  // (N2)
                                          std::memory_order_relaxed)) {
            op.retire(&from, weight(&from));
            resize_if_due(op, to);
        }
    }

    // --- destroying -----------------------------------------------------------------------------

    static std::size_t bytes_of(const table_type& t) noexcept {
        return t.bytes() +
               t.overflow_count.load(std::memory_order_relaxed) * sizeof(overflow_type);
    }

    static node* as_node(retired* r) noexcept
        requires(!lay::flat)
    {
        return static_cast<node*>(static_cast<keyed<Key>*>(r));
    }

    void destroy_node(node* n) noexcept {
        if constexpr (!lay::word) {
            if (!n->separate_parts()) {
                base::destroy(n->first()->value());
                n->drop_first();
            }
        }
        base::release_key(n);
    }

    void destroy_list(retired_list& list) noexcept {
        retired_list none;
        while (!list.empty()) {
            const retired_weight w = weight(list.front());
            destroy(list.pop(w.objects, w.bytes), none);
        }
    }

    /// A step of freeing a table's overflow buckets; true when all are gone.
    bool free_overflows(table_type& t) noexcept {
        overflow_type* b = t.overflows.load(std::memory_order_acquire);
        std::size_t freed = 0;
        for (; b != nullptr && freed < garbage::sweep_budget; ++freed) {
            overflow_type* const next = b->next_of_table;
            base::free_overflow(b);
            b = next;
        }
        t.overflows.store(b, std::memory_order_relaxed);
        t.overflow_count.fetch_sub(freed, std::memory_order_relaxed);
        return b == nullptr;
    }

    /// Unlinks all nodes of a bucket and its chain that nobody can reach any more.
    void unlink_all(view b, retired_list& out, generation_type& g) noexcept {
        if constexpr (!lay::flat) {
            for (; b.tags != nullptr; b = b.following()) {
                for (slot_mask live = tag_view(*b.tags).live(); live != 0; live &= live - 1) {
                    node* const n = b.slots[first_slot(live)].load();
                    if constexpr (!lay::word) {
                        if (token const value = n->load(); value != n->first()) {
                            const retired_weight w = weight(value);
                            out.push(value, w.objects, w.bytes);
                        }
                    }
                    retired* const r = static_cast<keyed<Key>*>(n);
                    const retired_weight w = weight(r);
                    out.push(r, w.objects, w.bytes);
                    g.objects_left -= g.objects_left != 0 ? 1 : 0;
                }
            }
        }
    }

    /// A step of destroying what a map held when it was cleared. A bucket that has moved is found through
    /// its heirs: those of the others were never constructed.
    bool destroy_generation(generation_type* g, retired_list& unlinked) noexcept {
        constexpr std::size_t step = 64;
        table_type* const t = g->root;
        if (t != nullptr) {
            table_type* const next = t->successor.load(std::memory_order_acquire);
            if constexpr (!lay::flat) {
                for (std::size_t n = 0; g->next_bucket < t->buckets(); ++n, ++g->next_bucket) {
                    if (n == step) {
                        return false;
                    }
                    if (!t->tags[g->next_bucket].load_control().moved()) {
                        unlink_all(t->home(g->next_bucket), unlinked, *g);
                        continue;
                    }
                    const mover_type m(*t, *next, *this);
                    const std::size_t unit = m.unit_of_bucket(g->next_bucket);
                    for (std::size_t i = 0;
                         g->next_bucket == m.first_source(unit) && i < m.heirs(); ++i) {
                        unlink_all(next->home(m.first_heir(unit) + i), unlinked, *g);
                    }
                }
            }
            if (!free_overflows(*t) || (next != nullptr && !free_overflows(*next))) {
                return false;
            }
            if (next != nullptr) {
                base::free_table(next);
            }
            base::free_table(t);
            g->root = nullptr;
            g->objects_left = 0;
        }
        base::free_generation(g);
        return true;
    }

    std::atomic<table_type*> read_{nullptr};
    domain* home_;
    garbage garbage_;
    [[no_unique_address]] Hash hash_;
    [[no_unique_address]] KeyEqual equal_;
};

}  // namespace syncmap::inline v0::detail
