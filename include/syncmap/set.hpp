// SPDX-License-Identifier: BSL-1.0
//
// syncmap::set: a concurrent hash set: syncmap::map without values.
//
// The words "lock-free", "may wait", "strong" and "synchronizes" mean what map.hpp says, and every call on a
// key costs what it says there.
#pragma once

#include "map.hpp"

namespace syncmap::inline v0 {

namespace detail {
struct present {};  ///< what a set's map has for each key
}  // namespace detail

/// A concurrent set of Keys, on the engine of map and with its guarantees. Keys that are trivially copyable
/// and of at most 16 bytes take no more room than themselves and a tag.
///
/// Any number of threads may call any member at the same time, but for construction, destruction, move and
/// swap. Callbacks run outside all locks: they may call any member on the same set, throw, block, or take for
/// ever.
///
/// Key, Hash, KeyEqual, Allocator: as for map (Allocator's value_type is Key). A set that has a key keeps the
/// one it has: insert() never replaces it by an equal one.
///
/// Go: a `sync.Map` whose values are `struct{}{}`.
template <class Key, class Hash = hash<Key>, class KeyEqual = std::equal_to<>,
          class Allocator = std::allocator<Key>>
class set {
    static_assert(std::is_same_v<typename std::allocator_traits<Allocator>::value_type, Key>,
                  "syncmap::set: Allocator's value_type must be Key");

    using present = detail::present;
    using map_allocator = typename std::allocator_traits<Allocator>::template rebind_alloc<
        std::pair<const Key, present>>;
    using map_type = map<Key, present, Hash, KeyEqual, map_allocator>;

public:
    using key_type = Key;
    using value_type = Key;
    using size_type = std::size_t;
    using hasher = Hash;
    using key_equal = KeyEqual;
    using allocator_type = Allocator;

    // --- construction ---------------------------------------------------------------------------

    /// An empty set; allocates nothing.
    set() = default;

    /// An empty set, likewise, that takes its memory from `allocator`.
    explicit set(const Allocator& allocator) : keys_(map_allocator(allocator)) {}

    /// An empty set with room for `capacity` keys (0: allocates nothing), as after reserve(). O(capacity).
    /// Throws `std::bad_alloc`, `std::length_error`.
    explicit set(size_type capacity, const Hash& hash_function = Hash(),
                 const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : keys_(capacity, hash_function, equal, map_allocator(allocator)) {}

    /// A set of the keys in [first, last); of equal keys the first stays. O(distance). Throws what
    /// dereferencing, copying, hashing, comparing and allocating throw.
    template <std::input_iterator Iterator>
    set(Iterator first, Iterator last, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : set(0, hash_function, equal, allocator) {
        for (; first != last; ++first) insert(*first);
    }

    /// A set of the keys in a list, likewise.
    set(std::initializer_list<Key> keys, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : set(keys.begin(), keys.end(), hash_function, equal, allocator) {}

    /// A set that others are writing has no one state to copy: see snapshot().
    set(const set&) = delete;
    set& operator=(const set&) = delete;

    /// Takes over all of `other`, which is empty then, and usable. Not concurrent-safe. O(1).
    set(set&& other) noexcept = default;
    /// The same with another allocator: when it is not equal to `other`'s, key by key.
    set(set&& other, const Allocator& allocator)
        : keys_(std::move(other.keys_), map_allocator(allocator)) {}
    /// Destroys all keys and takes over all of `other`; allocators as in std containers. Not concurrent-safe.
    set& operator=(set&& other) = default;

    /// Destroys every key, also those erased before, and gives all memory back. Nobody may be using the set.
    /// O(n).
    ~set() = default;

    /// Exchanges the contents. Not concurrent-safe. The allocators must be equal or propagate. O(1).
    void swap(set& other) noexcept { keys_.swap(other.keys_); }
    friend void swap(set& a, set& b) noexcept { a.swap(b); }

    // --- one key --------------------------------------------------------------------------------

    /// Whether `key` is in the set. Lock-free. Synchronizes with the insert() it sees. Throws what Hash and
    /// KeyEqual throw. Go: `_, ok := m.Load(key)`.
    template <class K = Key>
    SYNCMAP_INLINE bool contains(const K& key) const {
        return keys_.contains(key);
    }

    /// Puts `key` in, unless an equal one is there; says whether it did. Of racing calls one does. May wait,
    /// lock-free if the key is there. Synchronizes with every call that sees it, or with the insert() it sees.
    /// Throws what Hash, KeyEqual, constructing Key and allocating throw; strong. An rvalue is left alone
    /// when the key is found at once. Go: `_, loaded := m.LoadOrStore(key, struct{}{})`.
    template <class K = Key>
    bool insert(K&& key) {
        return !keys_.load_or_store(std::forward<K>(key), present{}).second;
    }

    /// Takes `key` out; says whether it was there. Of racing calls one does. May wait, lock-free if there is
    /// no such key. Synchronizes as insert(). Throws what Hash and KeyEqual throw; strong. Go: Delete.
    template <class K = Key>
    bool erase(const K& key) {
        return keys_.erase(key);
    }

    /// Looks for a range of keys: calls `f(index)` for each one that is there, in order; returns how many
    /// were. Faster than one by one on large sets: the cache misses overlap. Each is a contains() of its own,
    /// not all of one moment. Throws what contains() and f throw. O(size of the range).
    template <std::ranges::forward_range Keys, class F>
    std::size_t visit_many(const Keys& keys, F&& f) const {
        static_assert(std::is_invocable_v<F&, std::size_t>,
                      "syncmap::set::visit_many(keys, f): f must be callable with `std::size_t`");
        return keys_.visit_many(keys,
                                [&](std::size_t index, const present&) { std::invoke(f, index); });
    }

    // --- all keys -------------------------------------------------------------------------------

    /// Calls `f(const Key&)` for the keys, in no particular order, until all are done or f returns false (it
    /// may also return void). None is shown twice; one that is there from beginning to end is shown. f may do
    /// anything. Waits only for a bucket that is changed each time it is looked at. Synchronizes with the
    /// inserts it sees. Throws what f (and Hash) throw, and `std::bad_alloc`. O(n). Go: Range.
    template <class F>
    void for_each(F&& f) const {
        static_assert(std::is_invocable_v<F&, const Key&>,
                      "syncmap::set::for_each(f): f must be callable with `const Key&`");
        keys_.for_each(
            [&](const Key& key, const present&) -> decltype(auto) { return std::invoke(f, key); });
    }

    /// Takes out the keys for which `pred(const Key&)` is true; returns how many. If it throws, what was
    /// taken out stays out. Otherwise as for_each() and erase(). O(n).
    template <class Pred>
    std::size_t erase_if(Pred&& pred) {
        static_assert(
            std::is_invocable_r_v<bool, Pred&, const Key&>,
            "syncmap::set::erase_if(pred): pred must be callable with `const Key&` and return "
            "bool");
        return keys_.erase_if(
            [&](const Key& key, const present&) { return std::invoke(pred, key); });
    }

    /// All keys, copied, as for_each() shows them. O(n).
    [[nodiscard]] std::vector<Key> snapshot() const {
        static_assert(std::is_copy_constructible_v<Key>,
                      "syncmap::set::snapshot() copies keys: use for_each()");
        std::vector<Key> keys;
        keys.reserve(size());
        for_each([&](const Key& key) { keys.push_back(key); });
        return keys;
    }

    /// Takes everything out at once: linearizable with all calls on single keys. O(1). As map::clear().
    /// Go: Clear.
    void clear() { keys_.clear(); }

    // --- size and memory ------------------------------------------------------------------------

    /// The number of keys: exact when nobody is writing, otherwise near. O(1). Lock-free.
    [[nodiscard]] size_type size() const { return keys_.size(); }
    /// Whether size() is 0.
    [[nodiscard]] bool empty() const { return keys_.empty(); }

    /// Makes room for `n` keys in all, as map::reserve(). O(n) for the caller; others never wait for it.
    /// Throws `std::bad_alloc` (also if Hash throws while keys move), `std::length_error`; strong.
    void reserve(size_type n) { keys_.reserve(n); }

    /// Asks for the smallest table that holds what is there, as map::shrink_to_fit(). O(1).
    void shrink_to_fit() { keys_.shrink_to_fit(); }

    /// What is going on inside. Lock-free; O(1).
    [[nodiscard]] map_stats stats() const { return keys_.stats(); }

    /// Waits until no call can still see what has been taken out so far, and destroys it, as map::reclaim().
    /// O(garbage).
    void reclaim() const { keys_.reclaim(); }

    [[nodiscard]] allocator_type get_allocator() const noexcept {
        return allocator_type(keys_.get_allocator());
    }
    [[nodiscard]] hasher hash_function() const { return keys_.hash_function(); }
    [[nodiscard]] key_equal key_eq() const { return keys_.key_eq(); }

private:
    map_type keys_;
};

template <class Key, class Hash, class KeyEqual, class Allocator, class Pred>
std::size_t erase_if(set<Key, Hash, KeyEqual, Allocator>& s, Pred pred) {
    return s.erase_if(std::move(pred));
}

}  // namespace syncmap::inline v0
