// SPDX-License-Identifier: BSL-1.0
#include "arena.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "machine.hpp"

namespace arena {

namespace {

constexpr std::size_t granule = 16;
constexpr std::size_t max_blocks = 8192;

alignas(64) std::byte memory[size];
std::uint16_t block_of[size / granule];
block blocks[max_blocks];
std::size_t used = 0;
std::size_t count = 0;
bool open = false;

void* allocate(std::size_t bytes, std::size_t alignment) {
    const std::size_t begin = (used + alignment - 1) / alignment * alignment;
    const std::size_t end = begin + std::max((bytes + granule - 1) / granule * granule, granule);
    if (end > size || count == max_blocks) {
        machine::give_up("the arena is too small for this scenario");
    }
    blocks[count] = block{begin, end, false, max_threads, 0, {}};
    std::fill(block_of + begin / granule, block_of + end / granule,
              static_cast<std::uint16_t>(count));
    machine::allocated(blocks[count]);
    ++count;
    used = end;
    return memory + begin;
}

void release(void* at) noexcept {
    block& b = block_at(at);
    if (b.freed) {
        machine::violation("freed twice");
    }
    machine::about_to_free(b);
    b.freed = true;
    std::memset(memory + b.begin, 0xdd, b.end - b.begin);
}

}  // namespace

opened::opened(bool now) noexcept : before_(open) { open = now; }
opened::~opened() { open = before_; }

bool contains(const void* at) noexcept {
    const auto* const byte = static_cast<const std::byte*>(at);
    return byte >= memory && byte < memory + size;
}
std::size_t offset(const void* at) noexcept {
    return static_cast<std::size_t>(static_cast<const std::byte*>(at) - memory);
}
block& block_at(const void* at) noexcept { return blocks[block_of[offset(at) / granule]]; }

std::size_t live_blocks() noexcept {
    return static_cast<std::size_t>(
        std::count_if(blocks, blocks + count, [](const block& b) { return !b.freed; }));
}

state save() {
    const opened closed(false);
    return {{memory, memory + used}, {blocks, blocks + count}};
}
void restore(const state& saved) {
    std::copy(saved.bytes.begin(), saved.bytes.end(), memory);
    std::copy(saved.blocks.begin(), saved.blocks.end(), blocks);
    used = saved.bytes.size();
    count = saved.blocks.size();
}

}  // namespace arena

namespace {

void* allocate_anywhere(std::size_t bytes, std::size_t alignment) {
    if (arena::open) {
        return arena::allocate(bytes, alignment);
    }
    void* const at = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (at == nullptr) {
        throw std::bad_alloc();
    }
    return at;
}
void release_anywhere(void* at) noexcept {
    if (arena::contains(at)) {
        arena::release(at);
    } else {
        std::free(at);
    }
}

}  // namespace

// Every form of the two ends here: the standard library's others call these.
void* operator new(std::size_t bytes) {
    return allocate_anywhere(bytes, alignof(std::max_align_t));
}
void* operator new(std::size_t bytes, std::align_val_t alignment) {
    return allocate_anywhere(bytes, static_cast<std::size_t>(alignment));
}
void operator delete(void* at) noexcept { release_anywhere(at); }
void operator delete(void* at, std::size_t) noexcept { release_anywhere(at); }
void operator delete(void* at, std::align_val_t) noexcept { release_anywhere(at); }
void operator delete(void* at, std::size_t, std::align_val_t) noexcept { release_anywhere(at); }
