// SPDX-License-Identifier: BSL-1.0
//
// The tags and the control word of one bucket.
//
// A bucket has 14 slots. Its 16-byte tag group says what is in them: bytes 0..13 are one tag a slot
// (0 empty, 1 dead, otherwise taken from the hash), the last 16 bits are the control word.
// I1  Only the holder of the bucket's lock writes the group; it writes whole 64-bit halves.
// I2  A live entry never changes its slot within a table.
// I3  The version is bumped before a dead slot is written again; a slot that was never used needs no bump.
// I4  Once `moved` is set nothing in the bucket changes any more: its truth is in the next table.
// I5  A live tag says where to look, not that there is something. A flat entry is there while its tag is live (and
//     was so in one life of the slot: I3); a node is there while its slot leads to it, which is null otherwise:
//     a reader with an old view of the tags finds in a slot what is true now, or nothing.
// Used by table.hpp, successor.hpp, engine.hpp and walk.hpp.
#pragma once

#include <bit>

#include "threads.hpp"

#if SYNCMAP_SSE2
#include <emmintrin.h>
#elif SYNCMAP_NEON
#include <arm_neon.h>
#endif

namespace syncmap::inline v0::detail {

inline constexpr unsigned slots_per_bucket = limit(14U, 3U);
inline constexpr std::uint8_t tag_empty = 0;  ///< never used
inline constexpr std::uint8_t tag_dead = 1;   ///< erased; what the slot holds is stale

/// The tag of a live entry: its hash's low byte, kept clear of the two reserved values.
constexpr std::uint8_t tag_of(std::uint64_t hash) noexcept {
    const auto low = static_cast<std::uint8_t>(hash);
    return low < 2 ? static_cast<std::uint8_t>(low + 2) : low;
}

/// One bit a slot.
using slot_mask = std::uint32_t;
inline constexpr slot_mask all_slots = (1U << slots_per_bucket) - 1;

/// The last 16 bits of a group: bit 0 moved, bit 1 overflow, 14 bits of version.
class control {
public:
    static constexpr unsigned versions = limit(1U << 14U, 4U);

    constexpr explicit control(std::uint64_t high_half) noexcept : half_(high_half) {}

    [[nodiscard]] constexpr bool moved() const noexcept { return (half_ >> 48U & 1U) != 0; }
    [[nodiscard]] constexpr bool overflow() const noexcept { return (half_ >> 49U & 1U) != 0; }
    [[nodiscard]] constexpr unsigned version() const noexcept {
        return static_cast<unsigned>(half_ >> 50U) % versions;
    }
    [[nodiscard]] constexpr bool same_version(control other) const noexcept {
        return ((half_ ^ other.half_) >> 50U) % versions == 0;
    }

private:
    std::uint64_t half_;  ///< of which only those 16 bits are looked at
};

class tag_group {
public:
    /// (B1) acquire: pairs with the releases in (B3); what a reader does next is done after this. seq_cst, here and
    /// wherever a load takes its answer from: one order for all of these, and for the fences of writes (engine.hpp,
    /// I5), which costs nothing on x86 and ARMv8.
    [[nodiscard]] control load_control() const noexcept { return control(high()); }
    [[nodiscard]] std::uint64_t low() const noexcept {
        return half_[0].load(std::memory_order_seq_cst);  // (B1)
    }
    [[nodiscard]] std::uint64_t high() const noexcept {
        return half_[1].load(std::memory_order_seq_cst);  // (B1)
    }

    // What follows is for the holder of the lock (or the only owner of the bucket).

    [[nodiscard]] std::uint8_t tag(unsigned slot) const noexcept {
        return static_cast<std::uint8_t>(half_[slot / 8].load(std::memory_order_relaxed) >>
                                         (slot % 8 * 8));
    }
    void set_tag(unsigned slot, std::uint8_t tag) noexcept {
        const unsigned shift = slot % 8 * 8;
        change(slot / 8, std::uint64_t{0xff} << shift, std::uint64_t{tag} << shift);
    }
    void set_moved() noexcept { change(1, 0, moved_bit); }
    void set_overflow() noexcept { change(1, 0, overflow_bit); }
    SYNCMAP_WRAPS void bump_version() noexcept {
        // The carry out of the version leaves the word at its top.
        const std::uint64_t old = half_[1].load(std::memory_order_relaxed);
        half_[1].store(old + version_one, std::memory_order_release);  // (B3)
    }

private:
    friend class tag_view;

    static constexpr std::uint64_t moved_bit = std::uint64_t{1} << 48;
    static constexpr std::uint64_t overflow_bit = std::uint64_t{1} << 49;
    static constexpr std::uint64_t version_one = std::uint64_t{1} << 50;

    void change(unsigned half, std::uint64_t clear, std::uint64_t set) noexcept {
        const std::uint64_t old = half_[half].load(std::memory_order_relaxed);
        // (B3) release: whoever sees the new tag sees the slot that it describes, and whoever sees
        // `moved` sees the bucket's heirs.
        half_[half].store((old & ~clear) | set, std::memory_order_release);
    }

    alignas(16) atomic<std::uint64_t> half_[2]{};
};
static_assert(sizeof(tag_group) == 16);

/// The 14 tags of a group as they were when looked at; each half is one atomic look.
/// A reader that needs the version loads the control word *before* it takes a view.
class tag_view {
public:
#if SYNCMAP_SSE2
    explicit tag_view(const tag_group& group) noexcept
        // One load of two atomics: x86 loads each aligned half at once, in program order with all other
        // loads (acquire); volatile and the signal fence keep the compiler from undoing that.
        : tags_(*static_cast<const volatile __m128i*>(static_cast<const void*>(&group.half_))) {
        std::atomic_signal_fence(std::memory_order_acquire);
    }
    [[nodiscard]] slot_mask match(std::uint8_t tag) const noexcept {
        const __m128i wanted = _mm_set1_epi8(static_cast<char>(tag));
        return static_cast<slot_mask>(_mm_movemask_epi8(_mm_cmpeq_epi8(tags_, wanted))) & all_slots;
    }

private:
    __m128i tags_;
#elif SYNCMAP_NEON
    explicit tag_view(const tag_group& group) noexcept
        : tags_(vcombine_u8(vcreate_u8(group.low()), vcreate_u8(group.high()))) {}
    [[nodiscard]] slot_mask match(std::uint8_t tag) const noexcept {
        alignas(16) static constexpr std::uint8_t bit[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                                             1, 2, 4, 8, 16, 32, 64, 128};
        const uint8x16_t hits = vandq_u8(vceqq_u8(tags_, vdupq_n_u8(tag)), vld1q_u8(bit));
        return (static_cast<slot_mask>(vaddv_u8(vget_low_u8(hits))) |
                static_cast<slot_mask>(vaddv_u8(vget_high_u8(hits))) << 8U) &
               all_slots;
    }

private:
    uint8x16_t tags_;
#else
    explicit tag_view(const tag_group& group) noexcept : low_(group.low()), high_(group.high()) {}
    [[nodiscard]] slot_mask match(std::uint8_t tag) const noexcept {
        return (equal_bytes(low_, tag) | equal_bytes(high_, tag) << 8U) & all_slots;
    }

private:
    /// Bit i of the result says whether byte i of the word (counted from the low end) is `tag`. Exact.
    SYNCMAP_WRAPS static constexpr slot_mask equal_bytes(std::uint64_t word,
                                                         std::uint8_t tag) noexcept {
        constexpr std::uint64_t ones = 0x0101010101010101;
        constexpr std::uint64_t sevens = 0x7f7f7f7f7f7f7f7f;
        const std::uint64_t zero_where_equal = word ^ (ones * tag);
        const std::uint64_t top_bits =
            ~(((zero_where_equal & sevens) + sevens) | zero_where_equal | sevens);
        constexpr std::uint64_t gather = 0x0102040810204080;  // byte i's bit to bit 56 + i
        return static_cast<slot_mask>(((top_bits >> 7U) * gather) >> 56U);
    }

    std::uint64_t low_;
    std::uint64_t high_;
#endif

public:
    /// Slots that hold a live entry.
    [[nodiscard]] slot_mask live() const noexcept {
        return all_slots & ~(match(tag_empty) | match(tag_dead));
    }
};

constexpr unsigned first_slot(slot_mask mask) noexcept {
    return static_cast<unsigned>(std::countr_zero(mask));
}

}  // namespace syncmap::inline v0::detail
