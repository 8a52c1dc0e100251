// SPDX-License-Identifier: BSL-1.0
//
// operator new as a point that may fail. (Malloc below it is still the sanitizer's.)
#include "faults.hpp"

void* operator new(std::size_t bytes) {
    fuzz::faults::point(fuzz::other_memory);
    void* const at = bytes <= fuzz::most_at_once ? std::malloc(bytes != 0 ? bytes : 1) : nullptr;
    if (at == nullptr) throw std::bad_alloc();
    return at;
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    fuzz::faults::point(fuzz::other_memory);
    const auto to = static_cast<std::size_t>(alignment);
    if (void* const at = std::aligned_alloc(to, (bytes + to - 1) / to * to)) return at;
    throw std::bad_alloc();
}
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept {
    return std::malloc(bytes != 0 ? bytes : 1);  // the library has no use for it, the fuzzers have
}
void operator delete(void* at) noexcept { std::free(at); }
void operator delete(void* at, std::size_t) noexcept { std::free(at); }
void operator delete(void* at, std::align_val_t) noexcept { std::free(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { std::free(at); }
