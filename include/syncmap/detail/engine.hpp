// SPDX-License-Identifier: BSL-1.0
//
// The engine: finding without a lock, and changing under the lock of one bucket.
//
// I1  A thread holds at most one bucket lock at a time (but for the sources of a unit: successor.hpp, I1).
// I2  Under a lock no user code runs but KeyEqual, Hash (when flat entries move) and the allocator (for
//     overflow buckets); each may throw, and nothing has changed then.
// I3  A bucket that a load finds not moved is true, and what it reads there was current at some moment since:
//     a source bucket does not change once it has moved (bucket.hpp, I4).
// I4  A key that is not found needs no second look: a live entry never changes its slot, so a key that was
//     passed by had been erased in between (bucket.hpp, I2).
// I5  A write that changes something does so by one store (or, in a chain, by linking a bucket), and executes a
//     full fence before it ends: as it gives the bucket's lock back (lock.hpp). Loads that decide are seq_cst.
//     So all calls on a map have one order, in which each thread's calls follow each other as they did.
// What users call is in operations.hpp, on top of this.
#pragma once

#include "standard.hpp"
#include "supply.hpp"
#include "tables.hpp"

namespace syncmap::inline v0::detail {

/// What find() found. The token is valid while the section lasts.
template <class Key, class T>
struct hit {
    typename layout<Key, T>::token token{};
    bool present = false;
    bool missed = false;  ///< a moved bucket was met on the way
};

enum class payment { due, due_if_present, none };  ///< whether a load that misses moves a bucket

enum class verb { keep, put, erase };  ///< what a write is to do with what it found

enum class result {
    kept,      ///< nothing changed
    inserted,  ///< there was no entry
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
class engine : public tables<Key, T, Hash, Allocator> {
public:
    using base = tables<Key, T, Hash, Allocator>;
    using typename base::lay;
    using typename base::memory_type;
    using typename base::node;
    using typename base::operation;
    using typename base::overflow_type;
    using typename base::slot;
    using typename base::table_type;
    using typename base::token;
    using typename base::view;
    using supply_type = supply<Key, T, Allocator>;
    using base::hash_of;
    using base::home;

    engine(const Hash& hash, const KeyEqual& equal, const Allocator& memory_from)
        : base(hash, memory_from), equal_(equal) {}
    engine(engine&& other) noexcept : base(std::move(other)), equal_(other.equal_) {}

    // --- finding --------------------------------------------------------------------------------

    /// Looks a key up, inside a section. Lock-free: looks again only after another thread has reused a
    /// slot of the bucket meanwhile.
    template <class K>
    [[nodiscard]] hit<Key, T> find(const K& key, std::uint64_t hash) const {
        hit<Key, T> h;
        const probe p = find_at_once(key, hash, h.token);
        if (p == probe::unclear) [[unlikely]] {
            return find_further(key, hash);
        }
        h.present = p == probe::found;
        return h;
    }

    /// What f(token, record) gives, called inside a section, or R() where the key is not there. A load that
    /// has met a moved bucket pays for it by moving one; one that a write is going to follow does not.
    template <class K, class F, class R = std::invoke_result_t<F&, token, thread_record&>>
    SYNCMAP_INLINE R read(const K& key, std::uint64_t hash, payment pay, F f) {
        if (const quick_section inside(home()); inside.entered()) [[likely]] {
            token found{};
            const probe p = find_at_once(key, hash, found);
            if (p == probe::found) [[likely]] {
                return f(found, inside.record());
            }
            if (p == probe::absent) [[likely]] {
                return R();
            }
        }
        return read_further<as_argument<K>>(key, hash, pay, f);
    }

    // --- changing -------------------------------------------------------------------------------

    /// Locks the key's bucket, asks decide(const token* current) what to do with the entry, and does it
    /// with what the supply brings. decide() must be quick and not throw. The key may be an entry_id.
    template <class K, class Decide>
    SYNCMAP_INLINE outcome<token> write(operation& op, const K& key, std::uint64_t hash,
                                        supply_type& s, Decide&& decide) {
        table_type* t = read_table();
        bool rebuilding = false;
        for (;;) {
            if (t == nullptr) [[unlikely]] {
                if (decide(static_cast<const token*>(nullptr)) != verb::put) {
                    return {result::kept, false, {}};
                }
                if (!s.has_key()) {
                    return {result::needs_key, false, {}};
                }
                t = this->make_first_table(0, op.record());
            }
            if (auto* const next = t->successor.load(std::memory_order_acquire)) [[unlikely]] {
                rebuilding = true;
                if (this->move_home(*t, *next, hash)) {
                    t = next;
                    continue;
                }
            }
            const std::size_t i = t->bucket_of(hash);
            if (lay::flat || !s.has_value()) {
                const bool maybe_there = expect_write(*t, hash);
                if (!maybe_there && !s.has_value()) {
                    decide(static_cast<const token*>(nullptr));  // to erase it, or do nothing
                    if (rebuilding) {
                        settle(op, *t, result::kept, false);
                    }
                    return {result::kept, false, {}};
                }
            }
            outcome<token> done{result::kept, false, {}};
            // Whether another table may be due.
            bool look = t->unsettled.load(std::memory_order_relaxed);
            {
                const lock_guard locked(t->locks[i], this->identity());
                if (t->tags[i].load_control().moved()) [[unlikely]] {
                    t = t->successor.load(std::memory_order_acquire);
                    continue;
                }
                done = change_locked(op, *t, i, key, hash, s, decide, look);
            }
            if (done.result == result::inserted || done.result == result::erased) {
                look |= t->gen->entries.add(op.record(), done.result == result::inserted ? 1 : -1,
                                            base::count_interval(t->bits));
            }
            if (look || rebuilding) [[unlikely]] {
                settle(op, *t, done.result, look);
            }
            return done;
        }
    }

    /// Asks for the cache lines that a write of this key is going to need: nothing that comes after taking a
    /// lock overlaps with what comes before. Inside a section. False if the key is certainly not there.
    SYNCMAP_INLINE bool expect_write(const table_type& t, std::uint64_t hash) const noexcept {
        const std::size_t i = t.bucket_of(hash);
        detail::prefetch(t.locks + i);
        const control look = t.tags[i].load_control();
        const tag_view tags(t.tags[i]);
        const slot_mask same = tags.match(tag_of(hash));
        slot_mask likely = same;
        for (const std::uint8_t next : {tag_empty, tag_dead}) {
            likely = likely != 0 ? likely : tags.match(next);
        }
        if (likely != 0) [[likely]] {
            const slot& s = t.slot[i * slots_per_bucket + first_slot(likely)];
            detail::prefetch(std::addressof(s));
            if constexpr (!lay::flat) {
                if (same != 0) {
                    detail::prefetch(s.load());
                }
            }
        }
        return same != 0 || look.moved() || look.overflow();
    }

    /// Not concurrent-safe.
    void swap(engine& other) noexcept {
        base::swap(other);
        using std::swap;
        swap(equal_, other.equal_);
    }
    void set_functions(const engine& other) {
        base::set_hash_function(other);
        equal_ = other.equal_;
    }
    [[nodiscard]] const KeyEqual& key_equal() const noexcept { return equal_; }
    [[nodiscard]] memory_type& memory_source() noexcept { return *this; }

    /// Asks for the cache lines that looking these hashes up will need: first the tags, then the slots.
    void prefetch_all(const std::uint64_t* hashes, std::size_t count) const noexcept {
        const table_type* const t = read_table();
        if (t == nullptr) {
            return;
        }
        for (std::size_t i = 0; i < count; ++i) {
            detail::prefetch(t->tags + t->bucket_of(hashes[i]));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t b = t->bucket_of(hashes[i]);
            if (const slot_mask m = tag_view(t->tags[b]).match(tag_of(hashes[i])); m != 0) {
                detail::prefetch(t->slots_of(b) + first_slot(m));
            }
        }
    }

protected:
    using base::pay_for_miss;
    using base::read_table;

    enum class probe { found, absent, unclear };

    /// Types that `==` compares without looking anywhere else, whatever the bytes are: a key that may be
    /// half overwritten can be compared before the version has been checked.
    static constexpr bool compare_first =
        (std::is_integral_v<Key> || std::is_enum_v<Key> || std::is_pointer_v<Key>) &&
        (std::is_same_v<KeyEqual, std::equal_to<>> || std::is_same_v<KeyEqual, std::equal_to<Key>>);

    template <class K>
    SYNCMAP_INLINE probe probe_bucket(const tag_group& group, control look, const slot* at,
                                      std::size_t first, std::uint64_t hash, const K& key,
                                      token& found) const {
        for (slot_mask m = tag_view(group).match(tag_of(hash)); m != 0; m &= m - 1) {
            const slot& s = at[first + first_slot(m)];
            if constexpr (lay::flat) {
                const auto unchanged = [&] { return group.load_control().same_version(look); };
                if constexpr (compare_first && words_of<Key> == 1) {
                    if (!equal_(s.load_small_key(), key)) {
                        continue;
                    }
                } else {
                    const auto k = s.load_key();
                    if (!compare_first && !unchanged()) {
                        return probe::unclear;
                    }
                    if (!equal_(k.get(), key)) {
                        continue;
                    }
                }
                found = s.load();
                return unchanged() ? probe::found : probe::unclear;
            } else {
                const node* const n = s.load();
                // Null: not inserted yet, or erased since the tags were looked at.
                if (n == nullptr || !n->has_hash(hash) || !equal_(*n->key(), key)) {
                    continue;
                }
                found = n->load();
                if constexpr (!lay::word) {
                    if (found == nullptr) {
                        continue;  // erased since the slot was looked at
                    }
                }
                return probe::found;
            }
        }
        return probe::absent;
    }

    /// One look at one bucket of `read`, which nearly always tells. All that most loads do.
    template <class K>
    SYNCMAP_INLINE probe find_at_once(const K& key, std::uint64_t hash, token& found) const {
        const table_type* const t = read_table();
        if (t == nullptr) [[unlikely]] {
            return probe::absent;
        }
        const std::size_t i = t->bucket_of(hash);
        const tag_group& group = t->tags[i];
        const control look = group.load_control();
        if (look.moved()) [[unlikely]] {
            return probe::unclear;
        }
        const probe p = probe_bucket(group, look, t->slot, i * slots_per_bucket, hash, key, found);
        return p == probe::absent && look.overflow() ? probe::unclear : p;
    }

    /// find() where that does not tell: the bucket has moved, or is just changing, or overflows.
    template <class K>
    SYNCMAP_NOINLINE hit<Key, T> find_further(const K& key, std::uint64_t hash) const {
        hit<Key, T> h;
        for (const table_type* t = read_table(); t != nullptr;) {
            const std::size_t i = t->bucket_of(hash);
            const control look = t->tags[i].load_control();
            if (look.moved()) {
                h.missed = true;
                t = t->successor.load(std::memory_order_acquire);  // (N1)
                continue;
            }
            const probe p = probe_chain(t->home(i), look, hash, key, h.token);
            if (p != probe::unclear) {
                h.present = p == probe::found;
                break;
            }
        }
        return h;
    }

    /// How a key is handed to a function that is called out of line: a small one need not be in memory then.
    template <class K>
    using as_argument = std::conditional_t<std::is_scalar_v<K>, K, const K&>;

    /// read() where one look does not tell, or the section is not an easy one.
    template <class K, class F, class R = std::invoke_result_t<F&, token, thread_record&>>
    SYNCMAP_NOINLINE R read_further(K key, std::uint64_t hash, payment pay, F f) {
        bool owes = false;
        const auto look_further = [&]() -> R {
            const section inside(home());
            const hit<Key, T> h = find_further(key, hash);
            owes =
                h.missed && (pay == payment::due || (pay == payment::due_if_present && h.present));
            return h.present ? f(h.token, inside.record()) : R();
        };
        R result = look_further();
        if (owes) {
            pay_for_miss();
        }
        return result;
    }

    template <class K>
    probe probe_chain(view home_bucket, control look, std::uint64_t hash, const K& key,
                      token& found) const {
        probe p = probe_bucket(*home_bucket.tags, look, home_bucket.slot, 0, hash, key, found);
        if (look.overflow()) {
            for (view b = home_bucket.following(); p == probe::absent && b.tags != nullptr;
                 b = b.following()) {
                p = probe_bucket(*b.tags, b.tags->load_control(), b.slot, 0, hash, key, found);
            }
        }
        return p;
    }

    struct place {
        view bucket;
        unsigned slot;
    };

    template <class K>
    SYNCMAP_INLINE bool locate_locked(table_type& t, std::size_t i, std::uint64_t hash,
                                      const K& key, place& at, token& current) const {
        const std::uint8_t tag = tag_of(hash);
        const bool overflow = t.tags[i].load_control().overflow();
        for (view b = t.home(i); b.tags != nullptr; b = b.following()) {
            for (slot_mask m = tag_view(*b.tags).match(tag); m != 0; m &= m - 1) {
                const slot& s = b.slot[first_slot(m)];
                if constexpr (std::is_same_v<K, entry_id<Key, T>>) {
                    if (!is_meant(s, key, current)) {
                        continue;
                    }
                } else if constexpr (lay::flat) {
                    const auto k = s.load_key();
                    if (!equal_(k.get(), key)) {
                        continue;
                    }
                    current = s.load();
                } else {
                    const node* const n = s.load();
                    if (!n->has_hash(hash) || !equal_(*n->key(), key)) {
                        continue;
                    }
                    current = n->load();
                }
                at = {b, first_slot(m)};
                return true;
            }
            if (!overflow) [[likely]] {
                break;  // and leave the cache line of the chains alone
            }
        }
        return false;
    }

    bool is_meant(const slot& s, const entry_id<Key, T>& which, token& current) const {
        if constexpr (lay::flat) {
            if (s.load_key_words() != which.key) {
                return false;
            }
            current = s.load();
            if (current == which.value) {
                return true;
            }
            const from_words<Key> key(which.key.data());
            return equal_(key.get(), key.get());  // else another one with these words
        } else {
            const node* const n = s.load();
            if (n != which.at) {
                return false;
            }
            current = n->load();
            return true;
        }
    }

    template <class K, class Decide>
    SYNCMAP_INLINE outcome<token> change_locked(operation& op, table_type& t, std::size_t i,
                                                const K& key, std::uint64_t hash, supply_type& s,
                                                Decide& decide, bool& chained) {
        place at{};
        outcome<token> done{result::kept, false, {}};
        done.present = locate_locked(t, i, hash, key, at, done.before);
        const verb what = decide(done.present ? std::addressof(done.before) : nullptr);
        if (what == verb::put && done.present) {
            replace_locked(op, at, done.before, s);
            done.result = result::replaced;
        } else if (what == verb::put) {
            if (!s.has_key()) {
                done.result = result::needs_key;
            } else {
                chained |= insert_locked(t, i, hash, s);
                done.result = result::inserted;
            }
        } else if (what == verb::erase && done.present) {
            erase_locked(op, at, done.before);
            done.result = result::erased;
        }
        return done;
    }

    SYNCMAP_INLINE void replace_locked(operation& op, const place& at, token before,
                                       supply_type& s) noexcept {
        slot& entry = at.bucket.slot[at.slot];
        if constexpr (lay::flat) {
            entry.store(s.value());
        } else {
            node* const n = entry.load();
            n->store(s.value());
            s.linked_value();
            if constexpr (!lay::word) {
                base::unlink_value(before, op.unlinked());
            }
        }
    }

    SYNCMAP_INLINE void erase_locked(operation& op, const place& at, token before) noexcept {
        if constexpr (!lay::flat) {
            slot& entry = at.bucket.slot[at.slot];
            node* const n = entry.load();
            // From here on it is gone; what follows is for those who hold the node (walk.hpp).
            entry.store(nullptr);
            base::unlink_node(n, before, op.unlinked());
        }
        at.bucket.tags->set_tag(at.slot, tag_dead);
    }

    /// Into an unused slot of the chain, or a dead one, or a new overflow bucket (true then).
    SYNCMAP_INLINE bool insert_locked(table_type& t, std::size_t i, std::uint64_t hash,
                                      supply_type& s) {
        const tag_view tags(t.tags[i]);
        slot_mask room = tags.match(tag_empty);
        if (room == 0) [[unlikely]] {
            room = tags.match(tag_dead);
            if (room == 0 || !bump_for_reuse(t.home(i))) {
                return insert_into_chain(t, i, hash, s);
            }
        }
        const unsigned first = first_slot(room);
        link(t.tags[i], t.slot[i * slots_per_bucket + first], first, hash, s);
        return false;
    }

    SYNCMAP_NOINLINE bool insert_into_chain(table_type& t, std::size_t i, std::uint64_t hash,
                                            supply_type& s) {
        for (view b = t.home(i).following(); b.tags != nullptr; b = b.following()) {
            const tag_view tags(*b.tags);
            slot_mask room = tags.match(tag_empty);
            if (room == 0) {
                room = tags.match(tag_dead);
                if (room == 0 || !bump_for_reuse(b)) {
                    continue;
                }
            }
            link(*b.tags, b.slot[first_slot(room)], first_slot(room), hash, s);
            return false;
        }
        overflow_type* const made = this->make_overflow();
        made->stamp = static_cast<std::uint32_t>(home().now() - 1);
        link(made->tags, made->slot[0], 0, hash, s);
        t.link_in_chain(i, made);
        t.own(made);
        return true;
    }

    /// Makes the entry there for others, by the last store: a flat slot shows when its tag is set, a node when its
    /// slot leads to it (bucket.hpp, I5).
    SYNCMAP_INLINE void link(tag_group& tags, slot& unused, unsigned number, std::uint64_t hash,
                             supply_type& s) noexcept {
        if constexpr (lay::flat) {
            unused.store_key(s.key());
            unused.store(s.value());
            tags.set_tag(number, tag_of(hash));
        } else {
            node* const n = s.prepare_node();
            tags.set_tag(number, tag_of(hash));
            unused.store(n);
        }
        s.linked_entry();
    }

    /// Bumps the version, so that a dead slot of the bucket may be written again; or says that it must wait.
    ///
    /// A reader tells a slot's lives apart by the bucket's version, which has 14 bits. So that it cannot come
    /// round within one section, each half of its range begins only when all sections are over that may
    /// have seen the half before the last: those not newer than the stamp that was taken when the last half
    /// began, after its first bump (epoch.hpp, I3, with the bump as the unlinking).
    SYNCMAP_INLINE bool bump_for_reuse(const view& b) noexcept {
        constexpr unsigned half = control::versions / 2;
        if ((b.tags->load_control().version() + 1) % half == 0) [[unlikely]] {
            return begin_half(b);
        }
        b.tags->bump_version();
        return true;
    }
    SYNCMAP_RARE SYNCMAP_WRAPS bool begin_half(const view& b) noexcept {
        const std::uint64_t oldest = home().oldest();
        const auto since = static_cast<std::uint32_t>(oldest) - *b.stamp;  // comes round too
        if (oldest != ~std::uint64_t{0} && static_cast<std::int32_t>(since) <= 0) {
            return false;
        }
        b.tags->bump_version();
        *b.stamp = static_cast<std::uint32_t>(home().stamp());
        return true;
    }

    /// After a write: looks whether another table is due, and pays for moving.
    SYNCMAP_NOINLINE void settle(operation& op, table_type& t, result r, bool look) {
        if (look) {
            this->resize_if_due(t);
        }
        if (r != result::needs_key) {  // else the caller comes back at once
            this->help(op.unlinked(), base::units_per_write - 1);
        }
    }

    SYNCMAP_NO_UNIQUE_ADDRESS KeyEqual equal_;
};

}  // namespace syncmap::inline v0::detail
