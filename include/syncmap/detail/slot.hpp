// SPDX-License-Identifier: BSL-1.0
//
// How an entry is kept: flat (key and value as atomic words in the slot) or as a pointer to a node.
//
// Small trivially copyable values are *words*, overwritten in place, but where in_place.hpp says otherwise. All others
// live in a *box* of their own, which is never changed: overwriting links another box. The first box lives inside the
// node.
// I1  A node's key and hash never change; what a box holds never changes while it is linked.
// I2  A node's memory is freed when both its parts (key, first box) are done with: the first that is says so in
//     the node. A hazard announces a part: a node's address its key, a box's address its value.
// I3  A flat slot's words are written with release and read with acquire, so a reader that sees a word
//     of the slot's next life sees the version bump before it (bucket.hpp, I3).
// A *token* is what a reader takes from an entry: the bits of a word, or the pointer to a box. Equal
// tokens, the first kept alive, mean that the value has not changed. Used by table.hpp and the engine.
#pragma once

#include <array>
#include <bit>
#include <cstring>

#include "../in_place.hpp"
#include "reclaim/retired.hpp"

namespace syncmap::inline v0::detail {

/// The smallest unsigned type that holds X, or 64 bits.
template <class X>
using unit_of = std::conditional_t<
    sizeof(X) == 1, std::uint8_t,
    std::conditional_t<sizeof(X) == 2, std::uint16_t,
                       std::conditional_t<sizeof(X) <= 4, std::uint32_t, std::uint64_t>>>;

template <class X>
inline constexpr bool can_be_words =
    std::is_trivially_copyable_v<X> && std::is_trivially_copy_constructible_v<X> &&
    std::is_trivially_destructible_v<X> && !std::is_volatile_v<X> &&
    std::atomic<unit_of<X>>::is_always_lock_free;

/// A value that is read and overwritten as one atomic word.
template <class T>
inline constexpr bool is_word = can_be_words<T> && sizeof(T) <= 8 && !in_place<T>;

/// An entry that needs no node.
template <class Key, class T>
inline constexpr bool is_flat = is_word<T> && can_be_words<Key> && sizeof(Key) <= 16;

/// The object that has these bytes, as a temporary, which need not go through memory.
template <class X>
[[nodiscard]] SYNCMAP_INLINE X object_of(const void* bytes) noexcept {
    std::array<std::byte, sizeof(X)> copied;
    std::memcpy(copied.data(), bytes, sizeof(X));
#if defined(__cpp_lib_bit_cast)
    return std::bit_cast<X>(copied);
#else
    return __builtin_bit_cast(X, copied);  // a standard library older than its compiler
#endif
}

/// Gives back the object whose bytes were taken with to_words(). Asks the type for nothing but that its bytes
/// may be copied: it need not be assignable, nor have a default constructor.
template <class X>
class from_words {
public:
    from_words() noexcept : none_{} {}  ///< no object yet
    // An empty class has no bytes.
    explicit from_words(const void* bytes) noexcept : none_{} {
        ::new (static_cast<void*>(std::addressof(value_))) X(object_of<X>(bytes));
    }
    from_words(const from_words&) noexcept = default;
    from_words& operator=(const from_words& other) noexcept {
        // Trivial in effect, X being so; X may have no assignment. NOLINTNEXTLINE(bugprone-undefined-*)
        std::memcpy(static_cast<void*>(this), std::addressof(other), sizeof(*this));
        return *this;
    }
    ~from_words() = default;

    [[nodiscard]] const X& get() const noexcept { return value_; }

private:
    // A union, not an array of bytes: g++ 12 -O3 lost what was written to the one and read through the other.
    union {
        std::byte none_[sizeof(X)];
        X value_;
    };
};

template <class X>
inline constexpr std::size_t words_of = (sizeof(X) + sizeof(unit_of<X>) - 1) / sizeof(unit_of<X>);

template <class X>
[[nodiscard]] inline std::array<unit_of<X>, words_of<X>> to_words(const X& x) noexcept {
    std::array<unit_of<X>, words_of<X>> words{};
    std::memcpy(words.data(), std::addressof(x), sizeof(X));
    return words;
}

template <class T>
[[nodiscard]] inline unit_of<T> to_bits(const T& value) noexcept {
    return detail::to_words(value)[0];
}
template <class T>
[[nodiscard]] inline from_words<T> from_bits(unit_of<T> bits) noexcept {
    return from_words<T>(&bits);
}
/// The same as a temporary.
template <class T>
[[nodiscard]] SYNCMAP_INLINE T value_of(unit_of<T> bits) noexcept {
    return object_of<T>(&bits);
}

/// X as atomic words that a reader may find half overwritten; the version tells.
template <class X>
class atomic_words {
public:
    using words = std::array<unit_of<X>, words_of<X>>;

    [[nodiscard]] from_words<X> load() const noexcept { return from_words<X>(load_words().data()); }
    [[nodiscard]] words load_words() const noexcept {
        words copy;
        for (std::size_t i = 0; i < copy.size(); ++i) {
            copy[i] = words_[i].load(std::memory_order_acquire);  // (S1) pairs with (S2)
        }
        return copy;
    }
    /// Of one word.
    [[nodiscard]] unit_of<X> load_word() const noexcept
        requires(words_of<X> == 1)
    {
        return words_[0].load(std::memory_order_acquire);  // (S1)
    }
    void store(const X& x) noexcept { store_words(detail::to_words(x)); }
    void store_words(const words& copy) noexcept {
        for (std::size_t i = 0; i < copy.size(); ++i) {
            words_[i].store(copy[i], std::memory_order_release);  // (S2) pairs with (S1)
        }
    }

private:
    atomic<unit_of<X>> words_[words_of<X>]{};
};

/// A value that is a word.
template <class T>
class word_cell {
public:
    using token = unit_of<T>;

    [[nodiscard]] token load() const noexcept {
        return bits_.load(std::memory_order_seq_cst);  // (S3) pairs with (S4); as (B1)
    }
    void store(token bits) noexcept {
        bits_.store(bits, std::memory_order_release);  // (S4) pairs with (S3)
    }

private:
    atomic<token> bits_{0};
};
/// A value without content takes no room: that its key is there is all it says.
template <class T>
    requires std::is_empty_v<T>
class word_cell<T> {
public:
    using token = unit_of<T>;

    [[nodiscard]] token load() const noexcept { return 0; }
    void store(token) noexcept {}
};

/// A value in memory of its own, or inside a node (`kind()` tells).
template <class T>
class box : public retired {
public:
    explicit box(retired_kind kind) noexcept : retired(kind) {}
    ~box() {}  // NOLINT: the value is constructed and destroyed through the allocator

    [[nodiscard]] T* value() noexcept { return std::addressof(value_); }

private:
    union {
        T value_;
    };
};

template <class Key>
class keyed : public retired {
public:
    keyed(std::uint64_t hash, retired_kind kind) noexcept : retired(kind), hash_(hash & ~done) {}
    ~keyed() {}  // NOLINT: as above

    /// All of the hash but its last bit.
    [[nodiscard]] std::uint64_t hash() const noexcept {
        return hash_.load(std::memory_order_relaxed) & ~done;
    }
    [[nodiscard]] SYNCMAP_INLINE bool has_hash(std::uint64_t hash) const noexcept {
        return (hash_.load(std::memory_order_relaxed) ^ hash) <= done;
    }
    /// Makes it what it was when it was new, but for the key. Of an object that nobody else can reach.
    void renew(std::uint64_t hash, retired_kind kind) noexcept {
        hash_.store(hash & ~done, std::memory_order_relaxed);
        link_.store(static_cast<std::uintptr_t>(kind), std::memory_order_relaxed);
    }
    [[nodiscard]] Key* key() noexcept { return std::addressof(key_); }
    [[nodiscard]] const Key* key() const noexcept { return std::addressof(key_); }

protected:
    static constexpr std::uint64_t done = 1;  ///< one of a node's two parts is done with
    atomic<std::uint64_t> hash_;

private:
    union {
        Key key_;
    };
};

/// A key whose value is a word.
template <class Key, class T>
class word_node : public keyed<Key> {
public:
    using token = unit_of<T>;

    explicit word_node(std::uint64_t hash) noexcept : keyed<Key>(hash, retired_kind::node) {}
    void renew(std::uint64_t hash) noexcept { keyed<Key>::renew(hash, retired_kind::node); }

    [[nodiscard]] token load() const noexcept { return value_.load(); }
    void store(token bits) noexcept { value_.store(bits); }

private:
    SYNCMAP_NO_UNIQUE_ADDRESS word_cell<T> value_{};
};

/// A key whose value is in a box, first in its own. Its word is the pointer to that box; once the key has been erased,
/// what retired.hpp makes of it.
template <class Key, class T>
class box_node : public keyed<Key>, public box<T> {
public:
    using token = box<T>*;

    explicit box_node(std::uint64_t hash) noexcept
        : keyed<Key>(hash, retired_kind::none), box<T>(retired_kind::first_value) {}
    void renew(std::uint64_t hash) noexcept { keyed<Key>::renew(hash, retired_kind::none); }

    /// The node that a first value lives in.
    static box_node* of(box<T>* first_value) noexcept {
        return static_cast<box_node*>(first_value);
    }
    [[nodiscard]] box<T>* first() noexcept { return this; }
    /// The value's box, null once the key has been erased.
    [[nodiscard]] token load() const noexcept {
        // (S5) pairs with (S6); as (B1)
        const std::uintptr_t word = keyed<Key>::link_.load(std::memory_order_seq_cst);
        if ((word & retired::kind_mask) != 0) [[unlikely]] {
            return nullptr;
        }
        return reinterpret_cast<token>(word);
    }
    void store(token value) noexcept {
        // (S6) pairs with (S5)
        keyed<Key>::link_.store(reinterpret_cast<std::uintptr_t>(value), std::memory_order_release);
    }
    /// From here on the key is erased: node, or entry if the first box goes with it.
    void erase(retired_kind as) noexcept {
        keyed<Key>::link_.store(static_cast<std::uintptr_t>(as),
                                std::memory_order_release);  // (S6)
    }

    /// The first box holds no value and will never hold one. Before the node is linked.
    void drop_first() noexcept {
        this->hash_.store(keyed<Key>::hash() | keyed<Key>::done, std::memory_order_relaxed);
    }
    /// One part is done with; true when that was the last.
    bool part_done() noexcept {
        // (S7) pairs with itself. A second time it changes the rest of the hash, which nobody needs any more.
        return (this->hash_.fetch_add(keyed<Key>::done, std::memory_order_acq_rel) &
                keyed<Key>::done) != 0;
    }
};

template <class Key, class T>
class flat_slot {
public:
    using token = unit_of<T>;

    [[nodiscard]] from_words<Key> load_key() const noexcept { return key_.load(); }
    [[nodiscard]] Key load_small_key() const noexcept
        requires(words_of<Key> == 1)
    {
        return value_of<Key>(key_.load_word());
    }
    [[nodiscard]] token load() const noexcept { return value_.load(); }
    void store_key(const Key& key) noexcept { key_.store(key); }
    void store(token bits) noexcept { value_.store(bits); }
    /// The very words: bits that are no part of the key's value may say which entry it is (entry_id).
    void copy_from(const flat_slot& other) noexcept {
        key_.store_words(other.key_.load_words());
        store(other.load());
    }
    [[nodiscard]] typename atomic_words<Key>::words load_key_words() const noexcept {
        return key_.load_words();
    }

private:
    atomic_words<Key> key_{};
    SYNCMAP_NO_UNIQUE_ADDRESS word_cell<T> value_{};
};

template <class Node>
class node_slot {
public:
    /// Null where there is no entry: bucket.hpp, I5.
    [[nodiscard]] Node* load() const noexcept {
        return node_.load(std::memory_order_seq_cst);  // (S8) pairs with (S9); as (B1)
    }
    void store(Node* node) noexcept {
        node_.store(node, std::memory_order_release);  // (S9) pairs with (S8)
    }
    void copy_from(const node_slot& other) noexcept { store(other.load()); }

private:
    atomic<Node*> node_{nullptr};
};

struct no_node {};

/// What a reader takes from an entry: see above. Becomes what it is made of, and is made of that, without asking.
template <class T>
class token_of {
public:
    using made_of = std::conditional_t<is_word<T>, unit_of<T>, box<T>*>;

    constexpr token_of() noexcept = default;
    constexpr token_of(made_of from) noexcept : made_of_(from) {}     // NOLINT(*-explicit-*)
    constexpr operator made_of() const noexcept { return made_of_; }  // NOLINT(*-explicit-*)
    constexpr box<T>* operator->() const noexcept
        requires(!is_word<T>)
    {
        return made_of_;
    }
    // Each pair of operands has one that fits exactly: the operators of T's namespace are candidates, too.
    friend constexpr bool operator==(token_of a, token_of b) noexcept {
        return a.made_of_ == b.made_of_;
    }
    friend constexpr bool operator==(token_of a, made_of b) noexcept { return a.made_of_ == b; }
    friend constexpr bool operator==(token_of a, std::nullptr_t) noexcept
        requires(!is_word<T>)
    {
        return a.made_of_ == nullptr;
    }

private:
    made_of made_of_{};
};

/// An entry's node, where it needs one.
template <class Key, class T>
class node_of : public std::conditional_t<is_word<T>, word_node<Key, T>, box_node<Key, T>> {
public:
    explicit node_of(std::uint64_t hash) noexcept
        : std::conditional_t<is_word<T>, word_node<Key, T>, box_node<Key, T>>(hash) {}
};

/// What a bucket has of an entry.
template <class Key, class T>
class slot_of
    : public std::conditional_t<is_flat<Key, T>, flat_slot<Key, T>, node_slot<node_of<Key, T>>> {};

/// Which of the above a map uses. All of these can be named, and a map be a member, while T (or Key) is not complete:
/// nothing is asked of the types before a member of the map is called. That is why they are classes.
template <class Key, class T>
struct layout {
    static constexpr bool flat = is_flat<Key, T>;
    static constexpr bool word = is_word<T>;
    using node = node_of<Key, T>;
    using slot = slot_of<Key, T>;
    using token = token_of<T>;
};

/// Says which of a map's entries is meant, whatever KeyEqual says: a key that does not even equal itself (NaN) leads
/// to none. A node is told by its address, and must be kept alive; a flat entry by the words of its key and, where
/// several may have these, its value, which nobody can have replaced then.
template <class Key, class T>
struct entry_id {
    const node_of<Key, T>* at;
};
template <class Key, class T>
    requires is_flat<Key, T>
struct entry_id<Key, T> {
    typename atomic_words<Key>::words key;
    token_of<T> value;
};

}  // namespace syncmap::inline v0::detail
