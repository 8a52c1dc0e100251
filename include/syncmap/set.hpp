// SPDX-License-Identifier: BSL-1.0
//
// syncmap::set: a concurrent hash set: syncmap::map without values.
#pragma once

#include "detail/standard.hpp"
#include "map.hpp"

namespace syncmap::inline v0 {

namespace detail {
struct present {};  ///< what a set's map has for each key
}  // namespace detail

/// A concurrent set of Keys, on the engine of map and with its guarantees; the words that say what a call
/// does are explained there. Keys that are trivially copyable and of at most 16 bytes take no more room
/// than themselves and a tag.
///
/// Any number of threads may call any member at the same time, but for construction, destruction, move and
/// swap. Callbacks run outside all locks: they may call any member on the same set, throw, block, or take
/// for ever. A set keeps the key that it has: insert() never replaces it by an equal one.
///
/// @tparam Key as for map.
/// @tparam Hash as for map.
/// @tparam KeyEqual as for map.
/// @tparam Allocator as for map; its value_type is Key.
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
    using key_type = Key;              ///< what the set has
    using value_type = Key;            ///< as in standard sets
    using size_type = std::size_t;     ///< counts keys
    using hasher = Hash;               ///< the hash function
    using key_equal = KeyEqual;        ///< the equivalence of keys
    using allocator_type = Allocator;  ///< where all memory comes from

    /// @name Construction, move and swap
    /// @{

    /// An empty set.
    /// @progress Wait-free. @complexity O(1); allocates nothing. @may_throw What the defaults of Hash,
    /// KeyEqual and Allocator throw. @go `var m sync.Map`.
    set() = default;

    /// An empty set that takes its memory from `allocator`.
    /// @progress Wait-free. @complexity O(1); allocates nothing. @may_throw What making Hash and KeyEqual
    /// throws.
    explicit set(const Allocator& allocator) : keys_(map_allocator(allocator)) {}

    /// An empty set with room for `capacity` keys (0: allocates nothing), as after reserve(), with copies of
    /// `hash_function`, `equal` and `allocator`.
    /// @progress Does not wait. @complexity O(capacity).
    /// @may_throw `std::bad_alloc`, `std::length_error`.
    explicit set(size_type capacity, const Hash& hash_function = Hash(),
                 const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : keys_(capacity, hash_function, equal, map_allocator(allocator)) {}

    /// A set of the keys in [`first`, `last`); of equal keys the first stays. `hash_function`, `equal` and
    /// `allocator` are copied.
    /// @progress Does not wait. @complexity O(distance).
    /// @may_throw What dereferencing, copying, hashing, comparing and allocating throw.
    template <std::input_iterator Iterator>
    set(Iterator first, Iterator last, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : set(0, hash_function, equal, allocator) {
        for (; first != last; ++first) insert(*first);
    }

    /// A set of the keys in `keys`, likewise. `hash_function`, `equal` and `allocator` are copied.
    /// @progress Does not wait. @complexity O(size of the list).
    /// @may_throw What copying, hashing, comparing and allocating throw.
    set(std::initializer_list<Key> keys, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : set(keys.begin(), keys.end(), hash_function, equal, allocator) {}

    /// A set that others are writing has no one state to copy: see snapshot().
    set(const set&) = delete;
    set& operator=(const set&) = delete;  ///< nor is there one to assign

    /// Takes over all of `other`, which is empty then, and usable. Not concurrent-safe.
    /// @progress Wait-free. @complexity O(1).
    set(set&& other) noexcept = default;
    /// The same with `allocator` in place of `other`'s: if they are not equal, keys are copied one by one.
    /// Not concurrent-safe.
    /// @progress Does not wait. @complexity O(1), or O(n) one by one.
    /// @may_throw Nothing, or what copies and allocations one by one throw: each set has some keys then.
    set(set&& other, const Allocator& allocator)
        : keys_(std::move(other.keys_), map_allocator(allocator)) {}
    /// Destroys all keys and takes over all of `other`, allocators as in standard containers: when they do
    /// not propagate and are not equal, keys are copied one by one. Not concurrent-safe.
    /// @progress Does not wait. @complexity O(n) for what is destroyed, and for what is copied one by one.
    /// @may_throw As the constructor that takes an allocator.
    set& operator=(set&& other) = default;

    /// Destroys every key, also those erased before, and gives all memory back. Not concurrent-safe: nobody
    /// may be using the set.
    /// @progress Does not wait. @complexity O(n).
    ~set() = default;

    /// Exchanges the contents with those of `other`. The allocators must be equal or propagate. Not
    /// concurrent-safe.
    /// @progress Wait-free. @complexity O(1).
    void swap(set& other) noexcept { keys_.swap(other.keys_); }
    /// Exchanges the contents of `a` and `b`. Not concurrent-safe.
    /// @otherwise as set::swap(set&).
    friend void swap(set& a, set& b) noexcept { a.swap(b); }

    /// @}
    /// @name One key
    /// @{

    /// Whether `key` is in the set.
    /// @progress Lock-free. @complexity O(1). @go `_, ok := m.Load(key)`.
    /// @ordering Synchronizes with the insert() it sees.
    /// @may_throw What Hash and KeyEqual throw; strong.
    template <class K = Key>
    SYNCMAP_INLINE bool contains(const K& key) const {
        return keys_.contains(key);
    }

    /// Puts `key` in, unless an equal one is there; returns whether it did. Of racing calls one does. An
    /// rvalue is left alone when the key is found at once; if another thread inserts it meanwhile, it may
    /// have been moved from.
    /// @progress Lock-free if the key is there, otherwise may wait. @complexity O(1).
    /// @go `_, loaded := m.LoadOrStore(key, struct{}{})`.
    /// @ordering Synchronizes with every call that sees the key, or with the insert() it sees.
    /// @may_throw What Hash, KeyEqual, constructing Key and allocating throw; strong.
    template <class K = Key>
        requires(!detail::taken_as_const<K, Key>)
    bool insert(K&& key) {
        return !keys_.load_or_store(std::forward<K>(key), present{}).second;
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as insert() above. @go `_, loaded := m.LoadOrStore(key, struct{}{})`.
    template <class K>
        requires detail::taken_as_const<K&, Key>
    SYNCMAP_INLINE bool insert(const K& key) {
        return insert<const K&>(key);
    }

    /// Takes `key` out; returns whether it was there. Of racing calls one does.
    /// @progress May wait. @complexity O(1). @go `Delete`.
    /// @ordering Synchronizes with the insert() it undoes, and with every call that sees the key absent.
    /// @may_throw What Hash and KeyEqual throw; strong.
    template <class K = Key>
    bool erase(const K& key) {
        return keys_.erase(key);
    }

    /// Puts the `keys` of a range in, unless equal ones are there; returns how many it has put in. Each is an insert() of
    /// its own, not all of one moment. Elements that are rvalues are moved from, as by insert().
    /// @progress As insert(), for each. @complexity O(size of the range). @go A loop of `LoadOrStore`.
    /// @ordering Each as insert().
    /// @may_throw What insert() and going through the range throw; what has been put in stays.
    template <std::ranges::input_range Keys>
    size_type insert_range(Keys&& keys) {
        size_type inserted = 0;
        for (auto&& key : keys) {
            inserted += insert(std::forward<decltype(key)>(key)) ? 1U : 0U;
        }
        return inserted;
    }

    /// Takes the `keys` of a range out; returns how many were there.
    /// @otherwise as map::erase_many(). @go A loop of `Delete`.
    template <std::ranges::input_range Keys>
    size_type erase_many(Keys&& keys) {
        return keys_.erase_many(keys);
    }

    /// Calls `f(index)` for each of `keys` that is there, in order; returns how many were. Faster than one
    /// by one on large sets: the cache misses overlap. Each is a contains() of its own, not all of one
    /// moment.
    /// @progress Lock-free beside f. @complexity O(size of the range). @go None.
    /// @ordering Each key as contains().
    /// @may_throw What contains() and f throw; strong.
    template <std::ranges::forward_range Keys, class F>
    std::size_t visit_many(Keys&& keys, F&& f) const {
        static_assert(std::is_invocable_v<F&, std::size_t>,
                      "syncmap::set::visit_many(keys, f): f must be callable with `std::size_t`");
        return keys_.visit_many(keys,
                                [&](std::size_t index, const present&) { detail::call(f, index); });
    }

    /// @}
    /// @name All keys
    /// @{

    /// Calls `f(const Key&)` for the keys, in no particular order, until all are done or f returns false (it
    /// may also return void). None is shown twice; one that is there from beginning to end is shown. f may
    /// do anything.
    /// @progress Waits only for a bucket that is changed each time it is looked at. @complexity O(n).
    /// @go `Range`.
    /// @ordering Synchronizes with the insertions it sees.
    /// @may_throw What f (and Hash) throw, and `std::bad_alloc`; strong.
    template <class F>
    void for_each(F&& f) const {
        static_assert(std::is_invocable_v<F&, const Key&>,
                      "syncmap::set::for_each(f): f must be callable with `const Key&`");
        keys_.for_each(
            [&](const Key& key, const present&) -> decltype(auto) { return detail::call(f, key); });
    }

    /// The same for one of several parts of the keys, as map::for_each(part, parts, f): what is there throughout is
    /// shown to `f` by exactly one of `parts` calls, with `part` from 0 on.
    /// @otherwise as map::for_each(part, parts, f). @go None.
    template <class F>
    void for_each(size_type part, size_type parts, F&& f) const {
        static_assert(
            std::is_invocable_v<F&, const Key&>,
            "syncmap::set::for_each(part, parts, f): f must be callable with `const Key&`");
        keys_.for_each(part, parts, [&](const Key& key, const present&) -> decltype(auto) {
            return detail::call(f, key);
        });
    }

    /// Takes out the keys for which `pred(const Key&)` is true, these very keys, also what no key equals
    /// (NaN); returns how many.
    /// @progress As for_each() and erase(). @complexity O(n). @go `Range` and `Delete`.
    /// @ordering As for_each() and erase().
    /// @may_throw As for_each(), and what pred throws; what was taken out stays out.
    template <class Pred>
    std::size_t erase_if(Pred&& pred) {
        static_assert(std::is_invocable_r_v<bool, Pred&, const Key&>,
                      "syncmap::set::erase_if(pred): pred must be callable with `const Key&` and "
                      "return bool");
        return keys_.erase_if(
            [&](const Key& key, const present&) { return detail::call(pred, key); });
    }

    /// All keys, copied, as for_each() shows them.
    /// @progress As for_each(). @complexity O(n). @go `Range` with `append`.
    /// @ordering As for_each().
    /// @may_throw As for_each(), and what copying throws; strong.
    [[nodiscard]] std::vector<Key> snapshot() const {
        static_assert(std::is_copy_constructible_v<Key>,
                      "syncmap::set::snapshot() copies keys: use for_each()");
        std::vector<Key> keys;
        keys.reserve(size());
        for_each([&](const Key& key) { keys.push_back(key); });
        return keys;
    }

    /// Takes everything out at once: linearizable, like the calls on single keys. As map::clear().
    /// @progress Lock-free, but for the lock of the list that the old contents go to. @complexity O(1). @go `Clear`.
    /// @ordering Synchronizes with the calls on single keys that it follows, and with those that see it.
    /// @may_throw Nothing.
    void clear() { keys_.clear(); }

    /// @}
    /// @name Size and memory
    /// @{

    /// The number of keys: exact when nobody is writing, otherwise near.
    /// @progress Lock-free. @complexity O(1). @go None.
    /// @ordering None. @may_throw Nothing.
    [[nodiscard]] size_type size() const { return keys_.size(); }
    /// Whether size() is 0.
    /// @otherwise as size(). @go None.
    [[nodiscard]] bool empty() const { return keys_.empty(); }

    /// Makes room for `n` keys in all, as map::reserve().
    /// @otherwise as map::reserve(). @go None.
    void reserve(size_type n) { keys_.reserve(n); }

    /// Asks for the smallest table that holds what is there, as map::shrink_to_fit().
    /// @otherwise as map::shrink_to_fit(). @go None.
    void shrink_to_fit() { keys_.shrink_to_fit(); }

    /// What is going on inside.
    /// @otherwise as map::stats(). @go None.
    [[nodiscard]] map_stats stats() const { return keys_.stats(); }

    /// Waits until no call can still see what has been taken out so far, and destroys it.
    /// @otherwise as map::reclaim(). @go None.
    void reclaim() const { keys_.reclaim(); }

    /// A copy of the allocator.
    /// @progress Wait-free. @complexity O(1). @ordering None. @go None.
    [[nodiscard]] allocator_type get_allocator() const noexcept {
        return allocator_type(keys_.get_allocator());
    }
    /// A copy of the hash function.
    /// @progress Wait-free. @complexity O(1). @ordering None. @may_throw What the copy throws. @go None.
    [[nodiscard]] hasher hash_function() const { return keys_.hash_function(); }
    /// A copy of the equality.
    /// @progress Wait-free. @complexity O(1). @ordering None. @may_throw What the copy throws. @go None.
    [[nodiscard]] key_equal key_eq() const { return keys_.key_eq(); }

    /// @}

private:
    map_type keys_{};
};

/// Takes the keys out of `s` for which `pred(const Key&)` is true; returns how many.
/// @otherwise as set::erase_if().
template <class Key, class Hash, class KeyEqual, class Allocator, class Pred>
std::size_t erase_if(set<Key, Hash, KeyEqual, Allocator>& s, Pred pred) {
    return s.erase_if(std::move(pred));
}

}  // namespace syncmap::inline v0
