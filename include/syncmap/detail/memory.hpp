// SPDX-License-Identifier: BSL-1.0
//
// What the engine allocates, through the map's allocator: nodes, boxes, tables, overflow buckets.
//
// Keys and values are constructed by uses-allocator construction (a pmr map hands its resource to them);
// fancy pointers are turned into plain ones at this border. Every make_ function leaves nothing behind
// when it throws. Used by engine.hpp, as its base.
#pragma once

#include <memory>

#include "reclaim/garbage.hpp"
#include "table.hpp"

namespace syncmap::inline v0::detail {

template <class Key, class T, class Allocator>
class memory {
public:
    using slot = typename layout<Key, T>::slot;
    using node = typename layout<Key, T>::node;
    using table_type = table<slot>;
    using generation_type = generation<slot>;
    using overflow_type = overflow_bucket<slot>;

    explicit memory(const Allocator& allocator) noexcept : allocator_(allocator) {}

    [[nodiscard]] const Allocator& allocator() const noexcept { return allocator_; }
    void set_allocator(const Allocator& allocator) noexcept { allocator_ = allocator; }

    template <class U>
    U* allocate(std::size_t n) {
        rebound<U> a(allocator_);
        return std::to_address(std::allocator_traits<rebound<U>>::allocate(a, n));
    }
    template <class U>
    void deallocate(U* at, std::size_t n) noexcept {
        rebound<U> a(allocator_);
        using traits = std::allocator_traits<rebound<U>>;
        traits::deallocate(a, std::pointer_traits<typename traits::pointer>::pointer_to(*at), n);
    }
    template <class U, class... Args>
    void construct(U* at, Args&&... args) {
        rebound<U> a(allocator_);
        std::allocator_traits<rebound<U>>::construct(a, at, std::forward<Args>(args)...);
    }
    template <class U>
    void destroy(U* at) noexcept {
        rebound<U> a(allocator_);
        std::allocator_traits<rebound<U>>::destroy(a, at);
    }

    /// A node with its key and, unless the value is a word, without a value in its first box yet.
    template <class K>
    node* make_node(std::uint64_t hash, K&& key) {
        node* const made = ::new (static_cast<void*>(allocate<node>(1))) node(hash);
        SYNCMAP_TRY { construct(made->key(), std::forward<K>(key)); }
        SYNCMAP_CATCH_ALL {
            deallocate(made, 1);
            SYNCMAP_RETHROW;
        }
        return made;
    }
    /// Destroys the key, and frees the node unless its first box is still in use.
    void release_key(node* n) noexcept {
        destroy(n->key());
        if constexpr (!layout<Key, T>::word) {
            if (!n->part_done()) {
                return;
            }
        }
        deallocate(n, 1);
    }
    /// Destroys key and first value, and frees the node.
    void release_node(node* n) noexcept
        requires(!layout<Key, T>::word)
    {
        destroy(n->first()->value());
        destroy(n->key());
        deallocate(n, 1);
    }
    /// Destroys a value that is in a box, and frees what it was in.
    void release_value(box<T>* b) noexcept {
        destroy(b->value());
        if (b->kind() == retired_kind::value) {
            deallocate(b, 1);
        } else if (auto* const n = static_cast<node*>(node::of(b)); n->part_done()) {
            deallocate(n, 1);
        }
    }

    /// The units must have been computed before: this is where a table's size has been checked.
    table_type* make_table(generation_type& owner, std::uint32_t bits) {
        const std::size_t units = table_type::units_for(bits);
        return ::new (static_cast<void*>(allocate<memory_unit>(units)))
            table_type(owner, bits, units);
    }
    void free_table(table_type* t) noexcept {
        const std::size_t units = t->units;
        deallocate(reinterpret_cast<memory_unit*>(t), units);
    }

    overflow_type* make_overflow() {
        return ::new (static_cast<void*>(allocate_bytes(sizeof(overflow_type)))) overflow_type;
    }
    void free_overflow(overflow_type* b) noexcept { deallocate_bytes(b, sizeof(overflow_type)); }

    generation_type* make_generation(std::uint64_t serial) {
        return ::new (static_cast<void*>(allocate<generation_type>(1))) generation_type(serial);
    }
    void free_generation(generation_type* g) noexcept {
        if (counter_cells* const cells = g->entries.cells()) {
            free_cells(cells);
        }
        deallocate(g, 1);
    }

    counter_cells* make_cells() {
        return ::new (static_cast<void*>(allocate<counter_cells>(1))) counter_cells;
    }
    void free_cells(counter_cells* cells) noexcept { deallocate(cells, 1); }

    void* allocate_bytes(std::size_t bytes) { return allocate<memory_unit>(units_of(bytes)); }
    void deallocate_bytes(void* at, std::size_t bytes) noexcept {
        deallocate(static_cast<memory_unit*>(at), units_of(bytes));
    }

private:
    template <class U>
    using rebound = typename std::allocator_traits<Allocator>::template rebind_alloc<U>;

    [[no_unique_address]] Allocator allocator_;
};

}  // namespace syncmap::inline v0::detail
