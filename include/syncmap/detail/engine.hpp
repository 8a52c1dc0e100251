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
// What users call is in operations.hpp, on top of this.
#pragma once

#include <functional>
#include <mutex>

#include "supply.hpp"
#include "tables.hpp"

namespace syncmap::inline v0::detail {

/// What find() found. Valid while the section lasts.
template <class Key, class T>
struct hit {
    typename layout<Key, T>::token token{};
};

enum class payment { due, due_if_present, none };  ///< whether a load that misses moves a bucket

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
    /// slot of the bucket meanwhile. `missed`: a moved bucket was met on the way.
    template <class K>
    bool find(const K& key, std::uint64_t hash, hit<Key, T>& found, bool& missed) const {
        const std::uint8_t tag = tag_of(hash);
        const table_type* t = read_table();
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

    /// Calls f(hit, record) inside a section if the key is there; says whether it was. A load that has met
    /// a moved bucket pays for it by moving one; one that a write is going to follow does not.
    template <class K, class F>
    bool read(const K& key, std::uint64_t hash, payment pay, F&& f) {
        bool missed = false;
        bool present = false;
        {
            const section inside(home());
            hit<Key, T> found;
            present = find(key, hash, found, missed);
            if (present) {
                f(found, inside.record());
            }
        }
        if (missed && (pay == payment::due || (pay == payment::due_if_present && present)))
            [[unlikely]] {
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
        table_type* t = read_table();
        for (;;) {
            if (t == nullptr) {
                if (decide(static_cast<const token*>(nullptr)) != verb::put) {
                    return {result::kept, false, {}};
                }
                if (!s.has_key()) {
                    return {result::needs_key, false, {}};
                }
                t = this->make_first_table(0);
            }
            if (table_type* const next = t->successor.load(std::memory_order_acquire)) {
                if (this->move_home(op.unlinked(), *t, *next, hash)) {
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
            if (done.result != result::needs_key) {  // else the caller comes back at once
                settle(op, *t, done.result, chained);
            }
            return done;
        }
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
            prefetch(t->tags + t->index(hashes[i]));
        }
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t b = t->index(hashes[i]);
            if (const slot_mask m = tag_view(t->tags[b]).match(tag_of(hashes[i])); m != 0) {
                prefetch(t->slots_of(b) + first_slot(m));
            }
        }
    }


protected:
    using base::pay_for_miss;
    using base::read_table;

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
                    if constexpr (!lay::word) {
                        if (found.token == nullptr) {
                            continue;  // erased since the tags were looked at
                        }
                    }
                    return probe::found;
                }
            }
        }
        return probe::absent;
    }

    template <class K>
    SYNCMAP_NOINLINE probe probe_chain(view first, std::uint8_t tag, std::uint64_t hash, const K& key,
                                       hit<Key, T>& found) const {
        for (view b = first.following(); b.tags != nullptr; b = b.following()) {
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
                base::unlink(before, op.unlinked());
            }
        }
    }

    void erase_locked(operation& op, const place& at, token before) noexcept {
        at.bucket.tags->set_tag(at.slot, tag_dead);
        if constexpr (!lay::flat) {
            node* const n = at.bucket.slots[at.slot].load();
            if constexpr (!lay::word) {
                n->store(nullptr);  // for those who hold the node: walk.hpp
                if (before != n->first()) {
                    base::unlink(before, op.unlinked());
                }
            }
            base::unlink(static_cast<keyed<Key>*>(n), op.unlinked());
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
                if (room == 0 || !bump_for_reuse(b)) {
                    continue;
                }
            }
            fill(b.slots[first_slot(room)], s);
            b.tags->set_tag(first_slot(room), tag);
            return false;
        }
        overflow_type* const made = this->make_overflow();
        made->stamp = static_cast<std::uint32_t>(home().now() - 1);
        fill(made->slots[0], s);
        made->tags.set_tag(0, tag);
        t.link_in_chain(i, made);
        t.own(made);
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

    /// Bumps the version, so that a dead slot of the bucket may be written again; or says that it must wait.
    ///
    /// A reader tells a slot's lives apart by the bucket's version, which has 14 bits. So that it cannot come
    /// round within one section, each half of its range begins only when all sections are over that may
    /// have seen the half before the last: those not newer than the stamp that was taken when the last half
    /// began, after its first bump (epoch.hpp, I3, with the bump as the unlinking).
    bool bump_for_reuse(const view& b) noexcept {
        constexpr unsigned half = control::versions / 2;
        const bool boundary = (b.tags->load_control().version() + 1) % half == 0;
        if (boundary) [[unlikely]] {
            const std::uint64_t oldest = home().oldest();
            const auto since = static_cast<std::uint32_t>(oldest) - *b.stamp;  // comes round too
            if (oldest != ~std::uint64_t{0} && static_cast<std::int32_t>(since) <= 0) {
                return false;
            }
        }
        b.tags->bump_version();
        if (boundary) [[unlikely]] {
            *b.stamp = static_cast<std::uint32_t>(home().stamp());
        }
        return true;
    }

    /// After a write: counts, pays for moving, and looks whether another table is due.
    void settle(operation& op, table_type& t, result r, bool chained) {
        bool look = chained;
        if (r == result::inserted || r == result::erased) {
            look = t.gen->entries.add(op.record(), r == result::inserted ? 1 : -1,
                                      base::count_interval(t.bits)) ||
                   chained;
        }
        if (look) {
            this->resize_if_due(t);
        }
        this->help(op.unlinked(), base::units_per_write - 1);
    }


    [[no_unique_address]] KeyEqual equal_;
};

}  // namespace syncmap::inline v0::detail
