// SPDX-License-Identifier: BSL-1.0
//
// What a map tells about itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <iosfwd>
#include <string_view>

#include "version.hpp"

namespace syncmap::inline v0 {

struct map_stats;

namespace detail {

/// A map_stats as text, in an array of its own: nothing is allocated, no locale is asked.
class stats_text {
public:
    explicit stats_text(const map_stats& s) noexcept;
    [[nodiscard]] std::string_view view() const noexcept { return {text_, size_}; }

private:
    void put(std::uint64_t number, const char* words) noexcept {
        const int more = std::snprintf(text_ + size_, sizeof(text_) - size_, "%llu%s",
                                       static_cast<unsigned long long>(number), words);
        size_ += more > 0 ? static_cast<std::size_t>(more) : 0;
    }

    char text_[384];  // nine numbers of at most 20 digits, and the words
    std::size_t size_ = 0;
};

}  // namespace detail

/// A look at a map's inside, from `map::stats()`. Exact when nobody else is using the map; otherwise each
/// figure is right for some moment of the call. All counts start again at `clear()`, but for what is retired.
/// @progress Wait-free: a plain struct. @complexity O(1). @may_throw Nothing.
struct map_stats {
    std::size_t size = 0;           ///< entries
    std::size_t buckets = 0;        ///< of the `read` table, 14 slots each; 0 without a table
    double load_factor = 0;         ///< entries a bucket: a table grows at 10 and shrinks below 2.5
    bool amended = false;           ///< a successor (`dirty`) is being filled
    std::uint64_t misses = 0;       ///< loads that met a moved bucket
    std::uint64_t promotions = 0;   ///< times that `dirty` became `read`
    std::size_t moved_buckets = 0;  ///< of `read`, so far; 0 when not amended
    std::size_t overflow_buckets = 0;  ///< buckets chained to full ones, in both tables
    std::size_t retired_objects = 0;   ///< unlinked, not yet destroyed: keys, values, tables
    std::size_t retired_bytes = 0;     ///< by sizeof: what they own elsewhere is not counted

    /// Whether all figures are the same.
    friend bool operator==(const map_stats&, const map_stats&) = default;

    /// Writes `s` to `out` as one line, without its end:
    /// `120 entries in 16 buckets (load 7.5), amended (5 moved), 3 misses, 2 promotions, 1 overflow bucket,
    /// 14 retired (448 bytes)`; nothing about `amended` when there is no successor. Width and fill of the stream
    /// count as for a string, its other flags and its locale do not. Callers include `ostream`.
    /// @progress Waits for what the stream waits for. @may_throw What the stream throws. @complexity O(1).
    template <class Traits>
    friend std::basic_ostream<char, Traits>& operator<<(std::basic_ostream<char, Traits>& out,
                                                        const map_stats& s) {
        const detail::stats_text text(s);
        return out << std::basic_string_view<char, Traits>(text.view().data(), text.view().size());
    }
};

inline detail::stats_text::stats_text(const map_stats& s) noexcept {
    const bool sane = s.load_factor > 0 && s.load_factor < 1e15;  // whoever filled it in
    const auto tenths = sane ? (static_cast<std::uint64_t>(s.load_factor * 20) + 1) / 2 : 0;
    put(s.size, s.size == 1 ? " entry in " : " entries in ");
    put(s.buckets, s.buckets == 1 ? " bucket (load " : " buckets (load ");
    put(tenths / 10, ".");
    put(tenths % 10, s.amended ? "), amended (" : "), ");
    if (s.amended) {
        put(s.moved_buckets, " moved), ");
    }
    put(s.misses, s.misses == 1 ? " miss, " : " misses, ");
    put(s.promotions, s.promotions == 1 ? " promotion, " : " promotions, ");
    put(s.overflow_buckets, s.overflow_buckets == 1 ? " overflow bucket, " : " overflow buckets, ");
    put(s.retired_objects, " retired (");
    put(s.retired_bytes, s.retired_bytes == 1 ? " byte)" : " bytes)");
}

}  // namespace syncmap::inline v0
