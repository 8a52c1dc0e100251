// SPDX-License-Identifier: BSL-1.0
//
// classic_entry: what the tables of classic_sync_map refer to, and the states it goes through.
//
//        store           erase            copy of dirty
//   new -------> live <---------> nil -------------------> expunged
//                        store     ^                          |
//                                  '--------------------------'
//                                    store: back into dirty
//
// (E1) All changes are compare_exchange loops: an entry that `read` has is changed without a lock.
// (E2) Only a holder of the map's `mu` makes an entry expunged, or ends it.
// (E3) Who compared a value with == exchanges that very value, and not another that equals it.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace syncmap::reference {

/// The state of one key in one of the two tables.
///   absent    the table has no entry for the key;
///   live      the entry has a value;
///   nil       erased. The entry takes a new value in place, since `dirty`, if there is one, has it
///             as well;
///   expunged  erased before `dirty` was copied, and left out of the copy. A new value must bring
///             the entry into `dirty` first, or the promotion of `dirty` would lose it.
enum class entry_state { absent, live, nil, expunged };

/// A variable with atomic load, store and compare_exchange. No X is destroyed under its mutex.
template <class X>
class cell {
public:
    explicit cell(X initial) : x_(std::move(initial)) {}

    X load() const {
        const std::lock_guard lock(mutex_);
        return x_;
    }

    void store(X desired) {
        const std::lock_guard lock(mutex_);
        std::swap(x_, desired);
    }

    /// On failure `expected` becomes what is there instead.
    bool compare_exchange(X& expected, X desired) {
        std::unique_lock lock(mutex_);
        if (x_ == expected) {
            std::swap(x_, desired);
            return true;
        }
        X current = x_;
        lock.unlock();
        expected = std::move(current);
        return false;
    }

private:
    mutable std::mutex mutex_;
    X x_;
};

/// A value, or the lack of one, that both tables refer to.
template <class T>
class classic_entry {
public:
    /// Null: nil. Pointer to an empty optional: expunged. Otherwise: live.
    using value_ptr = std::shared_ptr<const std::optional<T>>;

    static value_ptr box(T value) {
        return std::make_shared<const std::optional<T>>(std::in_place, std::move(value));
    }

    static entry_state state_of(const value_ptr& p) {
        if (!p) return entry_state::nil;
        return *p ? entry_state::live : entry_state::expunged;
    }

    explicit classic_entry(value_ptr p) : p_(std::move(p)) {}

    value_ptr load() const { return p_.load(); }

    /// The previous value (null if nil); no value, and no change, if the entry is expunged.
    std::optional<value_ptr> try_swap(const value_ptr& desired) {
        value_ptr p = p_.load();
        while (state_of(p) != entry_state::expunged) {
            if (p_.compare_exchange(p, desired)) return p;
        }
        return std::nullopt;
    }

    /// {the value, whether it was there before}; {null, false} if the entry is expunged.
    std::pair<value_ptr, bool> try_load_or_store(const T& value) {
        value_ptr p = p_.load();
        value_ptr fresh;
        while (state_of(p) != entry_state::expunged) {
            if (p) return {p, true};
            if (!fresh) fresh = box(value);
            if (p_.compare_exchange(p, fresh)) return {fresh, false};
        }
        return {nullptr, false};
    }

    /// Live to `desired` (nil if null) if the value equals `expected`; see (E3).
    bool compare_exchange(const T& expected, const value_ptr& desired) {
        value_ptr p = p_.load();
        while (state_of(p) == entry_state::live && **p == expected) {
            if (p_.compare_exchange(p, desired)) return true;
        }
        return false;
    }

    /// Live to nil; the value that was there, or null.
    value_ptr take() {
        value_ptr p = p_.load();
        while (state_of(p) == entry_state::live) {
            if (p_.compare_exchange(p, nullptr)) return p;
        }
        return nullptr;
    }

    /// Nil to expunged; true if so. Needs `mu`.
    bool try_expunge_locked() {
        static const value_ptr expunged = std::make_shared<const std::optional<T>>();
        value_ptr nil;
        return p_.compare_exchange(nil, expunged);
    }

    /// Expunged to nil; true if so. Needs `mu`; the caller must then bring the entry into `dirty`.
    bool unexpunge_locked() {
        value_ptr p = p_.load();
        return state_of(p) == entry_state::expunged && p_.compare_exchange(p, nullptr);
    }

private:
    cell<value_ptr> p_;
};

}  // namespace syncmap::reference
