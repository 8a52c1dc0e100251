// SPDX-License-Identifier: BSL-1.0
//
// What a write brings along: the key and the value that it may link into the map, made before any lock is
// taken, and destroyed here if it turns out that they are not needed.
//
// A value may be made together with its node (one allocation, for a key that is likely new) or alone (for
// a key that is likely there). Neither guess can be wrong beyond repair: a value made alone moves into the node
// that it turns out to need, or, where that might throw or be noticed, is linked by a node without a first value;
// a value made inside a node that is not needed is linked alone, and its node lives on as its memory.
// Both may be made of what was unlinked some time ago (memory.hpp).
// Used by engine.hpp and operations.hpp.
#pragma once

#include <optional>

#include "memory.hpp"

namespace syncmap::inline v0::detail {

template <class Key, class T, class Allocator>
class supply {
public:
    using lay = layout<Key, T>;
    using node = typename lay::node;
    using token = typename lay::token;
    using memory_type = memory<Key, T, Allocator>;

    explicit supply(memory_type& from) noexcept : memory_(from) {}
    supply(const supply&) = delete;
    supply& operator=(const supply&) = delete;
    ~supply() { discard(); }

    [[nodiscard]] bool has_key() const noexcept { return key_ != nullptr; }
    [[nodiscard]] const Key& key() const noexcept { return *key_; }
    [[nodiscard]] bool has_value() const noexcept { return has_value_; }
    [[nodiscard]] token value() const noexcept { return value_; }
    [[nodiscard]] node* linked_node() const noexcept { return node_; }

    /// Makes key and value together, for a key that is likely to be new.
    template <class K, class... Args>
    void make_entry(std::uint64_t hash, K&& key, Args&&... args) {
        if constexpr (lay::word) {
            make_value(std::forward<Args>(args)...);
            add_key(hash, std::forward<K>(key));
        } else {
            node_ = memory_.make_entry(hash, std::forward<K>(key), std::forward<Args>(args)...);
            key_ = node_->key();
            value_ = node_->first();
            has_value_ = true;
        }
    }

    /// Makes the value alone.
    template <class... Args>
    void make_value(Args&&... args) {
        if constexpr (lay::word) {
            value_ = detail::to_bits(T(std::forward<Args>(args)...));
        } else {
            value_ = memory_.make_box(std::forward<Args>(args)...);
        }
        has_value_ = true;
    }

    /// The key alone, when the value was made without it and the key turns out to be new.
    template <class K>
    void add_key(std::uint64_t hash, K&& key) {
        if constexpr (lay::flat) {
            key_ = std::addressof(flat_key_.emplace(std::forward<K>(key)));
        } else {
            if constexpr (lay::word) {
                node_ = memory_.make_entry(hash, std::forward<K>(key));
            } else {
                node_ = memory_.make_node(hash, std::forward<K>(key));
                settle_value();
            }
            key_ = node_->key();
        }
    }

    /// Flat slots copy the key: the caller's own will do.
    void borrow_key(const Key& key) noexcept
        requires lay::flat
    {
        key_ = std::addressof(key);
    }

    /// Gives the value up, to make another one.
    void discard_value() noexcept {
        if (has_value_) {
            if constexpr (!lay::word) {
                if (in_node()) {
                    node_->drop_first();
                    memory_.destroy(value_->value());
                } else {
                    memory_.release_value(value_);
                }
            }
            has_value_ = false;
        }
    }

    /// The write has linked node and value: a new entry.
    void linked_entry() noexcept {
        node_ = nullptr;
        key_ = nullptr;
        has_value_ = false;
    }
    /// The write has linked the value alone, in place of another.
    void linked_value() noexcept { has_value_ = false; }

    /// Completes the node for linking.
    node* prepare_node() noexcept {
        node_->store(value_);
        return node_;
    }

private:
    /// The value that was made alone, of a node that has just been made.
    void settle_value() noexcept
        requires(!lay::word)
    {
        if constexpr (std::is_nothrow_move_constructible_v<T> &&
                      std::is_same_v<Allocator, std::allocator<std::pair<const Key, T>>>) {
            if (has_value_) {
                memory_.construct(node_->first()->value(), std::move(*value_->value()));
                memory_.release_value(std::exchange(value_, node_->first()));
                return;
            }
        }
        node_->drop_first();
    }

    [[nodiscard]] bool in_node() const noexcept
        requires(!lay::word)
    {
        return node_ != nullptr && value_ == node_->first();
    }

    void discard() noexcept {
        discard_value();
        if constexpr (!lay::flat) {
            if (node_ != nullptr) {
                memory_.release_key(node_);
            }
        }
    }

    memory_type& memory_;
    node* node_ = nullptr;
    const Key* key_ = nullptr;
    std::conditional_t<lay::flat, std::optional<Key>, no_node> flat_key_{};
    token value_{};
    bool has_value_ = false;
};

}  // namespace syncmap::inline v0::detail
