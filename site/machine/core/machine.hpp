// SPDX-License-Identifier: BSL-1.0
//
// What the page drives: a syncmap::map and Go's classic map, side by side, that get the same
// operations.
//
// A command is a JSON object, and so is the answer: the steps it took (each with what both maps
// did, in sentences), and what both look like now. Beside the two there is a std::map, which each
// result is compared with: `agree` says whether all three have always given the same. The same
// commands after the same "new" give the same answers: random numbers and hashes are seeded by it.
//
//   {"op": "new", "entries": "numbers" or "words", "hash": "good" or "poor", "seed": N}
//   {"op": "store", "key": K, "value": V}   {"op": "load" or "erase", "key": K}
//   {"op": "fill" (with new keys), "load random", "erase random" or "random", "count": N}
//   {"op": "for each", "clear", "reclaim" or "shrink"}   {"op": "reserve", "count": N}
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace machine {

inline constexpr std::size_t most_steps = 500;     ///< in one command
inline constexpr std::size_t most_entries = 1500;  ///< more cannot be drawn

class contest {
public:
    contest() = default;
    contest(const contest&) = delete;
    contest& operator=(const contest&) = delete;
    virtual ~contest() = default;

    /// Throws std::invalid_argument, with a sentence for the user, and does nothing then.
    virtual nlohmann::json perform(const nlohmann::json& command) = 0;
    /// What is in the std::map, for tests.
    [[nodiscard]] virtual nlohmann::json expected() const = 0;
};

/// What a "new" asks for.
std::unique_ptr<contest> make_contest(const nlohmann::json& command);

}  // namespace machine
