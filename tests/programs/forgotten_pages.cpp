// SPDX-License-Identifier: BSL-1.0
//
// The pages of a large table are given back to the system before the table is freed. Here operator new places
// large blocks as badly as it may, a little before the end of a page, with something of ours before and behind:
// neither that nor what the table knows of itself may get lost.
#include <syncmap/detail/platform.hpp>

#if SYNCMAP_TSAN
// Some ThreadSanitizers bring an operator new that cannot be replaced; and there is one thread here.
int main() {}
#else

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <new>

#include <syncmap/map.hpp>

namespace {

constexpr std::size_t large = std::size_t{1} << 20U;
constexpr std::size_t page = std::size_t{1} << 16U;
constexpr std::size_t guard = 256;
constexpr std::size_t unknown = ~std::size_t{0};
constexpr unsigned char pattern = 0xa5;

struct description {
    void* region;
    std::size_t region_bytes;
    std::size_t bytes;
};

unsigned char* large_blocks[64] = {};
std::size_t large_blocks_freed = 0;

void check(bool condition, const char* what) {
    if (!condition) {
        std::fprintf(stderr, "failed: %s\n", what);
        std::_Exit(1);
    }
}

unsigned char** find_block(const void* p) {
    for (unsigned char*& b : large_blocks) {
        if (b == p) {
            return &b;
        }
    }
    return nullptr;
}

void* allocate(std::size_t bytes) {
    if (bytes < large) {
        void* const p = std::malloc(bytes);
        check(p != nullptr, "memory");
        return p;
    }
    const std::size_t region_bytes = (bytes / page + 4) * page;
    void* const region =
        ::mmap(nullptr, region_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    check(region != MAP_FAILED, "memory");
    const auto boundary = (reinterpret_cast<std::uintptr_t>(region) + 2 * page) / page * page;
    auto* const block = reinterpret_cast<unsigned char*>(boundary - 64);
    std::memset(block - guard, pattern, guard);
    std::memset(block + bytes, pattern, guard);
    const description d{region, region_bytes, bytes};
    std::memcpy(block - guard - sizeof(d), &d, sizeof(d));
    unsigned char** const place = find_block(nullptr);
    check(place != nullptr, "few large blocks at a time");
    *place = block;
    return block;
}

bool intact(const unsigned char* p) {
    for (std::size_t i = 0; i < guard; ++i) {
        if (p[i] != pattern) {
            return false;
        }
    }
    return true;
}

/// `bytes`: the largest number where the compiler does not tell the size.
void release(void* p, std::size_t bytes) {
    unsigned char** const place = p != nullptr ? find_block(p) : nullptr;
    if (place == nullptr) {
        std::free(p);
        return;
    }
    unsigned char* const block = *place;
    *place = nullptr;
    description d;
    std::memcpy(&d, block - guard - sizeof(d), sizeof(d));
    check(bytes == unknown || d.bytes == bytes,
          "a block is freed with the size it was allocated with");
    check(intact(block - guard) && intact(block + d.bytes),
          "what lies before and behind a table is left alone");
    ::munmap(d.region, d.region_bytes);
    ++large_blocks_freed;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void operator delete(void* p) noexcept { release(p, unknown); }
void operator delete(void* p, std::size_t bytes) noexcept { release(p, bytes); }

// Where what new gives is aligned to less than a table wants. malloc's alignment will do, as in allocate().
void* operator new(std::size_t bytes, std::align_val_t) { return allocate(bytes); }
void operator delete(void* p, std::align_val_t) noexcept { release(p, unknown); }
void operator delete(void* p, std::size_t bytes, std::align_val_t) noexcept { release(p, bytes); }

int main() {
    constexpr std::uint64_t n = 300'000;
    {
        syncmap::map<std::uint64_t, std::uint64_t> map;
        for (int round = 0; round < 2; ++round) {
            for (std::uint64_t i = 0; i < n; ++i) {
                map.store(i, i + 1);
            }
            for (std::uint64_t i = 0; i < n; ++i) {
                check(map.load(i) == i + 1, "all entries are there");
            }
            map.clear();
        }
        map.reclaim();
        check(large_blocks_freed >= 4, "old tables have been freed");
    }
    return 0;
}

#endif
