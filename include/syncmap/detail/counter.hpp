// SPDX-License-Identifier: BSL-1.0
//
// How many entries there are, counted without a line that all writers fight for.
//
// A small map has one atomic counter. A larger one also has an array of cells a cache line each; a thread
// whose record has a small index owns the cell of that index and counts there with plain loads and stores.
// I1  A cell is written only by the thread that owns the record of its index (handed on with the record).
// I2  The sum of everything is exact when no writer is running.
// Used by table.hpp (one a generation) and the engine.
#pragma once

#include "reclaim/epoch.hpp"

namespace syncmap::inline v0::detail {

struct counter_cell {
    atomic<std::int64_t> count{0};
    atomic<std::uint32_t> ticks{0};  ///< changes since somebody last took the sum
    std::byte apart[48];             ///< so that no two cells meet in a line, however aligned
};

struct counter_cells {
    static constexpr std::uint32_t size = limit(32U, 2U);
    counter_cell cell[size];
};

class counter {
public:
    /// Counts one entry more (+1) or less (-1). Says whether it is time to look at the sum again, which
    /// it is once in about `interval` changes of a thread.
    SYNCMAP_INLINE bool add(const thread_record& record, int change,
                            std::uint32_t interval) noexcept {
        counter_cells* const cells = cells_.load(std::memory_order_acquire);
        if (cells == nullptr || record.index >= counter_cells::size) {
            shared_.fetch_add(change, std::memory_order_relaxed);
            return true;
        }
        counter_cell& mine = cells->cell[record.index];
        mine.count.store(mine.count.load(std::memory_order_relaxed) + change,
                         std::memory_order_relaxed);
        const std::uint32_t ticks = mine.ticks.load(std::memory_order_relaxed) + 1;
        mine.ticks.store(ticks < interval ? ticks : 0, std::memory_order_relaxed);
        return ticks >= interval;
    }

    /// `records`: how many records there have been; a cell with a larger index was never used.
    [[nodiscard]] std::size_t sum(std::uint32_t records) const noexcept {
        std::int64_t total = shared_.load(std::memory_order_relaxed);
        if (const counter_cells* const cells = cells_.load(std::memory_order_acquire)) {
            for (std::uint32_t i = 0; i < smaller_of(records, counter_cells::size); ++i) {
                total += cells->cell[i].count.load(std::memory_order_relaxed);
            }
        }
        return total > 0 ? static_cast<std::size_t>(total) : 0;
    }

    [[nodiscard]] counter_cells* cells() const noexcept {
        return cells_.load(std::memory_order_acquire);
    }
    /// Installs the cells, once. False when somebody else was first.
    bool install(counter_cells* cells) noexcept {
        counter_cells* expected = nullptr;
        return cells_.compare_exchange_strong(expected, cells, std::memory_order_acq_rel,
                                              std::memory_order_acquire);
    }

private:
    atomic<std::int64_t> shared_{0};
    atomic<counter_cells*> cells_{nullptr};
};

}  // namespace syncmap::inline v0::detail
