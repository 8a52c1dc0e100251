// SPDX-License-Identifier: BSL-1.0
//
// classic_sync_map: the algorithm of Go's sync.Map up to Go 1.23, step by step. The differential
// tests use it as their oracle and the benchmark as a peer; the library itself works differently.
//
// Two tables share their entries. `read` is a snapshot that never gains or loses a key; whatever
// finds its key there changes the entry in place and takes no lock. `dirty`, guarded by `mu`, is
// the successor of `read` while there are keys that `read` lacks ("amended"). An operation that
// has to ask `dirty` is a miss; as soon as the misses have paid for the copy that made it, `dirty`
// becomes the new `read`.
//
// (I1) `read.amended` implies that `dirty` exists and holds every key of the map.
// (I2) An entry is expunged only while `dirty` exists and lacks the key; only a holder of `mu`
//      makes an entry expunged or ends it.
// (I3) An entry of `read` that is not expunged is in `dirty` too (the same object), if that exists.
//
// What differs from Go: a garbage collector keeps a replaced table or value alive for those who
// still read it, here reference counts do, and what is one atomic word there is a pointer behind a
// small mutex here (`cell`). This changes what a step costs (a load writes shared memory, so
// loads disturb one another), not which steps are taken or what they return. Hash, KeyEqual, the
// == of T, and the destructors of Key and T may run under `mu`: they must neither throw nor ask
// for `mu` again, and an allocation that fails there is not provided for.
#pragma once

#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <unordered_map>
#include <utility>

#include "classic_entry.hpp"

namespace syncmap::reference {

/// The members are those of syncmap::map. None is const: even a load may promote `dirty`.
template <class Key, class T, class Hash = std::hash<Key>, class KeyEqual = std::equal_to<Key>>
class classic_sync_map {
    using entry = classic_entry<T>;
    using entry_ptr = std::shared_ptr<entry>;
    using value_ptr = typename entry::value_ptr;
    using table = std::unordered_map<Key, entry_ptr, Hash, KeyEqual>;

public:
    std::optional<T> load(const Key& key) {
        const entry_ptr e = find(key, in_dirty::keep);
        return e ? unwrap(e->load()) : std::nullopt;
    }

    void store(const Key& key, T value) { swap_in(key, entry::box(std::move(value))); }

    std::optional<T> exchange(const Key& key, T value) {
        return unwrap(swap_in(key, entry::box(std::move(value))));
    }

    std::pair<T, bool> load_or_store(const Key& key, T value) {
        const auto [p, loaded] = find_or_put(key, value);
        return {**p, loaded};
    }

    std::optional<T> load_and_erase(const Key& key) { return unwrap(take(key)); }

    bool erase(const Key& key) { return take(key) != nullptr; }

    bool compare_exchange(const Key& key, const T& expected, T desired) {
        const read_only read = read_.load();
        if (const entry_ptr e = lookup(read.m, key)) {
            return e->compare_exchange(expected, entry::box(std::move(desired)));
        }
        if (!read.amended) return false;

        const value_ptr fresh = entry::box(std::move(desired));
        const std::lock_guard lock(mu_);
        if (const entry_ptr e = lookup(read_.load().m, key)) {
            return e->compare_exchange(expected, fresh);
        }
        if (const entry_ptr e = lookup(dirty_, key)) {
            const bool exchanged = e->compare_exchange(expected, fresh);
            miss_locked();
            return exchanged;
        }
        return false;
    }

    /// A key that only `dirty` has stays there as nil: it must not go before it has been compared.
    bool compare_and_erase(const Key& key, const T& expected) {
        const entry_ptr e = find(key, in_dirty::keep);
        return e && e->compare_exchange(expected, nullptr);
    }

    /// f(const Key&, const T&) returns nothing, or false to stop. Visits the keys of one `read`; an
    /// amended one gives way to `dirty` first, since a visit of all keys pays for a copy of them.
    template <std::invocable<const Key&, const T&> F>
    void for_each(F f) {
        read_only read = read_.load();
        if (read.amended) {
            const std::lock_guard lock(mu_);
            if (read_.load().amended) promote_locked();
            read = read_.load();
        }
        for (const auto& [key, e] : *read.m) {
            const value_ptr p = e->load();
            if (entry::state_of(p) != entry_state::live) continue;
            if constexpr (std::is_void_v<std::invoke_result_t<F&, const Key&, const T&>>) {
                f(key, **p);
            } else if (!f(key, **p)) {
                return;
            }
        }
    }

    /// A `dirty` that exists is emptied and kept: the next new key needs no copy.
    void clear() {
        if (const read_only read = read_.load(); read.m->empty() && !read.amended) return;

        read_only old_read;  // both are destroyed after the lock is released
        table old_dirty;
        const std::lock_guard lock(mu_);
        old_read = read_.load();
        read_.store(read_only{});
        if (dirty_) dirty_->swap(old_dirty);
        misses_ = 0;
    }

    /// White-box view for tests: the sizes count entries in whatever state they are.
    struct inspection {
        bool amended;
        std::size_t misses;
        std::size_t read_size;
        bool dirty_present;
        std::size_t dirty_size;
        bool operator==(const inspection&) const = default;
    };

    inspection inspect() const {
        const std::lock_guard lock(mu_);
        const read_only read = read_.load();
        return {read.amended, misses_, read.m->size(), dirty_ != nullptr,
                dirty_ ? dirty_->size() : 0};
    }

    entry_state read_entry(const Key& key) const { return state_of(lookup(read_.load().m, key)); }

    entry_state dirty_entry(const Key& key) const {
        const std::lock_guard lock(mu_);
        return state_of(lookup(dirty_, key));
    }

    /// f(const Key&, entry_state, const T*) for each entry of a table. Only a live one has a value.
    template <std::invocable<const Key&, entry_state, const T*> F>
    void for_each_read_entry(F f) const {
        show_entries(*read_.load().m, f);
    }
    template <std::invocable<const Key&, entry_state, const T*> F>
    void for_each_dirty_entry(F f) const {
        const std::lock_guard lock(mu_);
        if (dirty_) show_entries(*dirty_, f);
    }

private:
    struct read_only {
        std::shared_ptr<const table> m = std::make_shared<const table>();
        bool amended = false;  // `dirty` has keys that `m` lacks
    };

    enum class in_dirty { keep, remove };

    /// Nothing if nil or expunged.
    static std::optional<T> unwrap(const value_ptr& p) { return p ? *p : std::nullopt; }

    static entry_ptr lookup(const std::shared_ptr<const table>& t, const Key& key) {
        if (!t) return nullptr;
        const auto it = t->find(key);
        return it == t->end() ? nullptr : it->second;
    }

    static entry_state state_of(const entry_ptr& e) {
        return e ? entry::state_of(e->load()) : entry_state::absent;
    }

    template <class F>
    static void show_entries(const table& t, F& f) {
        for (const auto& [key, e] : t) {
            const value_ptr p = e->load();
            f(key, entry::state_of(p), p && *p ? &**p : nullptr);
        }
    }

    /// The key's entry, in any state, or null. Having to ask `dirty` is a miss even if the key is
    /// not there: until the promotion each further question for it would take this way again.
    entry_ptr find(const Key& key, in_dirty then) {
        const read_only read = read_.load();
        entry_ptr e = lookup(read.m, key);
        if (e || !read.amended) return e;

        const std::lock_guard lock(mu_);
        // Again, because `dirty` may have been promoted before the lock was ours.
        const read_only now = read_.load();
        e = lookup(now.m, key);
        if (e || !now.amended) return e;
        e = lookup(dirty_, key);
        if (then == in_dirty::remove) dirty_->erase(key);
        miss_locked();
        return e;
    }

    value_ptr take(const Key& key) {
        const entry_ptr e = find(key, in_dirty::remove);
        return e ? e->take() : nullptr;
    }

    /// Sets the key's value; the previous one, or null.
    value_ptr swap_in(const Key& key, const value_ptr& desired) {
        if (const entry_ptr e = lookup(read_.load().m, key)) {
            if (auto previous = e->try_swap(desired)) return *previous;
        }

        const std::lock_guard lock(mu_);
        if (const entry_ptr e = lookup(read_.load().m, key)) {
            if (e->unexpunge_locked()) dirty_->emplace(key, e);
            return e->try_swap(desired).value();  // (I2): not expunged while we hold `mu`
        }
        if (const entry_ptr e = lookup(dirty_, key)) return e->try_swap(desired).value();
        insert_locked(key, desired);
        return nullptr;
    }

    /// {the key's value, whether it was there before}.
    std::pair<value_ptr, bool> find_or_put(const Key& key, const T& value) {
        if (const entry_ptr e = lookup(read_.load().m, key)) {
            if (auto result = e->try_load_or_store(value); result.first) return result;
        }

        const std::lock_guard lock(mu_);
        if (const entry_ptr e = lookup(read_.load().m, key)) {
            if (e->unexpunge_locked()) dirty_->emplace(key, e);
            return e->try_load_or_store(value);
        }
        if (const entry_ptr e = lookup(dirty_, key)) {
            auto result = e->try_load_or_store(value);
            miss_locked();
            return result;
        }
        value_ptr fresh = entry::box(value);
        insert_locked(key, fresh);
        return {std::move(fresh), false};
    }

    /// A key that neither table has. The first one since the last promotion pays for the copy.
    void insert_locked(const Key& key, const value_ptr& value) {
        const read_only read = read_.load();
        if (!read.amended) {
            if (!dirty_) copy_read_to_dirty_locked(*read.m);
            read_.store({read.m, true});
        }
        dirty_->emplace(key, std::make_shared<entry>(value));
    }

    /// The copy lacks what has been erased; from now on those entries say so.
    void copy_read_to_dirty_locked(const table& read) {
        dirty_ = std::make_shared<table>();
        dirty_->reserve(read.size());
        for (const auto& [key, e] : read) {
            if (!e->try_expunge_locked()) dirty_->emplace(key, e);
        }
    }

    void miss_locked() {
        if (++misses_ >= dirty_->size()) promote_locked();
    }

    void promote_locked() {
        read_.store({std::exchange(dirty_, nullptr), false});
        misses_ = 0;
    }

    mutable std::mutex mu_;  // guards dirty_ and misses_, and each store to read_
    cell<read_only> read_{read_only{}};
    std::shared_ptr<table> dirty_;  // null, or the keys of the map; see (I1) and (I3)
    std::size_t misses_ = 0;        // since read_ was last replaced, or the map cleared
};

}  // namespace syncmap::reference
