// SPDX-License-Identifier: BSL-1.0
//
// A memory resource that knows what it has handed out, and an allocator over it whose propagation
// traits and equality a test chooses.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <memory_resource>
#include <new>
#include <type_traits>

namespace support {

// Atomic, because a map may free on any thread.
class tracking_resource final : public std::pmr::memory_resource {
public:
    tracking_resource() = default;
    tracking_resource(const tracking_resource&) = delete;
    tracking_resource& operator=(const tracking_resource&) = delete;
    ~tracking_resource() override {
        EXPECT_EQ(bytes(), 0u) << "memory was not given back";
        EXPECT_EQ(blocks(), 0u) << "memory was not given back";
    }

    std::size_t bytes() const { return bytes_; }
    std::size_t blocks() const { return blocks_; }
    std::size_t allocations() const { return allocations_; }

private:
    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        void* p = std::pmr::new_delete_resource()->allocate(bytes, alignment);
        bytes_ += bytes;
        ++blocks_;
        ++allocations_;
        return p;
    }
    void do_deallocate(void* p, std::size_t bytes, std::size_t alignment) override {
        bytes_ -= bytes;
        --blocks_;
        std::pmr::new_delete_resource()->deallocate(p, bytes, alignment);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::atomic<std::size_t> bytes_{0};
    std::atomic<std::size_t> blocks_{0};
    std::atomic<std::size_t> allocations_{0};
};

// Stateful, equal only over the same resource; Propagate answers all three questions.
template <class T, bool Propagate>
class tracking_allocator {
public:
    using value_type = T;
    using propagate_on_container_copy_assignment = std::bool_constant<Propagate>;
    using propagate_on_container_move_assignment = std::bool_constant<Propagate>;
    using propagate_on_container_swap = std::bool_constant<Propagate>;
    using is_always_equal = std::false_type;
    template <class U>
    struct rebind {
        using other = tracking_allocator<U, Propagate>;
    };

    explicit tracking_allocator(tracking_resource& r) noexcept : resource_(&r) {}
    template <class U>
    tracking_allocator(const tracking_allocator<U, Propagate>& other) noexcept
        : resource_(other.resource()) {}

    T* allocate(std::size_t n) {
        return static_cast<T*>(resource_->allocate(n * sizeof(T), alignof(T)));
    }
    void deallocate(T* p, std::size_t n) noexcept {
        resource_->deallocate(p, n * sizeof(T), alignof(T));
    }
    tracking_resource* resource() const noexcept { return resource_; }

    template <class U>
    friend bool operator==(const tracking_allocator& a,
                           const tracking_allocator<U, Propagate>& b) noexcept {
        return a.resource() == b.resource();
    }

private:
    tracking_resource* resource_;
};

}  // namespace support
