// SPDX-License-Identifier: BSL-1.0
//
// The memory of the model: while it is open, everything that is allocated comes from here.
//
// All that the map and its threads share lies in one array, so that its state can be saved once and put back
// before every execution. Nothing that was freed is handed out again within an execution, so each later
// access to it is noticed (machine.cpp asks block_at).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace arena {

inline constexpr std::size_t size = std::size_t{1} << 20U;
inline constexpr unsigned max_threads = 4;

struct block {
    std::size_t begin = 0;
    std::size_t end = 0;
    bool freed = false;
    std::uint8_t owner = max_threads;  ///< who allocated it; max_threads: nobody, before they began
    std::uint16_t born = 0;            ///< at this step of the owner's
    std::array<std::uint16_t, max_threads> last_access{};
};

/// While one lives, operator new and delete use the arena. `opened(false)` for the verifier's own needs.
class opened {
public:
    explicit opened(bool open = true) noexcept;
    opened(const opened&) = delete;
    opened& operator=(const opened&) = delete;
    ~opened();

private:
    bool before_;
};

[[nodiscard]] bool contains(const void* at) noexcept;
[[nodiscard]] std::size_t offset(const void* at) noexcept;
/// The block that an address of the arena belongs to.
[[nodiscard]] block& block_at(const void* at) noexcept;

/// How many bytes and blocks have been allocated, and not freed, since the arena was last emptied.
[[nodiscard]] std::size_t live_blocks() noexcept;

struct state {
    std::vector<std::byte> bytes;
    std::vector<block> blocks;
};
[[nodiscard]] state save();
void restore(const state& saved);

}  // namespace arena
