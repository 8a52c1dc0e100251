// SPDX-License-Identifier: BSL-1.0
//
// syncmap::map: a concurrent hash map for maps that are read much more often than their keys change.
#pragma once

#include <concepts>
#include <initializer_list>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "change.hpp"
#include "detail/keys.hpp"
#include "detail/operations.hpp"
#include "detail/standard.hpp"
#include "hash.hpp"
#include "in_place.hpp"
#include "pinned.hpp"
#include "stats.hpp"

namespace syncmap::inline v0 {

/// A hash map from Key to T for any number of threads at the same time: the members of Go's `sync.Map`, and more.
///
/// Any number of threads may call any member at the same time, but for construction, destruction, move and
/// swap. Callbacks run outside all locks: they may call any member on the same map, throw, block, or take
/// for ever, and hold back from destruction no more than the one value they look at (for_each() and
/// erase_if() also the keys of one bucket, visit_many() up to 16 values).
///
/// A key or value that only views foreign memory (`string_view`, a pointer that KeyEqual follows) may
/// still be looked at by a concurrent call for a moment after erase() has returned; reclaim() waits until
/// it is not.
///
/// @tparam Key any object type.
/// @tparam T   any object type, also one that can be neither copied nor moved (then use try_emplace(),
///             visit(), pin()). Destructors must not throw. What holds nothing but memory is used again
///             by later writes: see `recyclable`. T and Key may be incomplete until a member is
///             called: a map may be a member of its own T.
/// @tparam Hash callable with `const Key&` from several threads at once; declare `is_avalanching` if all
///             bits of its results are good, otherwise they are mixed again.
///             Hash and KeyEqual must not change the same map: they are called with its locks held.
/// @tparam KeyEqual an equivalence, callable likewise. Where Hash and KeyEqual both have `is_transparent`
///             (the defaults for strings do), members take any key that both accept, and build a Key only
///             to insert it; where Key is a string or a view, also what converts to a view of the same
///             characters. Otherwise what is no Key is converted to one first. What can be inserted can be
///             looked up; anything else does not compile, and the message says why.
/// @tparam Allocator all memory of the map comes from it and is back when the destructor returns; must be
///             usable from several threads at once. (Outside it: a small record a thread, which belongs to
///             the process, and what a running for_each() copies.)
///
/// @par Words used below
/// - *Lock-free:* never waits for another thread. It looks again if another thread has changed the same bucket
///   meanwhile: so at any time at least one of them comes to an end.
/// - *May wait:* takes the lock of the key's bucket (while the map is being shrunk: of two neighbours),
///   which others hold for some tens of instructions, in which no code of yours runs but KeyEqual and,
///   where entries move, Hash and the allocator. What has been erased or replaced is put into a
///   list, under a lock of that list.
/// - *Strong:* if Hash, KeyEqual, a copy, an allocation or a callback throws, the map is as it was.
/// - *Synchronizes:* a call that sees the effect of another one happens after everything that the thread of
///   that other call did before it (release/acquire). All calls on one map, whatever their keys, and
///   clear(), are in one order that every thread agrees on (linearizable).
/// - *O(1),* for a call on a key: on average, beside Hash, KeyEqual and the copies it returns, and also in
///   the worst case as far as moving to a larger or smaller table is concerned: it moves at most 6 buckets
///   (each time it tries, where it has to try again). With n keys of one hash it is O(n).
///
/// @par Parameters named alike
/// `key` is a Key, or anything that the note on KeyEqual allows; rvalues may be moved from where they are
/// inserted. `value` and `desired` are anything that T can be constructed from. `f` and `pred` are called
/// in the calling thread, before the member returns.
///
/// @par Exceptions of any member
/// The first call of a thread may throw `std::bad_alloc` (for its record), with nothing changed.
template <class Key, class T, class Hash = hash<Key>, class KeyEqual = std::equal_to<>,
          class Allocator = std::allocator<std::pair<const Key, T>>>
class map {
    static_assert(
        std::is_object_v<Key> && !std::is_array_v<Key>,
        "syncmap::map: Key must be an object type, not a reference, an array, a function or void");
    static_assert(
        std::is_object_v<T> && !std::is_array_v<T>,
        "syncmap::map: T must be an object type, not a reference, an array, a function or void "
        "(for a reference use a pointer)");
    static_assert(std::is_same_v<Key, std::remove_cv_t<Key>>,
                  "syncmap::map: write Key without const or volatile: keys are const anyway");
    static_assert(
        std::is_same_v<T, std::remove_cv_t<T>>,
        "syncmap::map: write T without const or volatile: values are const for readers anyway");
    static_assert(
        detail::hashes<Hash, Key, map>(),
        "syncmap::map: Hash cannot hash Key: specialise std::hash<Key>, or pass a Hash whose "
        "`std::size_t operator()(const Key&) const` exists");
    static_assert(detail::compares<KeyEqual, Key, map>(),
                  "syncmap::map: KeyEqual cannot compare two Keys: give Key an operator==, or pass "
                  "a KeyEqual "
                  "whose `bool operator()(const Key&, const Key&) const` exists");
    static_assert(std::is_same_v<typename std::allocator_traits<Allocator>::value_type,
                                 std::pair<const Key, T>>,
                  "syncmap::map: Allocator's value_type must be std::pair<const Key, T>");

    using allocator_traits = std::allocator_traits<Allocator>;

public:
    using key_type = Key;                        ///< what entries are found by
    using mapped_type = T;                       ///< what is stored; constant once it is
    using value_type = std::pair<const Key, T>;  ///< as in standard maps; no such pairs are kept
    using size_type = std::size_t;               ///< counts entries
    using hasher = Hash;                         ///< the hash function
    using key_equal = KeyEqual;                  ///< the equivalence of keys
    using allocator_type = Allocator;            ///< where all memory comes from

    /// @name Construction
    /// @{

    /// An empty map.
    /// @progress Wait-free. @complexity O(1); allocates nothing. @go `var m sync.Map`.
    /// @may_throw What the defaults of Hash, KeyEqual and Allocator throw.
    map() noexcept(std::is_nothrow_default_constructible_v<Hash> &&
                   std::is_nothrow_default_constructible_v<KeyEqual> &&
                   std::is_nothrow_default_constructible_v<Allocator>)
        : impl_(Hash(), KeyEqual(), Allocator()) {}

    /// An empty map that takes its memory from `allocator`.
    /// @progress Wait-free. @complexity O(1); allocates nothing.
    /// @may_throw What making Hash and KeyEqual throws.
    explicit map(const Allocator& allocator) : impl_(Hash(), KeyEqual(), allocator) {}

    /// An empty map with room for `capacity` entries (0: allocates nothing), as after reserve(), that uses
    /// copies of `hash_function`, `equal` and `allocator`.
    /// @progress Does not wait. @complexity O(capacity).
    /// @may_throw `std::bad_alloc`; `std::length_error` if there is no such table.
    explicit map(size_type capacity, const Hash& hash_function = Hash(),
                 const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : impl_(hash_function, equal, allocator) {
        impl_.reserve(capacity);
    }

    /// A map of the pairs from `first` to before `last`; of equal keys the first wins. Uses copies of
    /// `hash_function`, `equal` and `allocator`.
    /// @progress Does not wait. @complexity O(distance).
    /// @may_throw What dereferencing, copying, hashing, comparing and allocating throw; nothing is left.
    template <std::input_iterator Iterator>
    map(Iterator first, Iterator last, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : impl_(hash_function, equal, allocator) {
        for (; first != last; ++first) {
            auto&& entry = *first;
            impl_.insert(insert_key(std::forward<decltype(entry)>(entry).first),
                         std::forward<decltype(entry)>(entry).second);
        }
    }

    /// A map of the pairs in `entries`, with copies of `hash_function`, `equal` and `allocator`.
    /// @otherwise as the constructor from two iterators.
    map(std::initializer_list<value_type> entries, const Hash& hash_function = Hash(),
        const KeyEqual& equal = KeyEqual(), const Allocator& allocator = Allocator())
        : map(entries.begin(), entries.end(), hash_function, equal, allocator) {}

    /// A map that others are writing has no one state to copy: see snapshot().
    map(const map&) = delete;
    map& operator=(const map&) = delete;  ///< nor is there one to assign

    /// Takes over all of `other`, which is empty then, and usable. Not concurrent-safe.
    /// @progress Wait-free. @complexity O(1).
    map(map&& other) noexcept : impl_(std::move(other.impl_)) {}
    /// The same with `allocator` in place of `other`'s: if they are not equal, keys are copied and values
    /// moved, one by one. Not concurrent-safe.
    /// @progress Does not wait. @complexity O(1), or O(n) one by one.
    /// @may_throw Nothing, or one by one what copies, moves and allocations throw: `other` then has the entries that
    /// had not been moved yet. (Values whose move constructor may throw are copied, where they can be.)
    map(map&& other, const Allocator& allocator)
        : impl_(other.hash_function(), other.key_eq(), allocator) {
        take(other);
    }
    /// Destroys all entries and takes over all of `other`, allocators as in standard containers: when they
    /// do not propagate and are not equal, keys are copied and values moved, one by one. Not
    /// concurrent-safe.
    /// @progress Does not wait. @complexity O(n) for what is destroyed, and for what is moved one by one.
    /// @may_throw As the constructor that takes an allocator; this map then has the entries that had been moved.
    map& operator=(map&& other) noexcept(
        allocator_traits::propagate_on_container_move_assignment::value ||
        allocator_traits::is_always_equal::value) {
        if (this != std::addressof(other)) {
            impl_.destroy_everything();
            if constexpr (allocator_traits::propagate_on_container_move_assignment::value) {
                impl_.set_allocator(other.impl_.allocator());
            }
            take(other);
        }
        return *this;
    }

    /// Destroys every key and value, also those erased before, and gives all memory back. Not
    /// concurrent-safe: nobody may be using the map, no callback of its members running, and no `pinned` handle to its
    /// values may be left (debug builds assert that, and say which).
    /// @progress Does not wait. @complexity O(n).
    ~map() = default;

    /// Exchanges the contents with those of `other`. The allocators must be equal or propagate. Not
    /// concurrent-safe.
    /// @progress Wait-free. @complexity O(1).
    void swap(map& other) noexcept {
        if constexpr (allocator_traits::propagate_on_container_swap::value) {
            const Allocator mine = impl_.allocator();
            impl_.set_allocator(other.impl_.allocator());
            other.impl_.set_allocator(mine);
        }
        impl_.swap(other.impl_);
    }
    /// Exchanges the contents of `a` and `b`. Not concurrent-safe.
    /// @otherwise as map::swap(map&).
    friend void swap(map& a, map& b) noexcept { a.swap(b); }

    /// @}
    /// @name Reading
    /// @{

    /// The value of `key`, copied, or nullopt.
    /// @progress Lock-free. @complexity O(1). @go `Load`.
    /// @ordering Synchronizes with the write it sees.
    /// @may_throw What Hash, KeyEqual and the copy throw; strong.
    template <class K = Key>
    SYNCMAP_INLINE std::optional<T> load(const K& key) const {
        static_assert(
            std::is_copy_constructible_v<T>,
            "syncmap::map::load() returns a copy, and T cannot be copied: use visit() to look at "
            "the value where it is, or pin() to keep it");
        return impl_.load(lookup_key(key));
    }

    /// Calls `f(const T&)` on the value of `key`, if there is one, without copying it; returns whether
    /// there was. The value lives until f returns, even if it is erased or replaced meanwhile; f may do
    /// anything. WARNING: a trivially copyable T of at most 8 bytes is shown as a copy: what f changes of it (a
    /// `mutable` member) is lost. A `std::atomic` member, or in_place, puts an end to that.
    /// @progress Lock-free beside f. @complexity O(1). @go None: values are shared there.
    /// @ordering Synchronizes with the write it sees.
    /// @may_throw What Hash, KeyEqual and f throw; `std::bad_alloc` (a thread's first visits); strong.
    template <class K = Key, class F>
    SYNCMAP_INLINE bool visit(const K& key, F&& f) const {
        static_assert(std::is_invocable_v<F&, const T&>,
                      "syncmap::map::visit(key, f): f must be callable with `const T&`");
        return impl_.visit(lookup_key(key), f);
    }

    /// A handle to the value of `key`, empty if there is none: the value lives while the handle does. May
    /// be kept, moved to other threads, held across co_await; not beyond the map's life. WARNING: of a trivially
    /// copyable T of at most 8 bytes the handle has a copy: what is changed of it is lost, as with visit().
    /// @progress Lock-free. @complexity O(1). @go None: values are shared there.
    /// @ordering Synchronizes with the write it sees.
    /// @may_throw What Hash and KeyEqual throw, and `std::bad_alloc`; strong.
    template <class K = Key>
    pinned<T> pin(const K& key) const {
        return impl_.pin(lookup_key(key));
    }

    /// Whether there is a value of `key`.
    /// @progress Lock-free. @complexity O(1). @go `_, ok := m.Load(key)`.
    /// @ordering Synchronizes with the write it sees.
    /// @may_throw What Hash and KeyEqual throw; strong.
    template <class K = Key>
    SYNCMAP_INLINE bool contains(const K& key) const {
        return impl_.contains(lookup_key(key));
    }

    /// Loads a range of `keys`, any that can be gone through twice: `out[i]` becomes the value of the i-th, or
    /// nullopt. Returns how many were there. Faster than one by one on large maps: the cache misses overlap. Each
    /// key is a load() of its own, not all of one moment.
    /// @progress Lock-free. @complexity O(size of the range). @go None.
    /// @ordering Each key as load().
    /// @may_throw `std::invalid_argument` if `out` is shorter than the range, and what load() throws;
    /// what has been written to `out` stays.
    template <std::ranges::forward_range Keys>
    std::size_t load_many(Keys&& keys, std::span<std::optional<T>> out) const {
        static_assert(
            std::is_copy_constructible_v<T>,
            "syncmap::map::load_many() copies values, and T cannot be copied: use visit_many()");
        if (out.size() < detail::length_of(keys)) {
            detail::throw_invalid_argument(
                "syncmap::map::load_many: there are more keys than places for values");
        }
        return impl_.load_many(keys, to_lookup_key, out);
    }

    /// Calls `f(index, const T&)` for each of `keys` that is there, in order; returns how many were. Each
    /// key is a visit() of its own, not all of one moment.
    /// @progress Lock-free beside f. @complexity O(size of the range). @go None.
    /// @ordering Each key as visit().
    /// @may_throw What visit() throws; strong.
    template <std::ranges::forward_range Keys, class F>
    std::size_t visit_many(Keys&& keys, F&& f) const {
        static_assert(
            std::is_invocable_v<F&, std::size_t, const T&>,
            "syncmap::map::visit_many(keys, f): f must be callable with `std::size_t, const T&`");
        return impl_.visit_many(keys, to_lookup_key, f);
    }

    /// @}
    /// @name Writing
    /// @{

    /// Sets the value of `key`, whether there is one already or not, to `value`.
    /// @progress May wait. @complexity O(1). @go `Store`.
    /// @ordering Synchronizes with every call that sees it.
    /// @may_throw What Hash, KeyEqual, constructing Key and T, and allocating throw; strong.
    template <class K = Key, class V = T>
        requires(!detail::taken_as_const<K, Key> && !detail::taken_as_const<V, T>)
    void store(K&& key, V&& value) {
        static_assert(
            std::is_constructible_v<T, V>,
            "syncmap::map::store(key, value): T cannot be constructed from value (a T that cannot "
            "be moved or copied is made in place by try_emplace())");
        impl_.store(insert_key(std::forward<K>(key)), std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as store() above. @go `Store`.
    template <class K, class V = T>
        requires detail::taken_as_const<K&, Key> && (!detail::taken_as_const<V, T>)
    SYNCMAP_INLINE void store(const K& key, V&& value) {
        store<const K&, V>(key, std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `value`.
    /// @otherwise as store() above. @go `Store`.
    template <class K = Key, class V>
        requires(!detail::taken_as_const<K, Key>) && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE void store(K&& key, const V& value) {
        store<K, const V&>(std::forward<K>(key), value);
    }
    /// The same for bit-fields and members of packed structures, as `key` and `value`.
    /// @otherwise as store() above. @go `Store`.
    template <class K, class V>
        requires detail::taken_as_const<K&, Key> && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE void store(const K& key, const V& value) {
        store<const K&, const V&>(key, value);
    }

    /// The value of `key` if there is one (and true), otherwise stores `value` and returns it (and false).
    /// Of racing calls one stores, and all return its value. An rvalue key or value is left alone when the
    /// key is found at once; if another thread inserts it meanwhile, it may have been moved from.
    /// @progress Lock-free if the key is there, otherwise may wait. @complexity O(1). @go `LoadOrStore`.
    /// @ordering As load() or store().
    /// @may_throw As load() and store(); strong.
    template <class K = Key, class V = T>
        requires(!detail::taken_as_const<K, Key> && !detail::taken_as_const<V, T>)
    std::pair<T, bool> load_or_store(K&& key, V&& value) {
        static_assert(std::is_copy_constructible_v<T>,
                      "syncmap::map::load_or_store() returns a copy, and T cannot be copied: use "
                      "try_emplace(), which hands back a pinned<T>, or visit()");
        return impl_.load_or_store(insert_key(std::forward<K>(key)), std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as load_or_store() above. @go `LoadOrStore`.
    template <class K, class V = T>
        requires detail::taken_as_const<K&, Key> && (!detail::taken_as_const<V, T>)
    SYNCMAP_INLINE std::pair<T, bool> load_or_store(const K& key, V&& value) {
        return load_or_store<const K&, V>(key, std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `value`.
    /// @otherwise as load_or_store() above. @go `LoadOrStore`.
    template <class K = Key, class V>
        requires(!detail::taken_as_const<K, Key>) && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE std::pair<T, bool> load_or_store(K&& key, const V& value) {
        return load_or_store<K, const V&>(std::forward<K>(key), value);
    }
    /// The same for bit-fields and members of packed structures, as `key` and `value`.
    /// @otherwise as load_or_store() above. @go `LoadOrStore`.
    template <class K, class V>
        requires detail::taken_as_const<K&, Key> && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE std::pair<T, bool> load_or_store(const K& key, const V& value) {
        return load_or_store<const K&, const V&>(key, value);
    }

    /// The value of `key` if there is one (and true), otherwise stores what `f()` returns and returns that
    /// (and false). f is called only if the key is absent. Several threads may be computing a value for
    /// one key at the same time; one result is stored, and all return it. If f itself stores the key, that
    /// value is returned (and true). f runs under no lock and may do anything.
    /// @progress As load_or_store(), beside f. @complexity O(1).
    /// @go None (a loop of `LoadOrStore`, or `sync.Once`).
    /// @ordering As load() or store().
    /// @may_throw As load_or_store(), and what f throws; strong.
    template <class K = Key, class F>
        requires(!detail::taken_as_const<K, Key>)
    std::pair<T, bool> load_or_compute(K&& key, F&& f) {
        static_assert(std::is_copy_constructible_v<T>,
                      "syncmap::map::load_or_compute() returns a copy, and T cannot be copied: use "
                      "try_emplace(), which hands back a pinned<T>, or visit()");
        static_assert(
            std::is_invocable_v<F&> && std::is_constructible_v<T, std::invoke_result_t<F&>>,
            "syncmap::map::load_or_compute(key, f): f() must return something that T can be "
            "constructed from");
        return impl_.load_or_compute(insert_key(std::forward<K>(key)), f);
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as load_or_compute() above. @go None.
    template <class K, class F>
        requires detail::taken_as_const<K&, Key>
    SYNCMAP_INLINE std::pair<T, bool> load_or_compute(const K& key, F&& f) {
        return load_or_compute<const K&, F>(key, std::forward<F>(f));
    }

    /// Constructs a T of `args` in place for `key` unless there is a value already; returns a handle to the
    /// value that is there now, and whether it was inserted. T may be neither copyable nor movable.
    /// (No bit-field can be one of `args`: write `+s.field`.) Rvalues are treated as by load_or_store().
    /// WARNING: of a trivially copyable T of at most 8 bytes the handle has a copy: what is changed of it is lost, as
    /// with visit(). A counter is a struct with a `mutable std::atomic`.
    /// @progress Lock-free if the key is there, otherwise may wait. @complexity O(1). @go `LoadOrStore`.
    /// @ordering As load() or store().
    /// @may_throw As pin() and store(); strong.
    template <class K = Key, class... Args>
        requires(!detail::taken_as_const<K, Key>)
    std::pair<pinned<T>, bool> try_emplace(K&& key, Args&&... args) {
        static_assert(std::is_constructible_v<T, Args...>,
                      "syncmap::map::try_emplace(key, args...): T cannot be constructed from args");
        return impl_.try_emplace(insert_key(std::forward<K>(key)), std::forward<Args>(args)...);
    }
    /// The same for bit-fields and members of packed structures, as `key` (not as `args`).
    /// @otherwise as try_emplace() above. @go `LoadOrStore`.
    template <class K, class... Args>
        requires detail::taken_as_const<K&, Key>
    SYNCMAP_INLINE std::pair<pinned<T>, bool> try_emplace(const K& key, Args&&... args) {
        return try_emplace<const K&, Args...>(key, std::forward<Args>(args)...);
    }

    /// Removes `key`; returns whether it was there. The value is destroyed when nobody looks at it any
    /// more: see reclaim(). Needs no memory (a smaller table that it starts or fills is done without if
    /// there is none).
    /// @progress May wait. @complexity O(1). @go `Delete`.
    /// @ordering Synchronizes with every call that sees it, and with the write it erases.
    /// @may_throw What Hash and KeyEqual throw; strong.
    template <class K = Key>
    bool erase(const K& key) {
        return impl_.erase(lookup_key(key));
    }

    /// Removes `key` and returns the value it had, or nullopt.
    /// @progress May wait. @complexity O(1). @go `LoadAndDelete`.
    /// @ordering As erase().
    /// @may_throw As erase(), and what the copy throws; strong.
    template <class K = Key>
    std::optional<T> load_and_erase(const K& key) {
        static_assert(
            std::is_copy_constructible_v<T>,
            "syncmap::map::load_and_erase() returns a copy, and T cannot be copied: use pin() and "
            "erase()");
        return impl_.load_and_erase(lookup_key(key));
    }

    /// Sets the value of `key` to `value` and returns the one it had, or nullopt.
    /// @progress May wait. @complexity O(1). @go `Swap`.
    /// @ordering As load() and store().
    /// @may_throw As load() and store(); strong.
    template <class K = Key, class V = T>
        requires(!detail::taken_as_const<K, Key> && !detail::taken_as_const<V, T>)
    std::optional<T> exchange(K&& key, V&& value) {
        static_assert(std::is_copy_constructible_v<T>,
                      "syncmap::map::exchange() returns a copy, and T cannot be copied: use pin() "
                      "and store()");
        return impl_.exchange(insert_key(std::forward<K>(key)), std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as exchange() above. @go `Swap`.
    template <class K, class V = T>
        requires detail::taken_as_const<K&, Key> && (!detail::taken_as_const<V, T>)
    SYNCMAP_INLINE std::optional<T> exchange(const K& key, V&& value) {
        return exchange<const K&, V>(key, std::forward<V>(value));
    }
    /// The same for bit-fields and members of packed structures, as `value`.
    /// @otherwise as exchange() above. @go `Swap`.
    template <class K = Key, class V>
        requires(!detail::taken_as_const<K, Key>) && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE std::optional<T> exchange(K&& key, const V& value) {
        return exchange<K, const V&>(std::forward<K>(key), value);
    }
    /// The same for bit-fields and members of packed structures, as `key` and `value`.
    /// @otherwise as exchange() above. @go `Swap`.
    template <class K, class V>
        requires detail::taken_as_const<K&, Key> && detail::taken_as_const<V&, T>
    SYNCMAP_INLINE std::optional<T> exchange(const K& key, const V& value) {
        return exchange<const K&, const V&>(key, value);
    }

    /// Sets the value of `key` to `desired` if there is one that equals `expected` (by ==, never by bytes:
    /// NaN matches nothing); returns whether it did. `desired` is left alone if the first value seen does
    /// not match.
    /// @progress May wait; looks again if the value changes while it is compared. @complexity O(1).
    /// @go `CompareAndSwap`.
    /// @ordering As load() and store().
    /// @may_throw What ==, Hash, KeyEqual, constructing T and allocating throw; strong.
    template <class K = Key, class V = T>
        requires(!detail::taken_as_const<V, T>)
    bool compare_exchange(const K& key, const T& expected, V&& desired) {
        check_equality();
        return impl_.compare_exchange(lookup_key(key), expected, std::forward<V>(desired));
    }
    /// The same for bit-fields and members of packed structures, as `desired` (`key` and `expected` are always
    /// taken so).
    /// @otherwise as compare_exchange() above. @go `CompareAndSwap`.
    template <class K = Key, class V>
        requires detail::taken_as_const<V&, T>
    SYNCMAP_INLINE bool compare_exchange(const K& key, const T& expected, const V& desired) {
        return compare_exchange<K, const V&>(key, expected, desired);
    }

    /// Inserts the `entries` of a range, pairs of a key and a value, whose keys are absent; returns how many it has inserted.
    /// Of equal keys the first counts. Each is a try_emplace() of its own, not all of one moment. Elements that are
    /// rvalues (of a range of move iterators) are moved from, as by load_or_store().
    /// @progress As try_emplace(), for each. @complexity O(size of the range). @go A loop of `LoadOrStore`.
    /// @ordering Each as try_emplace().
    /// @may_throw What try_emplace() and going through the range throw; what has been inserted stays.
    template <std::ranges::input_range Entries>
    size_type insert_range(Entries&& entries) {
        static_assert(
            std::tuple_size_v<std::remove_cvref_t<std::ranges::range_reference_t<Entries>>> == 2,
            "syncmap::map::insert_range(entries): entries must be pairs of a key and a value");
        size_type inserted = 0;
        for (auto&& entry : entries) {
            using element = decltype(entry);
            inserted += try_emplace(std::get<0>(std::forward<element>(entry)),
                                    std::get<1>(std::forward<element>(entry)))
                                .second
                            ? 1U
                            : 0U;
        }
        return inserted;
    }

    /// Removes the `keys` of a range; returns how many were there. Each is an erase() of its own, not all of one moment.
    /// @progress As erase(), for each. @complexity O(size of the range). @go A loop of `Delete`.
    /// @ordering Each as erase().
    /// @may_throw What erase() and going through the range throw; what has been removed stays so.
    template <std::ranges::input_range Keys>
    size_type erase_many(Keys&& keys) {
        size_type erased = 0;
        for (auto&& key : keys) {
            erased += erase(key) ? 1U : 0U;
        }
        return erased;
    }

    /// Removes `key` if its value equals `expected` (by ==); returns whether it did.
    /// @progress As compare_exchange(). @complexity O(1). @go `CompareAndDelete`.
    /// @ordering As load() and erase().
    /// @may_throw What ==, Hash and KeyEqual throw, and `std::bad_alloc` (a thread's first calls); strong.
    template <class K = Key>
    bool compare_and_erase(const K& key, const T& expected) {
        check_equality();
        return impl_.compare_and_erase(lookup_key(key), expected);
    }

    /// Removes `key` if `pred(const T&)` is true of its value; returns whether it did. What is removed is the very value
    /// that pred was shown: pred, which runs under no lock and may do anything, runs again if that has changed
    /// meanwhile. It did not if at some moment of the call the key was absent, or pred was false of its value. T needs
    /// no ==, and need not be copied. For all keys at once: erase_if(pred).
    /// @progress As compare_exchange(). @complexity O(1) beside pred, each time.
    /// @go None (`CompareAndDelete`, for any comparison).
    /// @ordering As load() and erase().
    /// @may_throw What pred, Hash and KeyEqual throw, and `std::bad_alloc` (a thread's first calls); strong.
    template <class K = Key, class Pred>
    bool erase_if(const K& key, Pred&& pred) {
        static_assert(std::is_invocable_r_v<bool, Pred&, const T&>,
                      "syncmap::map::erase_if(key, pred): pred must be callable with `const T&` "
                      "and return bool");
        return impl_.erase_if(lookup_key(key), pred);
    }

    /// Changes the entry of `key` atomically: `f(const T* current)` is given its value, or nullptr, and
    /// returns an `optional<T>` or a change<T>: the new value, nullopt to erase (or leave absent), or `unchanged` to
    /// leave the entry as it is, for which nothing is allocated, replaced or locked. Returns what is there then (for
    /// `unchanged`: what f was shown): a copy of the value, or nullopt; of a T that cannot be copied a `pinned<T>`,
    /// which may be empty. f runs under no lock and may do anything; it runs again if the entry has changed meanwhile
    /// and something is to be written.
    /// @progress May wait; again each time that f does. Lock-free beside f where nothing is to be written.
    /// @complexity O(1) beside f, each time.
    /// @go A loop of `Load` and `CompareAndSwap`.
    /// @ordering As load() and store(); as load() where nothing is written.
    /// @may_throw As load() and store() (and pin()), and what f throws; strong.
    template <class K = Key, class F>
        requires(!detail::taken_as_const<K, Key>)
    typename detail::update_result<T, F>::type update(K&& key, F&& f) {
        static_assert(
            std::is_move_constructible_v<T>,
            "syncmap::map::update() stores what f returns, and T can be neither copied nor moved");
        static_assert(
            std::is_invocable_r_v<change<T>, F&, const T*>,
            "syncmap::map::update(key, f): f must be callable with `const T*` (null if absent) "
            "and return std::optional<T> (nullopt to erase) or syncmap::change<T> (or unchanged)");
        return impl_.update(insert_key(std::forward<K>(key)), f);
    }
    /// The same for bit-fields and members of packed structures, as `key`.
    /// @otherwise as update() above. @go None.
    template <class K, class F>
        requires detail::taken_as_const<K&, Key>
    SYNCMAP_INLINE typename detail::update_result<T, F>::type update(const K& key, F&& f) {
        return update<const K&, F>(key, std::forward<F>(f));
    }

    /// @}
    /// @name All entries
    /// @{

    /// Calls `f(const Key&, const T&)` for the entries, in no particular order, until all are done or f
    /// returns false (it may also return void). No key is shown twice; a key that is there from beginning
    /// to end is shown; one that changes meanwhile may show any state it had during the call. f may do
    /// anything.
    /// @progress Waits only for a bucket that is changed each time it is looked at.
    /// @complexity O(n). @go `Range`.
    /// @ordering Synchronizes with the writes it sees.
    /// @may_throw What f (and Hash) throw, and `std::bad_alloc`.
    template <class F>
    void for_each(F&& f) const {
        static_assert(std::is_invocable_v<F&, const Key&, const T&>,
                      "syncmap::map::for_each(f): f must be callable with `const Key&, const T&`");
        impl_.for_each(f);
    }

    /// The same for one of several parts of the entries, so that threads can share the work: each of `parts` calls, with
    /// `part` from 0 on, one after the other or at the same time, shows some of them. What is there from the beginning
    /// of the first call to the end of the last is shown by exactly one, however the map grows, shrinks or moves
    /// meanwhile: which one, its hash decides. Parts are of about the same size; take some times as many as
    /// threads, each of which fetches the next one when it is done, and none waits long for the last.
    /// @pre `part < parts` (debug builds assert that).
    /// @complexity O(n / parts), but at least one bucket: more parts than entries are of no use.
    /// @otherwise as for_each() above. @go None.
    template <class F>
    void for_each(size_type part, size_type parts, F&& f) const {
        static_assert(std::is_invocable_v<F&, const Key&, const T&>,
                      "syncmap::map::for_each(part, parts, f): f must be callable with `const "
                      "Key&, const T&`");
        impl_.for_each(f, detail::hash_range::part(part, parts));
    }

    /// Removes the entries for which `pred(const Key&, const T&)` is true, each tested and erased
    /// atomically; returns how many. pred runs again for an entry that has changed after it was tested.
    /// What is removed is the entry that was shown, also one that no key finds (NaN); never one that has
    /// come in its place with an equal key.
    /// @progress As for_each() and erase(). @complexity O(n). @go `Range` and `CompareAndDelete`.
    /// @ordering As for_each() and erase().
    /// @may_throw As for_each() and erase(), and what pred throws; what was erased stays erased.
    template <class Pred>
    std::size_t erase_if(Pred&& pred) {
        static_assert(
            std::is_invocable_r_v<bool, Pred&, const Key&, const T&>,
            "syncmap::map::erase_if(pred): pred must be callable with `const Key&, const T&` and "
            "return bool");
        return impl_.erase_if(pred);
    }

    /// All entries, copied, as for_each() shows them: not all of one moment.
    /// @progress As for_each(). @complexity O(n). @go `Range`, and an `append` in it.
    /// @ordering Synchronizes with the writes it sees.
    /// @may_throw As for_each(), and what the copies throw.
    [[nodiscard]] std::vector<std::pair<Key, T>> snapshot() const {
        static_assert(std::is_copy_constructible_v<Key> && std::is_copy_constructible_v<T>,
                      "syncmap::map::snapshot() copies keys and values: use for_each()");
        std::vector<std::pair<Key, T>> entries;
        entries.reserve(size());
        impl_.for_each([&](const Key& key, const T& value) { entries.emplace_back(key, value); });
        return entries;
    }

    /// Removes everything at once: linearizable, like the calls on single keys. What was there is
    /// destroyed bit by bit by later writes, or by reclaim(). Capacity from reserve() is gone too.
    /// @progress Lock-free, but for the lock of the list that the old contents go to. @complexity O(1). @go `Clear`.
    /// @ordering Synchronizes with every call that sees it, and with the writes it erases.
    /// @may_throw Nothing.
    void clear() { impl_.clear(); }

    /// @}
    /// @name Size and memory
    /// @{

    /// The number of entries: exact when nobody is writing, otherwise near.
    /// @progress Lock-free. @complexity O(1). @go None: a counter in `Range`.
    /// @ordering None. @may_throw Nothing.
    [[nodiscard]] size_type size() const { return impl_.size(); }
    /// Whether size() is 0.
    /// @otherwise as size(). @go None.
    [[nodiscard]] bool empty() const { return size() == 0; }

    /// Makes room for `n` entries in all. On an empty map done on return: no growth until there are more.
    /// On a filled one a larger table is started, which further use completes. The map does not shrink
    /// below this room before it has once been a quarter full; from then on it shrinks as any other.
    /// @progress May wait; others never wait for it. @complexity O(n). @go None.
    /// @ordering None.
    /// @may_throw `std::bad_alloc` (also if Hash throws while flat entries move); `std::length_error` if
    /// there is no such table; strong.
    void reserve(size_type n) { impl_.reserve(n); }

    /// Asks for the smallest table that holds what is there. Starts a successor of half the size, which
    /// further use completes, and so on; without memory for it, nothing happens. Erasing does this
    /// by itself when less than a quarter of the room is used.
    /// @progress Lock-free but for the allocator. @complexity O(1). @go None.
    /// @ordering None. @may_throw Nothing.
    void shrink_to_fit() { impl_.shrink_to_fit(); }

    /// What is going on inside.
    /// @progress Lock-free. @complexity O(1). @go None.
    /// @ordering None. @may_throw Nothing.
    [[nodiscard]] map_stats stats() const { return impl_.stats(); }

    /// Waits until no call can still see what has been erased, replaced or cleared so far, and destroys it,
    /// but for values that a `pinned` handle or a running callback looks at. Without it that happens by and
    /// by, paid by later writes. Inside Hash, KeyEqual, a copy constructor or a destructor run by the map
    /// it does not wait.
    /// @progress Waits for the calls that other threads are in the middle of, not for callbacks or handles.
    /// @complexity O(garbage). @go None: `runtime.GC()` comes nearest.
    /// @ordering What calls did that could see the garbage happens before its destruction.
    /// @may_throw Nothing.
    void reclaim() const { impl_.reclaim(); }

    /// A copy of the allocator.
    /// @progress Wait-free. @complexity O(1). @ordering None. @go None.
    [[nodiscard]] allocator_type get_allocator() const noexcept { return impl_.allocator(); }
    /// A copy of the hash function.
    /// @progress Wait-free. @complexity O(1). @ordering None. @may_throw What the copy throws. @go None.
    [[nodiscard]] hasher hash_function() const { return impl_.hash_function(); }
    /// A copy of the equivalence of keys.
    /// @progress Wait-free. @complexity O(1). @ordering None. @may_throw What the copy throws. @go None.
    [[nodiscard]] key_equal key_eq() const { return impl_.key_equal(); }
    /// @}

private:
    friend struct detail::inspector;
    using operations = detail::operations<Key, T, Hash, KeyEqual, Allocator>;

    template <class K>
    static constexpr detail::key_use use_of = detail::use_of<K, Key, Hash, KeyEqual>();

    /// The key as it is where Hash and KeyEqual take it so, otherwise converted.
    template <class K>
    static decltype(auto) lookup_key(const K& key) {
        constexpr detail::key_use use = use_of<const K&>;
        if constexpr (use == detail::key_use::as_it_is) {
            return (key);
        } else if constexpr (use == detail::key_use::as_view) {
            return static_cast<typename detail::view_of<Key>::type>(key);
        } else if constexpr (use == detail::key_use::as_array) {
            using element = std::remove_cv_t<std::remove_extent_t<K>>;
            return static_cast<Key>(const_cast<element*>(key));
        } else if constexpr (use == detail::key_use::converted) {
            return static_cast<Key>(key);
        } else {
            static_assert(
                use != detail::key_use::none,
                "syncmap::map: this is no key: it is not convertible to Key, and Hash and KeyEqual "
                "do not both take it as it is (as transparent ones may)");
            return detail::no_key<Key>();
        }
    }
    template <class K>
    static decltype(auto) insert_key(K&& key) {
        constexpr detail::key_use use = use_of<K>;
        constexpr bool constructible = std::is_constructible_v<Key, K>;
        if constexpr (use == detail::key_use::as_it_is && constructible) {
            return std::forward<K>(key);
        } else if constexpr (use == detail::key_use::as_view) {
            return static_cast<typename detail::view_of<Key>::type>(key);
        } else if constexpr (use == detail::key_use::converted) {
            return static_cast<Key>(std::forward<K>(key));
        } else {
            static_assert(constructible, "syncmap::map: Key cannot be constructed from this key");
            static_assert(
                !constructible,
                "syncmap::map: this is no key: it is not convertible to Key, and Hash and KeyEqual "
                "do not both take it as it is (as transparent ones may)");
            return detail::no_key<Key>();
        }
    }
    static constexpr auto to_lookup_key = [](const auto& key) -> decltype(auto) {
        return lookup_key(key);
    };

    static constexpr void check_equality() {
        static_assert(
            requires(const T& a) { static_cast<bool>(a == a); },
            "syncmap::map: compare_exchange() and compare_and_erase() need T to have operator==; "
            "update() and erase_if() take a function instead");
    }

    /// After everything of our own is gone.
    void take(map& other) {
        if constexpr (!allocator_traits::is_always_equal::value) {
            if (impl_.allocator() != other.impl_.allocator()) {
                take_one_by_one(other);
                return;
            }
        }
        impl_.swap(other.impl_);
    }
    void take_one_by_one(map& other) {
        static_assert(std::is_move_constructible_v<T> && std::is_copy_constructible_v<Key>,
                      "syncmap::map: with allocators that differ keys are copied and values moved");
        impl_.set_functions(other.impl_);
        // Each entry leaves the one map when it is in the other: whatever throws, no entry is in both, or in none.
        other.impl_.erase_if([&](const Key& key, const T& value) {
            impl_.insert(key, std::move_if_noexcept(const_cast<T&>(value)));
            return true;
        });
        other.impl_.destroy_everything();
    }

    mutable operations impl_;
};

/// Removes the entries of `m` for which `pred(const Key&, const T&)` is true; returns how many.
/// @otherwise as map::erase_if().
template <class Key, class T, class Hash, class KeyEqual, class Allocator, class Pred>
std::size_t erase_if(map<Key, T, Hash, KeyEqual, Allocator>& m, Pred pred) {
    return m.erase_if(std::move(pred));
}

}  // namespace syncmap::inline v0
