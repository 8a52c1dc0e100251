// SPDX-License-Identifier: BSL-1.0
//
// An allocator that begins its blocks 0, 16, 32 and 48 bytes behind the beginning of a cache line, in turns:
// what share a line by chance does not depend on where malloc puts things, but is an average.
// Used by shared_writes.hpp.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>

namespace bench {

inline std::atomic<std::size_t> next_scattered{0};

template <class X>
struct scattered {
    static_assert(alignof(X) <= 16);
    using value_type = X;

    scattered() = default;
    template <class Y>
    scattered(const scattered<Y>&) noexcept {}  // NOLINT: as allocators convert

    X* allocate(std::size_t n) {
        void* const line = ::operator new(n * sizeof(X) + 48, std::align_val_t{64});
        return reinterpret_cast<X*>(static_cast<std::byte*>(line) + next_scattered++ % 4 * 16);
    }
    void deallocate(X* at, std::size_t) noexcept {
        const std::size_t behind = reinterpret_cast<std::uintptr_t>(at) % 64;
        ::operator delete(reinterpret_cast<std::byte*>(at) - behind, std::align_val_t{64});
    }
    friend bool operator==(const scattered&, const scattered&) = default;
};

}  // namespace bench
