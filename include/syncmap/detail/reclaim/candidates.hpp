// SPDX-License-Identifier: BSL-1.0
//
// Retired objects that are about to be destroyed, to be compared with all that hazards announce.
//
// The objects are hashed by their addresses and chained through their own links, so that any number of them
// needs no memory; then each announced address is looked up, which takes some instructions: nearly always a
// bit tells that it is none of these. So the cost is that of both numbers added, not multiplied.
// Used by garbage.hpp.
#pragma once

#include <bit>
#include <span>

#include "retired.hpp"

namespace syncmap::inline v0::detail {

class candidates {
public:
    /// For up to about `most` objects.
    explicit candidates(std::size_t most) noexcept
        : bits_used_(std::size_t{1}
                     << smaller_of(cut_to<std::size_t>(std::bit_width(most)) + 4, max_log_bits)),
          shift_(64 - static_cast<unsigned>(std::countr_zero(bits_used_))) {
        for (std::uint64_t& word : std::span(bits_, bits_used_ / 64)) {
            word = 0;
        }
        for (retired*& chain : std::span(chains_, bits_used_ / bits_a_chain)) {
            chain = nullptr;
        }
    }

    void add(retired* r) noexcept {
        const std::size_t at = hash(r);
        bits_[at / 64] |= std::uint64_t{1} << at % 64;
        retired*& head = chains_[at / bits_a_chain];
        r->set_next(head);
        head = r;
    }

    /// Takes the object with this address out; null if there is none, or not any more.
    SYNCMAP_INLINE retired* take_out(const void* address) noexcept {
        const std::size_t at = hash(address);
        if ((bits_[at / 64] >> at % 64 & 1U) == 0) [[likely]] {
            return nullptr;
        }
        return take_out_of(chains_[at / bits_a_chain], address);
    }

    /// Calls f(retired*) with each that is left. f may put it into a list.
    template <class F>
    void for_each(F&& f) const noexcept {
        for (retired* r : std::span(chains_, bits_used_ / bits_a_chain)) {
            while (r != nullptr) {
                retired* const next = r->next();
                f(r);
                r = next;
            }
        }
    }

private:
    static constexpr std::size_t max_log_bits = 17;
    static constexpr std::size_t bits_a_chain = 128;

    /// The upper bits of a product: addresses differ in their lower ones.
    [[nodiscard]] SYNCMAP_WRAPS std::size_t hash(const void* address) const noexcept {
        const auto bits = std::uint64_t{reinterpret_cast<std::uintptr_t>(address)};
        return cut_to<std::size_t>(bits * 0x9e37'79b9'7f4a'7c15U >> shift_);
    }

    SYNCMAP_RARE static retired* take_out_of(retired*& chain, const void* address) noexcept {
        retired* before = nullptr;
        for (retired* r = chain; r != nullptr; before = r, r = r->next()) {
            if (r == address) {
                if (before == nullptr) {
                    chain = r->next();
                } else {
                    before->set_next(r->next());
                }
                return r;
            }
        }
        return nullptr;
    }

    std::size_t bits_used_;  ///< 16 an object, or more
    unsigned shift_;
    std::uint64_t bits_[(std::size_t{1} << max_log_bits) / 64];
    retired* chains_[(std::size_t{1} << max_log_bits) / bits_a_chain];
};

}  // namespace syncmap::inline v0::detail
