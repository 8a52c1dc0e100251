// SPDX-License-Identifier: BSL-1.0
//
// A table: 2^bits buckets in arrays apart, so that what readers scan (tags, slots) and what every writer
// needs (locks) stays dense, and no writer disturbs the tags.
//
// The map's `read` table is where every operation starts. Its `successor`, while there is one, is the
// `dirty` table, which is being filled bucket by bucket.
// I1  A bucket is true in exactly one table: in this one until its `moved` flag is set, then in the successor.
// I2  The successor is set once, and only for the table that is `read` then; so at most two are in use.
// I3  A bucket of the successor is constructed before the flag that leads to it is set; nobody reads it before.
// I4  Overflow buckets are linked in front of their chain and stay until the table is destroyed.
// A generation is what clear() swaps out: the tables since the last clear, and their counters.
// Used by successor.hpp, the engine and walk.hpp.
#pragma once

#include <limits>

#include "bucket.hpp"
#include "counter.hpp"
#include "lock.hpp"
#include "slot.hpp"

namespace syncmap::inline v0::detail {

/// The unit that tables are allocated in.
struct alignas(16) memory_unit {
    std::byte bytes[16];
};
constexpr std::size_t units_of(std::size_t bytes) noexcept {
    return (bytes + sizeof(memory_unit) - 1) / sizeof(memory_unit);
}

template <class Slot>
struct overflow_bucket {
    tag_group tags{};
    atomic<overflow_bucket*> next{nullptr};    ///< in the chain
    overflow_bucket* next_of_table = nullptr;  ///< in the table's list of all of them
    std::uint32_t stamp = 0;                   ///< as table::stamps
    Slot slot[slots_per_bucket];
};

template <class Slot>
struct table;

template <class Slot>
struct generation : retired {
    explicit generation(std::uint64_t number) noexcept
        : retired(retired_kind::generation), serial(number) {}

    const std::uint64_t serial;  ///< no other generation has the same
    counter entries{};
    atomic<std::uint64_t> misses{0};
    atomic<std::uint64_t> promotions{0};
    /// reserve() asked for tables of at least 2^floor buckets; kept until that was needed once.
    atomic<std::uint32_t> floor{0};
    /// shrink_to_fit() asked for tables as small as can be; kept until they are.
    atomic<bool> compact{false};

    // Once cleared: what is left to destroy.
    table<Slot>* root = nullptr;
    std::size_t next_bucket = 0;
    retired_weight weight{1, 0};
};

/// One bucket of a chain, as writers and walkers see it.
template <class Slot>
struct bucket_view {
    tag_group* tags;
    Slot* slot;
    atomic<overflow_bucket<Slot>*>* next;
    std::uint32_t* stamp;

    static bucket_view of(overflow_bucket<Slot>& b) noexcept {
        return {&b.tags, b.slot, std::addressof(b.next), &b.stamp};
    }
    /// The next bucket of the chain, whose `tags` are null at its end.
    [[nodiscard]] bucket_view following() const noexcept {
        auto* const b = next->load(std::memory_order_seq_cst);  // (T1) pairs with (T2); as (B1)
        return b != nullptr ? of(*b) : bucket_view{nullptr, nullptr, nullptr, nullptr};
    }
};

template <class Slot>
struct table : retired {
    using chain = atomic<overflow_bucket<Slot>*>;

    table(generation<Slot>& owner, std::uint32_t bits_, std::size_t units_) noexcept
        : retired(retired_kind::table), gen(std::addressof(owner)), bits(bits_), shift(63 - bits_),
          units(units_) {
        auto* at =
            reinterpret_cast<std::byte*>(this) + sizeof(memory_unit) * units_of(sizeof(table));
        const auto place = [&]<class X>(X*& array, std::size_t bytes_per_bucket) {
            array = static_cast<X*>(static_cast<void*>(at));
            at += buckets() * bytes_per_bucket;
        };
        place(tags, sizeof(tag_group));
        place(slot, slot_bytes);
        place(chains, sizeof(chain));
        place(stamps, sizeof(std::uint32_t));
        place(locks, sizeof(bucket_lock));
    }

    static std::size_t units_for(std::uint32_t bits) {
        constexpr std::size_t per_bucket = sizeof(tag_group) + slot_bytes + sizeof(chain) +
                                           sizeof(std::uint32_t) + sizeof(bucket_lock);
        // A quarter of the address space is room for every sum below.
        if (bits >= std::numeric_limits<std::size_t>::digits - 2 ||
            (~std::size_t{0} / 4 / per_bucket) >> bits == 0) {
            throw_length_error("syncmap: more elements than the address space has room for");
        }
        return units_of(sizeof(table)) + units_of((std::size_t{1} << bits) * per_bucket);
    }

    [[nodiscard]] std::size_t buckets() const noexcept { return std::size_t{1} << bits; }
    [[nodiscard]] std::size_t bytes() const noexcept { return units * sizeof(memory_unit); }
    /// The bucket of a hash: its topmost bits, so that bucket i splits into 2i and 2i + 1.
    [[nodiscard]] std::size_t bucket_of(std::uint64_t hash) const noexcept {
        return cut_to<std::size_t>((hash >> 1U) >> shift);
    }
    /// The smallest hash of a bucket; that of the bucket behind the last one is 0.
    [[nodiscard]] SYNCMAP_WRAPS std::uint64_t first_hash(std::size_t bucket) const noexcept {
        return bits == 0 ? 0 : std::uint64_t{bucket} << (64 - bits);
    }
    [[nodiscard]] SYNCMAP_WRAPS std::uint64_t last_hash(std::size_t bucket) const noexcept {
        return first_hash(bucket + 1) - 1;
    }
    [[nodiscard]] Slot* slots_of(std::size_t bucket) const noexcept {
        return slot + bucket * slots_per_bucket;
    }
    [[nodiscard]] bucket_view<Slot> home(std::size_t bucket) const noexcept {
        return {tags + bucket, slots_of(bucket), chains + bucket, stamps + bucket};
    }
    /// Slots of a bucket, and room for what stands behind them to be aligned.
    static constexpr std::size_t slot_bytes =
        (slots_per_bucket * sizeof(Slot) + alignof(chain) - 1) / alignof(chain) * alignof(chain);

    [[nodiscard]] std::size_t default_overflow_limit() const noexcept { return buckets() / 4 + 4; }

    /// Begins the life of a bucket, empty, that nobody can see yet.
    void construct(std::size_t bucket, std::uint32_t stamp) noexcept {
        ::new (static_cast<void*>(tags + bucket)) tag_group;
        ::new (static_cast<void*>(chains + bucket)) chain{nullptr};
        ::new (static_cast<void*>(stamps + bucket)) std::uint32_t{stamp};
        ::new (static_cast<void*>(locks + bucket)) bucket_lock;
        for (unsigned i = 0; i < slots_per_bucket; ++i) {
            ::new (static_cast<void*>(slots_of(bucket) + i)) Slot;
        }
    }
    /// Begins all of them: for a table that does not get them from a former one, bucket by bucket.
    void construct_all(std::uint32_t stamp) noexcept {
        for (std::size_t i = 0; i < buckets(); ++i) {
            construct(i, stamp);
        }
        constructed = true;
    }
    /// Puts a filled overflow bucket in front of a bucket's chain. For the holder of its lock.
    void link_in_chain(std::size_t bucket, overflow_bucket<Slot>* made) noexcept {
        made->next.store(chains[bucket].load(std::memory_order_relaxed), std::memory_order_relaxed);
        chains[bucket].store(made, std::memory_order_release);  // (T2) release: pairs with (T1)
        tags[bucket].set_overflow();
    }
    /// Makes it the table's own, to be freed with it.
    void own(overflow_bucket<Slot>* made) noexcept {
        overflow_count.fetch_add(1, std::memory_order_relaxed);
        made->next_of_table = overflows.load(std::memory_order_relaxed);
        while (!overflows.compare_exchange_weak(
            made->next_of_table, made, std::memory_order_release, std::memory_order_relaxed)) {
        }
    }

    // Read by every operation, written before the table is linked (successor: once).
    tag_group* tags = nullptr;
    Slot* slot = nullptr;
    bucket_lock* locks = nullptr;
    chain* chains = nullptr;  ///< of overflow buckets
    /// Epoch (its low half) when the version last came to a half of its range: engine.hpp, begin_half().
    std::uint32_t* stamps = nullptr;
    generation<Slot>* gen;
    std::uint32_t bits;
    std::uint32_t shift;       ///< of a hash, to get the bucket: see bucket_of()
    bool constructed = false;  ///< all buckets are; else whoever moves entries here constructs them
    /// A load may have promoted it, which cannot look whether another table is due: the next write does.
    atomic<bool> unsettled{false};
    atomic<table*> successor{nullptr};
    std::size_t units;
    atomic<std::size_t> overflow_limit{
        default_overflow_limit()};  ///< more overflow buckets than this call for another table

    // Written while entries move out, and when buckets overflow: a cache line further on.
    std::byte apart[64];
    atomic<std::size_t> cursor{0};  ///< next unit to be looked at by a helper
    atomic<std::size_t> moved{0};   ///< buckets that have moved
    atomic<std::size_t> overflow_count{0};
    atomic<overflow_bucket<Slot>*> overflows{nullptr};
    std::size_t pages_forgotten = 0;  ///< at the end of its life: see disposer.hpp
};

/// Live entries per bucket at which a table is too full, and below which it is too empty.
inline constexpr std::size_t live_per_bucket = limit<std::size_t>(10, 2);
constexpr std::size_t grow_limit(std::uint32_t bits) noexcept { return live_per_bucket << bits; }
constexpr std::size_t shrink_limit(std::uint32_t bits) noexcept { return grow_limit(bits) / 4; }

/// The smallest table that holds n entries without growing.
constexpr std::uint32_t bits_for(std::size_t n) noexcept {
    const std::size_t buckets = n / live_per_bucket + (n % live_per_bucket != 0 ? 1 : 0);
    return buckets <= 1 ? 0 : static_cast<std::uint32_t>(std::bit_width(buckets - 1));
}

}  // namespace syncmap::inline v0::detail
