// SPDX-License-Identifier: BSL-1.0
//
// syncmap::pinned: a handle to a value that lives while the handle does.
#pragma once

#include <cassert>
#include <optional>
#include <utility>

#include "detail/reclaim/hazard.hpp"
#include "detail/slot.hpp"

namespace syncmap::inline v0 {

namespace detail {
template <class Key, class T, class Hash, class KeyEqual, class Allocator>
class operations;
}

/// Keeps one value of a map alive, whatever happens to the map's entry: it may be erased, overwritten or
/// cleared meanwhile. Small trivially copyable values (up to 8 bytes) are held as a copy, but where in_place says
/// otherwise: what is changed of that, by `mutable` members, is lost.
///
/// May be moved to and dropped in another thread, also after the thread that made it has ended; may be held
/// for as long as one likes (it holds back this one value, and nothing else). Must not outlive the map.
/// Not safe for use by two threads at once without synchronisation, like any object; what it points to is
/// shared and const. T must be complete.
/// @progress Lock-free; looking at the value wait-free. @complexity O(1).
/// @may_throw Nothing, but from the map's members that make one.
template <class T>
class pinned {
public:
    using element_type = const T;  ///< what it points to

    pinned() noexcept = default;                ///< an empty handle
    pinned(const pinned&) = delete;             ///< one handle keeps one value
    pinned& operator=(const pinned&) = delete;  ///< likewise
    /// Takes over what `other` keeps, which is empty then.
    pinned(pinned&& other) noexcept
        : hazard_(std::move(other.hazard_)), value_(std::exchange(other.value_, {})) {}
    /// Lets the value go, and takes over what `other` keeps.
    pinned& operator=(pinned&& other) noexcept {
        if (this != std::addressof(other)) {
            drop();
            hazard_ = std::move(other.hazard_);
            value_ = std::exchange(other.value_, {});
        }
        return *this;
    }
    ~pinned() { drop(); }  ///< lets the value go

    /// The value, or nullptr for an empty handle.
    [[nodiscard]] const T* get() const noexcept {
        if constexpr (by_copy) {
            return value_ ? std::addressof(value_->get()) : nullptr;
        } else {
            return value_;
        }
    }
    /// The value; the handle must not be empty (debug builds assert that).
    [[nodiscard]] const T& operator*() const noexcept {
        assert_not_empty();
        if constexpr (by_copy) {
            return value_->get();
        } else {
            return *value_;
        }
    }
    /// The value's members; the handle must not be empty (debug builds assert that).
    [[nodiscard]] const T* operator->() const noexcept {
        assert_not_empty();
        return get();
    }
    /// Whether there is a value.
    [[nodiscard]] explicit operator bool() const noexcept { return get() != nullptr; }

    /// Lets the value go: the handle is empty then.
    void reset() noexcept { *this = pinned(); }

    /// Exchanges what `a` and `b` keep.
    friend void swap(pinned& a, pinned& b) noexcept {
        pinned old(std::move(a));
        a = std::move(b);
        b = std::move(old);
    }

private:
    template <class, class, class, class, class>
    friend class detail::operations;

    static constexpr bool by_copy = detail::is_word<T>;
    using stored = std::conditional_t<by_copy, std::optional<detail::from_words<T>>, const T*>;

    void assert_not_empty() const noexcept {
        assert(*this &&
               "syncmap: an empty pinned has no value: the key was absent, or the handle has been "
               "moved from or reset");
    }

    explicit pinned(const stored& copy) noexcept
        requires by_copy
        : value_(copy) {}
    pinned(detail::hazard h, const T* value) noexcept
        requires(!by_copy)
        : hazard_(std::move(h)), value_(value) {}

    void drop() noexcept {
        if constexpr (!by_copy) {
            hazard_.drop();
        }
    }

    SYNCMAP_NO_UNIQUE_ADDRESS std::conditional_t<by_copy, detail::no_node, detail::hazard>
        hazard_{};
    stored value_{};
};

}  // namespace syncmap::inline v0
