// SPDX-License-Identifier: BSL-1.0
//
// For syncmap-shared-writes: memory in which no two blocks share a cache line, whose allocation watchers are told
// of; and system calls that give memory back, counted. All this for the whole program, because the library does
// some of it for maps with std::allocator only.
// Blocks begin 0, 16, 32 and 48 bytes behind the beginning of a line, in turns, as in scattered.hpp.
#include "coherence.hpp"

#include <atomic>
#include <cstdlib>
#include <new>

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace {
std::atomic<std::size_t> next_place{0};
}

void* operator new(std::size_t bytes) {
    void* const lines = std::aligned_alloc(64, (bytes + 48 + 63) / 64 * 64);
    if (lines == nullptr) throw std::bad_alloc();
    if (bench::watching != nullptr) bench::watching->note_allocation(lines, bytes + 48);
    return static_cast<std::byte*>(lines) + next_place.fetch_add(1) % 4 * 16;
}
void operator delete(void* at) noexcept {
    if (at != nullptr)
        std::free(static_cast<std::byte*>(at) - reinterpret_cast<std::uintptr_t>(at) % 64);
}
void operator delete(void* at, std::size_t) noexcept { operator delete(at); }

extern "C" int madvise(void* at, std::size_t bytes, int advice) noexcept {
    ++bench::calls.unmaps;
    return static_cast<int>(::syscall(SYS_madvise, at, bytes, advice));
}
extern "C" int munmap(void* at, std::size_t bytes) noexcept {
    ++bench::calls.unmaps;
    return static_cast<int>(::syscall(SYS_munmap, at, bytes));
}
