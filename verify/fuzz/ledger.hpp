// SPDX-License-Identifier: BSL-1.0
//
// Memory that is accounted for: every block knows which ledger it came from and how large it is,
// and a ledger that ends has everything back.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <type_traits>

#include "faults.hpp"

namespace fuzz {

class ledger final : public std::pmr::memory_resource {
public:
    ledger() = default;
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;
    ~ledger() override { require(blocks_ == 0, "memory has not been given back"); }

private:
    struct alignas(alignof(std::max_align_t)) header {
        ledger* from;
        std::size_t bytes;
    };

    void* do_allocate(std::size_t bytes, std::size_t alignment) override {
        require(alignment <= alignof(header), "more alignment than a ledger gives");
        faults::point(map_memory);
        auto* const made = bytes <= most_at_once
                               ? static_cast<header*>(std::malloc(sizeof(header) + bytes))
                               : nullptr;
        if (made == nullptr) throw std::bad_alloc();
        *made = {this, bytes};
        ++blocks_;
        return made + 1;
    }
    void do_deallocate(void* at, std::size_t bytes, std::size_t) override {
        header* const made = static_cast<header*>(at) - 1;
        require(made->from == this, "memory was given back to another allocator");
        require(made->bytes == bytes, "memory was given back with another size");
        --blocks_;
        std::free(made);
    }
    bool do_is_equal(const memory_resource& other) const noexcept override {
        return this == &other;
    }

    std::size_t blocks_ = 0;
};

/// Equal only over the same ledger; whether it goes along with what it has allocated is
/// `Propagate`.
template <class T, bool Propagate>
class ledger_allocator {
public:
    using value_type = T;
    using propagate_on_container_move_assignment = std::bool_constant<Propagate>;
    using propagate_on_container_swap = std::bool_constant<Propagate>;
    using is_always_equal = std::false_type;
    template <class U>
    struct rebind {
        using other = ledger_allocator<U, Propagate>;
    };

    explicit ledger_allocator(ledger* from) noexcept : from_(from) {}
    template <class U>
    ledger_allocator(const ledger_allocator<U, Propagate>& other) noexcept : from_(other.from()) {}

    T* allocate(std::size_t n) {
        return static_cast<T*>(from_->allocate(n * sizeof(T), alignof(T)));
    }
    void deallocate(T* at, std::size_t n) noexcept {
        from_->deallocate(at, n * sizeof(T), alignof(T));
    }
    [[nodiscard]] ledger* from() const noexcept { return from_; }

    template <class U>
    friend bool operator==(const ledger_allocator& a,
                           const ledger_allocator<U, Propagate>& b) noexcept {
        return a.from() == b.from();
    }

private:
    ledger* from_;
};

}  // namespace fuzz
