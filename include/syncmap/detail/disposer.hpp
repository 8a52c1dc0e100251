// SPDX-License-Identifier: BSL-1.0
//
// How what a map has unlinked is taken apart: what reclamation is told by a disposal (reclaim/disposal.hpp).
//
// Large things go in steps: a table's overflow buckets 64 at a time, its pages 256 KiB at a time; what was in
// the map when it was cleared 64 buckets at a time, whose nodes become retired objects of their own.
// I1  Nobody but the disposer can reach what is given to it; only hazards may still announce a part of it.
// Used by tables.hpp, as its base.
#pragma once

#include "memory.hpp"
#include "successor.hpp"

namespace syncmap::inline v0::detail {

template <class Key, class T, class Allocator>
class disposer : public memory<Key, T, Allocator> {
public:
    using base = memory<Key, T, Allocator>;
    using lay = layout<Key, T>;
    using slot = typename lay::slot;
    using node = typename lay::node;
    using token = typename lay::token;
    using table_type = table<slot>;
    using generation_type = generation<slot>;
    using overflow_type = overflow_bucket<slot>;
    using view = bucket_view<slot>;

    using base::as_node;
    using base::base;

    /// What reclamation needs for the map's objects.
    [[nodiscard]] disposal how_to_dispose() noexcept { return disposal(how, this); }

    static void unlink_table(table_type* t, retired_list& out) noexcept {
        out.push(t, {1, bytes_of(*t)});
    }
    static void unlink_value(token value, retired_list& out) noexcept
        requires(!lay::word)
    {
        out.push(value, {1, sizeof(box<T>)});
    }
    /// A node and its value, of which nothing is linked any more but that nodes lead to values.
    SYNCMAP_INLINE static void unlink_node(node* n, [[maybe_unused]] token value,
                                           retired_list& out) noexcept
        requires(!lay::flat)
    {
        if constexpr (!lay::word) {
            const bool alone = value != n->first();
            n->erase(alone ? retired_kind::node : retired_kind::entry);
            if (alone) {
                unlink_value(value, out);
            }
        }
        out.push(static_cast<keyed<Key>*>(n), {1, sizeof(node)});
    }

protected:
    static std::size_t bytes_of(const table_type& t) noexcept {
        return t.bytes() + t.overflow_count.load(std::memory_order_relaxed) * sizeof(overflow_type);
    }

    void destroy_list(retired_list& list) noexcept {
        const disposal own = how_to_dispose();
        retired_list none;
        while (!list.empty()) {
            own.destroy(own.pop(list), none);
        }
    }

    /// A step of freeing a table; true when it is gone.
    SYNCMAP_RARE bool free_table(table_type* t) noexcept {
        if (!free_overflows(*t) || !forget_contents(*t)) {
            return false;
        }
        base::free_table(t);
        return true;
    }

    /// A step of giving a large table's pages back, but for those of its header. True when all are.
    bool forget_contents(table_type& t) noexcept {
        constexpr std::size_t step = 4 * largest_page;
        constexpr std::size_t large = std::size_t{2} << 20U;  // measured: some 80 us to unmap
        if constexpr (std::is_same_v<Allocator, std::allocator<std::pair<const Key, T>>>) {
            const auto at = reinterpret_cast<std::uintptr_t>(std::addressof(t));
            const std::uintptr_t begin = at + sizeof(t) + largest_page - 1;  // behind the header
            std::size_t& done = t.pages_forgotten;
            const std::uintptr_t from = (begin / largest_page + done) * largest_page;
            const std::uintptr_t end = (at + t.bytes()) / largest_page * largest_page;
            if (t.bytes() > large && from < end) {
                const std::uintptr_t to = smaller_of(end, from + step);
                forget_pages(from, to);
                done += (to - from) / largest_page;
                return to == end;
            }
        }
        return true;
    }

    /// A step of freeing a table's overflow buckets; true when all are gone.
    bool free_overflows(table_type& t) noexcept {
        constexpr std::size_t step = limit<std::size_t>(64, 2);
        overflow_type* b = t.overflows.load(std::memory_order_acquire);
        std::size_t freed = 0;
        for (; b != nullptr && freed < step; ++freed) {
            overflow_type* const next = b->next_of_table;
            base::free_overflow(b);
            b = next;
        }
        t.overflows.store(b, std::memory_order_relaxed);
        t.overflow_count.fetch_sub(freed, std::memory_order_relaxed);
        return b == nullptr;
    }

    /// Unlinks all nodes of a bucket and its chain that nobody can reach any more.
    void unlink_all(view b, retired_list& out, generation_type& g) noexcept {
        if constexpr (!lay::flat) {
            for (; b.tags != nullptr; b = b.following()) {
                for (slot_mask live = tag_view(*b.tags).live(); live != 0; live &= live - 1) {
                    node* const n = b.slot[first_slot(live)].load();
                    unlink_node(n, n->load(), out);
                    if (g.weight.objects > 1) {  // what was counted while others were writing
                        g.weight = {g.weight.objects - 1, g.weight.bytes - sizeof(node)};
                    }
                }
            }
        }
    }

    /// A step of destroying what a map held when it was cleared. A bucket that has moved is found through
    /// its heirs: those of the others were never constructed.
    SYNCMAP_RARE bool destroy_generation(generation_type* g, retired_list& unlinked) noexcept {
        constexpr std::size_t step = limit<std::size_t>(64, 2);
        table_type* const t = g->root;
        if (t != nullptr) {
            table_type* const next = t->successor.load(std::memory_order_acquire);
            if constexpr (!lay::flat) {
                for (std::size_t n = 0; g->next_bucket < t->buckets(); ++n, ++g->next_bucket) {
                    if (n == step) {
                        return false;
                    }
                    if (!t->tags[g->next_bucket].load_control().moved()) {
                        unlink_all(t->home(g->next_bucket), unlinked, *g);
                        continue;
                    }
                    const unit_map m(t->bits, next->bits);
                    const std::size_t unit = m.unit_of(g->next_bucket);
                    for (std::size_t i = 0; g->next_bucket == m.first_source(unit) && i < m.heirs();
                         ++i) {
                        unlink_all(next->home(m.first_heir(unit) + i), unlinked, *g);
                    }
                }
            }
            if (next != nullptr && !free_table(next)) {
                return false;
            }
            t->successor.store(nullptr, std::memory_order_relaxed);
            if (!free_table(t)) {
                return false;
            }
            g->root = nullptr;
        }
        base::free_generation(g);
        return true;
    }

    bool destroy(retired* r, retired_list& unlinked) noexcept {
        const retired_kind kind = r->kind();
        if (kind == retired_kind::table) {
            return free_table(static_cast<table_type*>(r));
        }
        if (kind == retired_kind::generation) {
            return destroy_generation(static_cast<generation_type*>(r), unlinked);
        }
        if constexpr (!lay::word) {
            if (kind <= retired_kind::first_value) {
                base::release_value(static_cast<box<T>*>(r));
                return true;
            }
            if (kind == retired_kind::entry) {
                base::release_entry(as_node(r));
                return true;
            }
        }
        if constexpr (!lay::flat) {
            base::release_key(as_node(r));
        }
        return true;
    }

private:
    static constexpr disposal::type how{
        sizeof(box<T>),
        sizeof(node),
        base::recycles_values,
        base::recycles_entries,
        lay::word ? retired_kind::node : retired_kind::entry,
        [](retired* whole) noexcept -> retired_weight {
            if (whole->kind() == retired_kind::table) {
                return {1, bytes_of(*static_cast<table_type*>(whole))};
            }
            return static_cast<generation_type*>(whole)->weight;
        },
        [](retired* entry) noexcept -> retired* {
            if constexpr (lay::word) {
                return nullptr;  // is not asked for
            } else {
                return as_node(entry)->first();
            }
        },
        [](retired* value) noexcept -> retired* {
            if constexpr (lay::word) {
                return value;  // nor for this
            } else {
                return static_cast<keyed<Key>*>(node::of(static_cast<box<T>*>(value)));
            }
        },
        [](void* map, retired* r, retired_list& unlinked) noexcept {
            return static_cast<disposer*>(map)->destroy(r, unlinked);
        },
        [](void* map, std::size_t bytes) {
            return static_cast<disposer*>(map)->allocate_bytes(bytes);
        },
        [](void* map, void* at, std::size_t bytes) noexcept {
            static_cast<disposer*>(map)->deallocate_bytes(at, bytes);
        }};
};

}  // namespace syncmap::inline v0::detail
