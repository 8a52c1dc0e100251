// SPDX-License-Identifier: BSL-1.0
//
// Walking over all entries while others write, move and clear.
//
// The cursor is a position in the space of hashes, not in a table: each step finds the bucket that is true
// for the position now, in whichever table, takes a copy of the bucket with its chain, leaves the section,
// shows the entries to the caller, and goes on behind the bucket's last hash. So growth and shrinking
// between two steps neither repeat nor skip anything. For the same reason a walk over a part of the entries is one over
// a range of hashes: of parts that share no hash none shows what another one does, whatever the tables are by then.
// I1  A copy is of one moment: its version and tags were the same before and after it was taken (otherwise it is
//     taken under the bucket's lock). So no key is in it twice, and none that stays is missing.
// I2  While an entry is shown its value is announced in a hazard slot, and so are the keys of its bucket:
//     a caller that takes its time holds back one value and the keys of one bucket.
// Used by operations.hpp.
#pragma once

#include <cassert>
#include <utility>
#include <vector>

#include "engine.hpp"

namespace syncmap::inline v0::detail {

/// All hashes from `first` to `last`.
struct hash_range {
    std::uint64_t first = 0;
    std::uint64_t last = ~std::uint64_t{0};

    /// One of `parts` ranges that together are all hashes, as long as each other (the last one by what is left over
    /// longer): of a power of two of them each is some whole buckets, as soon as there are as many.
    [[nodiscard]] SYNCMAP_WRAPS static constexpr hash_range part(std::size_t number,
                                                                 std::size_t parts) noexcept {
        assert(number < parts && "syncmap: for_each(part, parts, f): parts are counted from 0");
        const std::uint64_t length = (0 - std::uint64_t{parts}) / parts + 1;  // of 2^64; 0 is all
        const std::uint64_t first = number * length;
        return {first, number + 1 == parts ? ~std::uint64_t{0} : first + (length - 1)};
    }
};

template <class Engine, class Key, class T>
class walker {
public:
    using lay = layout<Key, T>;
    using slot = typename lay::slot;
    using node = typename lay::node;
    using token = typename lay::token;
    using view = bucket_view<slot>;
    using table_type = table<slot>;

    explicit walker(Engine& engine, hash_range all = {})
        : engine_(engine), position_(all.first), last_(all.last) {
        batch_.reserve(enough + slots_per_bucket);
    }

    /// Calls show(key, value, token, entry_id) for every entry until it returns false. Outside all sections.
    template <class Show>
    void run(Show&& show) {
        while (step()) {
            for (const entry& e : batch_) {
                const auto key = e.key();
                if constexpr (lay::word) {
                    if (!show(key.get(), from_bits<T>(e.seen).get(), e.seen, e.which())) {
                        return;
                    }
                } else {
                    const token value = protect_value(*e.key_in);
                    if (value != nullptr &&
                        !show(key.get(), std::as_const(*value->value()), value, e.which())) {
                        return;
                    }
                }
            }
        }
    }

private:
    struct flat_entry {
        explicit flat_entry(const slot& s) noexcept : words(s.load_key_words()), seen(s.load()) {}
        [[nodiscard]] from_words<Key> key() const noexcept { return from_words<Key>(words.data()); }
        [[nodiscard]] entry_id<Key, T> which() const noexcept { return {words, seen}; }
        typename atomic_words<Key>::words words;
        token seen;
    };
    /// As from_words.
    struct found_key {
        [[nodiscard]] const Key& get() const noexcept { return key; }
        const Key& key;
    };
    struct node_entry {
        [[nodiscard]] found_key key() const noexcept { return {*std::as_const(*key_in).key()}; }
        [[nodiscard]] entry_id<Key, T> which() const noexcept { return {key_in}; }
        node* key_in;
        token seen;  ///< of a word; what is in a box is asked for when it is shown
        hazard guard;
    };
    using entry = std::conditional_t<lay::flat, flat_entry, node_entry>;

    /// Entries of so many buckets are shown at once: copies of flat ones hold nothing back.
    static constexpr std::size_t enough = lay::flat ? limit<std::size_t>(64, 4) : 1;

    /// Takes the next bucket that has entries, or some of them; false at the end.
    bool step() {
        while (!done_) {
            batch_.clear();
            bool missed = false;
            {
                const section inside(engine_.home());
                missed = take(inside.record());
            }
            if (missed) {
                engine_.pay_for_miss();
            }
            if (!batch_.empty()) {
                return true;
            }
        }
        return false;
    }

    /// The value that a node of the batch has now, announced; null if the key has been erased meanwhile.
    token protect_value(const node& n) {
        const section inside(engine_.home());
        if (!value_guard_.held()) {
            value_guard_ = hazard(inside.record(), hazard::kind::scoped);
        }
        // What was in the map when it was cleared may be gone, and its nodes do not tell. As long as the
        // map's generation is still the batch's, it cannot go before this section is over.
        const table_type* const t = engine_.read_table();
        const token value = t != nullptr && t->gen->serial == serial_ ? n.load() : nullptr;
        if (value != nullptr) {
            value_guard_.protect(value);
        }
        return value;
    }

    /// One bucket's step, inside a section. Says whether a moved bucket was met.
    bool take(thread_record& record) {
        bool missed = false;
        table_type* const read = engine_.read_table();
        for (table_type* t = read; t != nullptr;) {
            std::size_t i = t->bucket_of(position_);
            bool moved = t->tags[i].load_control().moved();
            if (!moved && !take_unlocked(record, *t, i)) {
                const domain::help_guard may_lock(engine_.home(), record);
                if (!may_lock) {
                    continue;
                }
                const lock_guard locked(t->locks[i], engine_.identity());
                moved = t->tags[i].load_control().moved();
                if (!moved) {
                    copy_chain(record, t->home(i));
                }
            }
            if (moved) {
                missed = true;
                t = t->successor.load(std::memory_order_acquire);
                continue;
            }
            drop_what_is_elsewhere(*t, i);
            if (t == read) {
                i = go_on(record, *t, i);
            }
            serial_ = t->gen->serial;
            position_ = t->first_hash(i + 1);
            done_ = t->last_hash(i) >= last_;
            return missed;
        }
        done_ = true;
        return missed;
    }

    /// After bucket i of `read`, all of whose buckets are constructed: takes some more, or asks for the nodes of the
    /// next one, which arrive while this one's entries are shown. Returns the last bucket that has been taken.
    std::size_t go_on(thread_record& record, table_type& t, std::size_t i) {
        const std::size_t last = t.bucket_of(last_);
        if constexpr (lay::flat) {
            const std::size_t end = t.last_hash(last) > last_ ? last : last + 1;
            while (batch_.size() < enough && i + 1 < end && take_simple(record, t.home(i + 1))) {
                ++i;
            }
        } else if (i < last) {
            engine_.expect_nodes(t.slots_of(i + 1), tag_view(t.tags[i + 1]).live());
        }
        return i;
    }

    /// True if the copy turned out to be of one moment.
    bool take_unlocked(thread_record& record, table_type& t, std::size_t i) {
        const view first = t.home(i);
        return t.tags[i].load_control().overflow() ? take_chain_unlocked(record, first)
                                                   : take_simple(record, first);
    }

    /// The same for a bucket that has not moved, and has no chain; otherwise false.
    bool take_simple(thread_record& record, const view& b) {
        const std::size_t taken = batch_.size();
        const look before = look_at(b);
        const control state(before.high);
        if (!state.moved() && !state.overflow()) [[likely]] {
            copy_bucket(record, b);
            if (look_at(b) == before) [[likely]] {
                return true;
            }
            batch_.erase(batch_.begin() + static_cast<std::ptrdiff_t>(taken), batch_.end());
        }
        return false;
    }

    bool take_chain_unlocked(thread_record& record, const view& first) {
        looks_.clear();
        for (view b = first; b.tags != nullptr; b = b.following()) {
            looks_.push_back(look_at(b));
        }
        copy_chain(record, first);
        std::size_t n = 0;
        for (view b = first; b.tags != nullptr; b = b.following(), static_cast<void>(++n)) {
            if (n == looks_.size() || !(looks_[n] == look_at(b))) {
                batch_.clear();
                return false;
            }
        }
        return true;
    }

    void copy_chain(thread_record& record, const view& first) {
        for (view b = first; b.tags != nullptr; b = b.following()) {
            copy_bucket(record, b);
        }
    }

    void copy_bucket([[maybe_unused]] thread_record& record, const view& b) {
        const slot_mask all = tag_view(*b.tags).live();
        engine_.expect_nodes(b.slot, all);
        for (slot_mask live = all; live != 0; live &= live - 1) {
            const slot& s = b.slot[first_slot(live)];
            if constexpr (lay::flat) {
                batch_.emplace_back(s);
            } else {
                node* const n = s.load();
                if (n == nullptr) {
                    continue;
                }
                batch_.push_back({n, n->load(), hazard(record, hazard::kind::scoped)});
                batch_.back().guard.protect(n);
            }
        }
    }

    /// After a table has shrunk, its buckets may begin before the position: what is there was shown. And a range of
    /// hashes may begin or end within a bucket, whose rest is another range's.
    void drop_what_is_elsewhere(const table_type& t, std::size_t i) {
        if (t.first_hash(i) < position_ || t.last_hash(i) > last_) {
            std::erase_if(batch_, [this](const entry& e) {
                const std::uint64_t hash = engine_.hash_of(e.key().get());
                return hash < position_ || hash > last_;
            });
        }
    }

    struct look {
        const tag_group* tags;
        std::uint64_t high;
        std::uint64_t low;
        bool operator==(const look&) const = default;
    };
    static look look_at(const view& b) noexcept { return {b.tags, b.tags->high(), b.tags->low()}; }

    Engine& engine_;
    std::uint64_t position_;
    const std::uint64_t last_;  ///< of the hashes that are walked over
    std::uint64_t serial_ = 0;  ///< of the batch's generation
    bool done_ = false;
    hazard value_guard_{};
    std::vector<entry> batch_{};
    std::vector<look> looks_{};
};

}  // namespace syncmap::inline v0::detail
