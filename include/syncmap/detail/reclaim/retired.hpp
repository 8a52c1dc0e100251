// SPDX-License-Identifier: BSL-1.0
//
// What every object has that is ever unlinked from a map: a link, so that retiring never allocates, and
// its kind, so that the map that owns it knows how to destroy it (no function pointers: a shared library
// that retired something may be closed before the thing is destroyed). Until a node is retired its word
// is the pointer to its value (slot.hpp): so nodes pay nothing for it.
// Used by slot.hpp and table.hpp (as a base), by disposal.hpp, limbo.hpp and garbage.hpp.
#pragma once

#include "../threads.hpp"

namespace syncmap::inline v0::detail {

enum class retired_kind : std::uintptr_t {
    none,         ///< not retired: the word is something else
    value,        ///< a value that was overwritten or erased, allocated on its own
    first_value,  ///< the same, living inside a node
    node,         ///< an erased key
    entry,        ///< an erased key with its first value, in one node
    table,        ///< an emptied table
    generation,   ///< everything that was in the map when it was cleared
};

class alignas(8) retired {
public:
    explicit retired(retired_kind kind) noexcept : link_(static_cast<std::uintptr_t>(kind)) {}
    retired(const retired&) = delete;
    retired& operator=(const retired&) = delete;

    // Relaxed: readers ask for the kind, which never changes, while the owner writes the link beside it;
    // lists are handed over under a lock.
    [[nodiscard]] retired_kind kind() const noexcept {
        return static_cast<retired_kind>(link_.load(std::memory_order_relaxed) & kind_mask);
    }
    [[nodiscard]] retired* next() const noexcept {
        return reinterpret_cast<retired*>(link_.load(std::memory_order_relaxed) & ~kind_mask);
    }
    void set_next(retired* next) noexcept {
        link_.store(reinterpret_cast<std::uintptr_t>(next) |
                        (link_.load(std::memory_order_relaxed) & kind_mask),
                    std::memory_order_relaxed);
    }
    /// Of an object that only its owner can reach, but for those who look at an erased node.
    void set_kind(retired_kind kind) noexcept {
        link_.store((link_.load(std::memory_order_relaxed) & ~kind_mask) |
                        static_cast<std::uintptr_t>(kind),
                    std::memory_order_relaxed);
    }

protected:
    ~retired() = default;

    static constexpr std::uintptr_t kind_mask = 7;
    atomic<std::uintptr_t> link_;
};

struct retired_weight {
    std::size_t objects;
    std::size_t bytes;
};

/// Whether it is large, and destroyed step by step: a table or a generation.
inline bool is_whole(const retired& r) noexcept { return r.kind() >= retired_kind::table; }

/// A queue of retired objects, with their number and size.
class retired_list {
public:
    [[nodiscard]] bool empty() const noexcept { return head_ == nullptr; }
    [[nodiscard]] std::size_t objects() const noexcept { return objects_; }
    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

    void push(retired* object, retired_weight w) noexcept {
        object->set_next(nullptr);
        if (head_ == nullptr) {
            head_ = object;
        } else {
            tail_->set_next(object);
        }
        tail_ = object;
        objects_ += w.objects;
        bytes_ += w.bytes;
    }
    [[nodiscard]] retired* front() const noexcept { return head_; }
    /// Takes the front off; its weight is the caller's to know.
    retired* pop(retired_weight w) noexcept {
        retired* const object = head_;
        head_ = object->next();
        objects_ -= w.objects;
        bytes_ -= w.bytes;
        return object;
    }
    /// Appends all of `other`, which is empty then.
    SYNCMAP_NOINLINE void splice(retired_list& other) noexcept { append(other); }
    /// The same for what each write does.
    SYNCMAP_INLINE void append(retired_list& other) noexcept {
        if (other.empty()) {
            return;
        }
        if (empty()) {
            head_ = other.head_;
        } else {
            tail_->set_next(other.head_);
        }
        tail_ = other.tail_;
        objects_ += other.objects_;
        bytes_ += other.bytes_;
        other = retired_list{};
    }

private:
    retired* head_ = nullptr;
    retired* tail_ = nullptr;
    std::size_t objects_ = 0;
    std::size_t bytes_ = 0;
};

}  // namespace syncmap::inline v0::detail
