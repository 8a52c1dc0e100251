// SPDX-License-Identifier: BSL-1.0
//
// What the engine allocates, through the map's allocator: nodes, boxes, tables, overflow buckets.
//
// Keys and values are constructed by uses-allocator construction (a pmr map hands its resource to them);
// fancy pointers are turned into plain ones at this border. Every make_ function leaves nothing behind
// when it throws. Where types allow it (recyclable.hpp) boxes and nodes are made of what was unlinked some time
// ago, and is here as the garbage. Used by disposer.hpp, as its base.
#pragma once

#include "reclaim/garbage.hpp"
#include "renew.hpp"
#include "standard.hpp"
#include "table.hpp"

namespace syncmap::inline v0::detail {

template <class Key, class T, class Allocator>
class memory {
    template <class U>
    using rebound = typename std::allocator_traits<Allocator>::template rebind_alloc<U>;

public:
    using slot = typename layout<Key, T>::slot;
    using node = typename layout<Key, T>::node;
    using table_type = table<slot>;
    using generation_type = generation<slot>;
    using overflow_type = overflow_bucket<slot>;
    static constexpr bool word = layout<Key, T>::word;

    /// Whether the allocator leaves constructing to the language, and cannot tell whether there was any.
    static constexpr bool constructs_as_usual = !requires(rebound<T>& a, T* at) {
        a.construct(at, std::move(*at));
    } && !requires(rebound<T>& a, T* at) { a.destroy(at); };
    /// Whether what nobody can see any more is used again.
    static constexpr bool may_recycle = !layout<Key, T>::flat && constructs_as_usual;
    static constexpr bool recycles_values = may_recycle && !word && recyclable<T>;
    static constexpr bool recycles_entries =
        may_recycle && recyclable<Key> && (word || recyclable<T>);

    explicit memory(const Allocator& allocator) noexcept : allocator_(allocator) {}
    memory(memory&& other) noexcept
        : garbage_(std::move(other.garbage_)), allocator_(other.allocator_) {}

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

    /// A value in a box of its own.
    template <class... Args>
    box<T>* make_box(Args&&... args) {
        if constexpr (recycles_values && can_renew<T, Args...>) {
            if (auto* const b = static_cast<box<T>*>(garbage_.take_spare(spare::value))) {
                if (detail::worth_renewing(*b->value())) {
                    SYNCMAP_TRY { detail::renew(*b->value(), std::forward<Args>(args)...); }
                    SYNCMAP_CATCH_ALL {
                        release_value(b);
                        SYNCMAP_RETHROW;
                    }
                    return b;
                }
                release_value(b);
            }
        }
        auto* const made =
            ::new (static_cast<void*>(allocate<box<T>>(1))) box<T>(retired_kind::value);
        SYNCMAP_TRY { construct(made->value(), std::forward<Args>(args)...); }
        SYNCMAP_CATCH_ALL {
            deallocate(made, 1);
            SYNCMAP_RETHROW;
        }
        return made;
    }

    /// A node with its key and, unless the value is a word, its value in its first box.
    template <class K, class... Args>
    node* make_entry(std::uint64_t hash, K&& key, Args&&... args) {
        if constexpr (recycles_entries && can_renew<Key, K> && (word || can_renew<T, Args...>)) {
            if (retired* const r = garbage_.take_spare(spare::entry)) {
                node* const n = as_node(r);
                if (worth_renewing_entry(*n)) {
                    SYNCMAP_TRY {
                        detail::renew(*n->key(), std::forward<K>(key));
                        if constexpr (!word) {
                            detail::renew(*n->first()->value(), std::forward<Args>(args)...);
                        }
                    }
                    SYNCMAP_CATCH_ALL {
                        release_entry(n);
                        SYNCMAP_RETHROW;
                    }
                    n->renew(hash);
                    return n;
                }
                release_entry(n);
            }
        }
        node* const made = make_node(hash, std::forward<K>(key));
        if constexpr (!word) {
            SYNCMAP_TRY { construct(made->first()->value(), std::forward<Args>(args)...); }
            SYNCMAP_CATCH_ALL {
                made->drop_first();
                release_key(made);
                SYNCMAP_RETHROW;
            }
        }
        return made;
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
    static node* as_node(retired* r) noexcept
        requires(!layout<Key, T>::flat)
    {
        return static_cast<node*>(static_cast<keyed<Key>*>(r));
    }

    /// Destroys the key, and frees the node unless its first box is still in use.
    void release_key(node* n) noexcept {
        destroy(n->key());
        if constexpr (!word) {
            if (!n->part_done()) {
                return;
            }
        }
        deallocate(n, 1);
    }
    /// Destroys the key and, unless that is a word, the value in the first box, and frees the node.
    void release_entry(node* n) noexcept {
        if constexpr (!word) {
            destroy(n->first()->value());
        }
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
        deallocate(static_cast<memory_unit*>(static_cast<void*>(t)), units);
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

protected:
    garbage garbage_{};

private:
    static bool worth_renewing_entry(node& n) noexcept {
        if constexpr (!word) {
            if (!detail::worth_renewing(*n.first()->value())) {
                return false;
            }
        }
        return detail::worth_renewing(*n.key());
    }

    SYNCMAP_NO_UNIQUE_ADDRESS Allocator allocator_;
};

}  // namespace syncmap::inline v0::detail
