// SPDX-License-Identifier: BSL-1.0
//
// Moving: how the entries of `read` get into `dirty`, a unit at a time.
//
// A unit is one bucket of the smaller table with the buckets of the larger one that cover the same hashes:
// one bucket splits into several, is copied to one, or two become one.
// I1  A unit moves as a whole, under the locks of all its source buckets, taken in ascending order. This is
//     the only place where a thread holds two bucket locks.
// I2  Nobody reads or writes a destination before the first source's `moved` flag leads there; that flag is
//     set when all the unit's entries have been copied.
// I3  A move that fails leaves the sources true and the destinations empty.
// I4  A load that moves a unit waits for nobody, allocates nothing, and has nobody to wake (lock.hpp, I2): it leaves
//     alone what would take an overflow bucket.
// The Host gives hash_in(slot) and make_overflow(), which may throw, expect_nodes(slots, mask), which
// prefetches for the former, free_overflow(), home() and identity(). Used by the engine.
#pragma once

#include <utility>

#include "table.hpp"

namespace syncmap::inline v0::detail {

/// Which buckets of two tables belong together.
class unit_map {
public:
    unit_map(std::uint32_t from_bits, std::uint32_t to_bits) noexcept
        : bits_(smaller_of(from_bits, to_bits)), source_bits_(from_bits - bits_),
          heir_bits_(to_bits - bits_) {}

    [[nodiscard]] std::size_t units() const noexcept { return std::size_t{1} << bits_; }
    [[nodiscard]] std::size_t sources() const noexcept { return std::size_t{1} << source_bits_; }
    [[nodiscard]] std::size_t heirs() const noexcept { return std::size_t{1} << heir_bits_; }
    [[nodiscard]] std::size_t unit_of(std::size_t source) const noexcept {
        return source >> source_bits_;
    }
    [[nodiscard]] std::size_t first_source(std::size_t unit) const noexcept {
        return unit << source_bits_;
    }
    [[nodiscard]] std::size_t first_heir(std::size_t unit) const noexcept {
        return unit << heir_bits_;
    }

private:
    std::uint32_t bits_;
    std::uint32_t source_bits_;
    std::uint32_t heir_bits_;
};

enum class moved_by : bool { write, load };

template <class Slot, class Host>
class mover : public unit_map {
public:
    mover(table<Slot>& from, table<Slot>& to, Host& host, moved_by who) noexcept
        : unit_map(from.bits, to.bits), from_(from), to_(to), host_(host), who_(who) {}

    /// Whether all of a unit has moved.
    [[nodiscard]] bool moved(std::size_t unit) const noexcept {
        return from_.tags[first_source(unit)].load_control().moved();
    }

    void lock(std::size_t unit) noexcept {
        for (std::size_t i = 0; i < sources(); ++i) {
            from_.locks[first_source(unit) + i].lock();
        }
    }
    bool try_lock(std::size_t unit) noexcept {
        for (std::size_t i = 0; i < sources(); ++i) {
            bucket_lock& lock = from_.locks[first_source(unit) + i];
            if (!(who_ == moved_by::load ? lock.try_borrow() : lock.try_lock())) {
                unlock(unit, i);
                return false;
            }
        }
        return true;
    }
    void unlock(std::size_t unit) noexcept { unlock(unit, sources()); }

    /// Moves a locked unit that has not moved yet. False, and nothing changed, when that fails.
    bool move_locked(std::size_t unit) noexcept {
        if (!to_.constructed) {
            construct_heirs(unit);
        }
        if (!copy(unit)) {
            while (made_ != nullptr) {
                host_.free_overflow(std::exchange(made_, made_->next_of_table));
            }
            construct_heirs(unit);
            return false;
        }
        while (made_ != nullptr) {
            overflow_bucket<Slot>* const made = made_;
            made_ = made->next_of_table;
            to_.own(made);
        }
        // The first source's flag last: it stands for the unit (see moved()). Set earlier, it would send a
        // writer of another source's key to the heir while loads still find that source true.
        for (std::size_t i = sources(); i != 0; --i) {
            from_.tags[first_source(unit) + i - 1].set_moved();
        }
        return true;
    }

private:
    void unlock(std::size_t unit, std::size_t count) noexcept {
        for (std::size_t i = count; i != 0; --i) {
            bucket_lock& lock = from_.locks[first_source(unit) + i - 1];
            if (who_ == moved_by::load) {
                lock.give_back();
            } else {
                lock.unlock();
            }
        }
    }

    void construct_heirs(std::size_t unit) noexcept {
        const auto stamp = static_cast<std::uint32_t>(host_.home().now() - 1);
        for (std::size_t i = 0; i < heirs(); ++i) {
            to_.construct(first_heir(unit) + i, stamp);
        }
    }

    bool copy(std::size_t unit) noexcept {
        const under_lock user_code(host_.identity());
        SYNCMAP_TRY {
            for (std::size_t i = 0; i < sources(); ++i) {
                if (!copy_bucket(first_source(unit) + i)) {
                    return false;
                }
            }
        }
        SYNCMAP_CATCH_ALL { return false; }
        return true;
    }

    bool copy_bucket(std::size_t source) {
        const std::size_t unit = unit_of(source);
        const bool overflow = from_.tags[source].load_control().overflow();
        for (auto b = from_.home(source); b.tags != nullptr; b = b.following()) {
            const slot_mask all = tag_view(*b.tags).live();
            if (heirs() != 1) {
                host_.expect_nodes(b.slot, all);
            }
            for (slot_mask live = all; live != 0; live &= live - 1) {
                const unsigned i = first_slot(live);
                const std::size_t heir =
                    heirs() == 1 ? first_heir(unit) : to_.bucket_of(host_.hash_in(b.slot[i]));
                if (!append(heir, b.tags->tag(i), b.slot[i])) {
                    return false;
                }
            }
            if (!overflow) {
                break;
            }
        }
        return true;
    }

    bool append(std::size_t heir, std::uint8_t tag, const Slot& slot) {
        return put(to_.tags[heir], to_.slots_of(heir), tag, slot) ||
               append_to_chain(heir, tag, slot);
    }

    static bool put(tag_group& tags, Slot* at, std::uint8_t tag, const Slot& slot) noexcept {
        const slot_mask room = tag_view(tags).match(tag_empty);
        if (room == 0) {
            return false;
        }
        at[first_slot(room)].copy_from(slot);
        tags.set_tag(first_slot(room), tag);
        return true;
    }

    /// Only the newest bucket of the chain can have room: it is filled up before another is made.
    SYNCMAP_NOINLINE bool append_to_chain(std::size_t heir, std::uint8_t tag, const Slot& slot) {
        const auto newest = to_.home(heir).following();
        if (newest.tags != nullptr && put(*newest.tags, newest.slot, tag, slot)) {
            return true;
        }
        if (who_ == moved_by::load) {
            return false;
        }
        overflow_bucket<Slot>* const made = host_.make_overflow();
        put(made->tags, made->slot, tag, slot);
        made->next_of_table = std::exchange(made_, made);
        to_.link_in_chain(heir, made);
        return true;
    }

    table<Slot>& from_;
    table<Slot>& to_;
    Host& host_;
    moved_by who_;
    overflow_bucket<Slot>* made_ = nullptr;  ///< by the move that is going on
};

}  // namespace syncmap::inline v0::detail
