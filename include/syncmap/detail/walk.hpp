// SPDX-License-Identifier: BSL-1.0
//
// Walking over all entries while others write, move and clear.
//
// The cursor is a position in the space of hashes, not in a table: each step finds the bucket that is true
// for the position now, in whichever table, takes a copy of the bucket with its chain, leaves the section,
// shows the copy to the caller, and goes on behind the bucket's last hash. So growth and shrinking between
// two steps neither repeat nor skip anything.
// I1  A copy is of one moment: its version and tags were the same before and after it was taken (otherwise it is
//     taken under the bucket's lock). So no key is in it twice, and none that stays is missing.
// I2  What is shown (node and value) is announced in hazard slots before the section ends.
// Used by operations.hpp.
#pragma once

#include <vector>

#include "engine.hpp"

namespace syncmap::inline v0::detail {

/// One entry as a walker shows it. `key` and `value` are good until the walker's next step.
template <class Key, class T>
class walked_entry {
public:
    using lay = layout<Key, T>;
    using node = typename lay::node;
    using token = typename lay::token;

    walked_entry(const from_words<Key>& key, token value) noexcept
        requires lay::flat
        : key_(key), value_(from_bits<T>(value)), token_(value) {}

    walked_entry(thread_record& record, node* n, token value)
        requires(!lay::flat)
        : key_(n), value_(make_value(value)), token_(value) {
        if constexpr (lay::flat) {
            static_cast<void>(record);
        } else {
            key_hazard_ = hazard(record, hazard::kind::scoped);
            key_hazard_.protect(n);
            if constexpr (!lay::word) {
                if (value != n->first()) {
                    value_hazard_ = hazard(record, hazard::kind::scoped);
                    value_hazard_.protect(node::address(value));
                }
            }
        }
    }

    [[nodiscard]] const Key& key() const noexcept {
        if constexpr (lay::flat) {
            return key_.get();
        } else {
            return *key_->key();
        }
    }
    [[nodiscard]] const T& value() const noexcept {
        if constexpr (lay::word) {
            return value_.get();
        } else {
            return *value_->value();
        }
    }
    [[nodiscard]] token seen() const noexcept { return token_; }

private:
    static auto make_value(token value) noexcept {
        if constexpr (lay::word) {
            return from_bits<T>(value);
        } else {
            return value;
        }
    }

    struct nothing {};
    std::conditional_t<lay::flat, from_words<Key>, node*> key_;
    std::conditional_t<lay::word, from_words<T>, token> value_;
    token token_;
    [[no_unique_address]] std::conditional_t<lay::flat, nothing, hazard> key_hazard_{};
    [[no_unique_address]] std::conditional_t<lay::word, no_node, hazard> value_hazard_{};
};

template <class Engine, class Key, class T>
class walker {
public:
    using lay = layout<Key, T>;
    using entry = walked_entry<Key, T>;
    using slot = typename lay::slot;
    using view = bucket_view<slot>;
    using table_type = table<slot>;

    explicit walker(Engine& engine) : engine_(engine) {}

    /// Takes the next bucket that has entries into batch(); false at the end.
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
    [[nodiscard]] const std::vector<entry>& batch() const noexcept { return batch_; }

private:
    /// One bucket's step, inside a section. Says whether a moved bucket was met.
    bool take(thread_record& record) {
        bool missed = false;
        for (table_type* t = engine_.read_table(); t != nullptr;) {
            const std::size_t i = t->index(position_);
            bool moved = t->tags[i].load_control().moved();
            if (!moved && !take_unlocked(record, *t, i)) {
                const std::lock_guard lock(t->sides[i].lock);
                moved = t->tags[i].load_control().moved();
                if (!moved) {
                    copy_chain(record, *t, i);
                }
            }
            if (moved) {
                missed = true;
                t = t->successor.load(std::memory_order_acquire);
                continue;
            }
            drop_what_was_shown(*t, i);
            position_ = t->first_hash(i + 1);
            done_ = i + 1 == t->buckets();
            return missed;
        }
        done_ = true;
        return missed;
    }

    /// True if the copy turned out to be of one moment.
    bool take_unlocked(thread_record& record, table_type& t, std::size_t i) {
        looks_.clear();
        for (view b = t.home(i); b.tags != nullptr; b = b.following()) {
            looks_.push_back({b, b.tags->high(), b.tags->low()});
        }
        copy_chain(record, t, i);
        std::size_t n = 0;
        for (view b = t.home(i); b.tags != nullptr; b = b.following(), ++n) {
            if (n == looks_.size() || looks_[n].bucket.tags != b.tags ||
                looks_[n].high != b.tags->high() || looks_[n].low != b.tags->low()) {
                batch_.clear();
                return false;
            }
        }
        return true;
    }

    void copy_chain([[maybe_unused]] thread_record& record, table_type& t, std::size_t i) {
        for (view b = t.home(i); b.tags != nullptr; b = b.following()) {
            for (slot_mask live = tag_view(*b.tags).live(); live != 0; live &= live - 1) {
                const slot& s = b.slots[first_slot(live)];
                if constexpr (lay::flat) {
                    const auto key = s.load_key();
                    batch_.emplace_back(key, s.load());
                } else {
                    auto* const n = s.load();
                    batch_.emplace_back(record, n, n->load());
                }
            }
        }
    }

    /// After a table has shrunk, its buckets may begin before the position: what is there was shown.
    void drop_what_was_shown(const table_type& t, std::size_t i) {
        if (t.first_hash(i) < position_) {
            std::erase_if(batch_, [this](const entry& e) {
                return engine_.hash_of(e.key()) < position_;
            });
        }
    }

    struct look {
        view bucket;
        std::uint64_t high;
        std::uint64_t low;
    };

    Engine& engine_;
    std::uint64_t position_ = 0;
    bool done_ = false;
    std::vector<entry> batch_;
    std::vector<look> looks_;
};

}  // namespace syncmap::inline v0::detail
