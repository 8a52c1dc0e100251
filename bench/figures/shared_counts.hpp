// SPDX-License-Identifier: BSL-1.0
//
// Which cache lines a thread touches, and how many of its writes go to shared ones.
//
// A line is *shared* if each of two threads makes at least a sixth of the accesses to it. Looking now and
// then at a line of another thread's (to add counters up, or to see who is in a section) does not make it shared.
// Used by shared_threads.hpp, whose atomics note what they do, and by shared_writes.hpp.
#pragma once

#include "coherence.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

namespace bench {

/// What one thread does to cache lines.
struct recorder {
    enum class access { make, read, write, read_modify_write };

    void note(const void* address, access a) {
        const cache_line line = line_of(address);
        ++touches[line];
        if (counting && (a == access::write || a == access::read_modify_write)) {
            writes.push_back(line);
            read_modify_writes += a == access::read_modify_write ? 1 : 0;
        }
    }
    void end_operation() { ends.push_back(writes.size()); }

    std::unordered_map<cache_line, std::size_t>
        touches;                         ///< all accesses, counted operations or not
    bool counting = false;               ///< an operation that counts is running
    std::vector<cache_line> writes;      ///< of the operations that count, in order
    std::vector<std::size_t> ends;       ///< how many writes there were after each
    std::size_t read_modify_writes = 0;  ///< of those writes
};
inline thread_local recorder* recording = nullptr;

/// Does nothing unless somebody records or watches what the calling thread does.
inline void note(const void* address, recorder::access a) {
    if (recording != nullptr) recording->note(address, a);
    if (watching != nullptr)
        watching->note(address, a != recorder::access::read,
                       a == recorder::access::read_modify_write);
}

/// Sums over operations that were counted.
struct figures {
    double operations = 0;
    double read_modify_writes = 0;
    double shared_writes = 0;
    double shared_lines = 0;  ///< written by one operation, each counted once
    double writes = 0;

    /// Adds what `mine` has counted, while the other thread recorded `other`.
    void add(const recorder& mine, const recorder& other) {
        const auto shared = [&](cache_line line) {
            const auto found = other.touches.find(line);
            const std::size_t theirs = found == other.touches.end() ? 0 : found->second;
            const std::size_t ours = mine.touches.at(line);
            return 6 * std::min(theirs, ours) >= theirs + ours;
        };
        std::size_t begin = 0;
        for (const std::size_t end : mine.ends) {
            std::vector<cache_line> lines(mine.writes.begin() + static_cast<std::ptrdiff_t>(begin),
                                          mine.writes.begin() + static_cast<std::ptrdiff_t>(end));
            std::erase_if(lines, [&](cache_line line) { return !shared(line); });
            shared_writes += static_cast<double>(lines.size());
            std::sort(lines.begin(), lines.end());
            const auto last = std::unique(lines.begin(), lines.end());
            shared_lines += static_cast<double>(last - lines.begin());
            begin = end;
        }
        operations += static_cast<double>(mine.ends.size());
        read_modify_writes += static_cast<double>(mine.read_modify_writes);
        writes += static_cast<double>(mine.writes.size());
    }
};

}  // namespace bench
