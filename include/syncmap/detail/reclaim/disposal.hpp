// SPDX-License-Identifier: BSL-1.0
//
// All that reclamation knows of a map: what its objects weigh, which of them lie within each other, and how to
// destroy one. The rest of this folder knows nothing of keys, values and tables.
// I1  A disposal is made for a call, and not kept: a shared library that has retired something may be closed before
//     that is destroyed, through the disposal of another one.
// I2  What an object weighs does not change while it is in a list.
// Used by limbo.hpp and garbage.hpp; made by disposer.hpp.
#pragma once

#include "retired.hpp"

namespace syncmap::inline v0::detail {

/// What writes can use again: a value that was allocated alone, or an entry, which is a key with its first value.
enum class spare : std::uint8_t { value, entry, none };
inline constexpr std::size_t spare_kinds = 2;

class disposal {
public:
    /// What the maps of a type have in common.
    struct type {
        std::size_t value_bytes;      ///< of a value's box
        std::size_t entry_bytes;      ///< of a node
        bool reuses_values;           ///< whether writes use again what was
        bool reuses_entries;          ///< unlinked
        retired_kind reusable_entry;  ///< what a whole entry is: a node, where values are words
        retired_weight (*whole_weight)(retired* whole) noexcept;
        retired* (*first_value)(retired* entry) noexcept;
        retired* (*key_of)(retired* first_value) noexcept;
        bool (*destroy)(void* map, retired* r, retired_list& unlinked) noexcept;
        void* (*allocate)(void* map, std::size_t bytes);
        void (*deallocate)(void* map, void* at, std::size_t bytes) noexcept;
    };

    disposal(const type& how, void* map) noexcept : how_(how), map_(map) {}

    [[nodiscard]] retired_weight weight(retired* r) const noexcept {
        const retired_kind kind = r->kind();
        if (kind <= retired_kind::first_value) {
            return {1, how_.value_bytes};
        }
        if (kind <= retired_kind::entry) {
            return {1, how_.entry_bytes};
        }
        return how_.whole_weight(r);
    }
    void push(retired_list& list, retired* r) const noexcept { list.push(r, weight(r)); }
    retired* pop(retired_list& list) const noexcept { return list.pop(weight(list.front())); }

    /// The first value that was retired together with its key, where hazards announce it. Else null.
    [[nodiscard]] retired* inside(retired* r) const noexcept {
        return r->kind() == retired_kind::entry ? how_.first_value(r) : nullptr;
    }
    /// Whether it is such a value, and goes with its key.
    [[nodiscard]] bool goes_with_key(retired* r) const noexcept {
        return r->kind() == retired_kind::first_value &&
               how_.key_of(r)->kind() == retired_kind::entry;
    }
    /// From now on the key and the first value go each its own way: one of them is announced.
    void separate(retired* r) const noexcept {
        if (goes_with_key(r)) {
            r = how_.key_of(r);
        }
        if (r->kind() == retired_kind::entry) {
            r->set_kind(retired_kind::node);
        }
    }

    [[nodiscard]] bool reuses() const noexcept { return how_.reuses_values || how_.reuses_entries; }
    /// As what a write can use it again.
    [[nodiscard]] spare use_of(const retired* r) const noexcept {
        const retired_kind kind = r->kind();
        if (kind == retired_kind::value) {
            return how_.reuses_values ? spare::value : spare::none;
        }
        return how_.reuses_entries && kind == how_.reusable_entry ? spare::entry : spare::none;
    }

    /// Destroys it, or does a step of that: then it is false, and what was unlinked by it is in the list. Runs user code.
    bool destroy(retired* r, retired_list& unlinked) const noexcept {
        return how_.destroy(map_, r, unlinked);
    }

    /// Memory for the garbage's own, from where the map has its. May throw.
    [[nodiscard]] void* allocate(std::size_t bytes) const { return how_.allocate(map_, bytes); }
    void deallocate(void* at, std::size_t bytes) const noexcept {
        how_.deallocate(map_, at, bytes);
    }

private:
    const type& how_;
    void* map_;
};

}  // namespace syncmap::inline v0::detail
