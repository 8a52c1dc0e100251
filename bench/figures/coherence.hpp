// SPDX-License-Identifier: BSL-1.0
//
// A model of the caches of many processors, each as large as can be: which accesses would fetch a line from
// another one. And a count of the system calls that the library makes.
//
// A line is *foreign* to a thread if another thread has written it since this one last accessed it. Caches
// that are too small are not modelled, nor is the fetching of what nobody has written.
// Used by many_threads.hpp; shared_counts.hpp tells it what the library's atomics do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <utility>
#include <vector>

namespace bench {

using cache_line = std::uintptr_t;
inline cache_line line_of(const void* address) {
    return reinterpret_cast<std::uintptr_t>(address) / 64;
}

/// Which of up to 64 threads have the newest version of a line.
class coherence {
public:
    /// Says whether the line was foreign to the thread.
    bool access(cache_line line, unsigned thread, bool writes) {
        const std::uint64_t mine = std::uint64_t{1} << thread;
        if (!writes) {
            const auto found = up_to_date_.find(line);
            return found != up_to_date_.end() &&
                   (std::exchange(found->second, found->second | mine) & mine) == 0;
        }
        const auto [at, first] = up_to_date_.try_emplace(line, mine);
        return !first && (std::exchange(at->second, mine) & mine) == 0;
    }
    /// The memory has been allocated anew: whoever wrote there before, that is the allocator's business.
    void forget(const void* address, std::size_t bytes) {
        const cache_line end = line_of(static_cast<const char*>(address) + bytes + 63);
        for (cache_line line = line_of(address); line != end; ++line) up_to_date_.erase(line);
    }

private:
    std::unordered_map<cache_line, std::uint64_t> up_to_date_;  ///< of lines that were written
};

/// Watches one thread, and what one operation of it does.
class watcher {
public:
    watcher(coherence& lines, unsigned thread) : lines_(lines), thread_(thread) {}

    void note(const void* address, bool writes, bool read_modify_write) {
        if (paused) return;
        paused = true;  // the model allocates, too
        if (lines_.access(line_of(address), thread_, writes)) foreign.push_back(line_of(address));
        read_modify_writes += read_modify_write ? 1 : 0;
        paused = false;
    }
    void note_allocation(const void* address, std::size_t bytes) {
        if (paused) return;
        paused = true;
        lines_.forget(address, bytes);
        paused = false;
    }
    void begin_operation() {
        foreign.clear();
        read_modify_writes = 0;
    }

    bool paused = false;              ///< what happens now is not the library's doing
    std::vector<cache_line> foreign;  ///< that were accessed, in order
    std::size_t read_modify_writes = 0;

private:
    coherence& lines_;
    unsigned thread_;
};
inline thread_local watcher* watching = nullptr;

/// System calls of the library, by all threads. They take turns, so these need not be atomic.
struct system_calls {
    std::size_t barriers = 0;  ///< membarrier
    std::size_t futexes = 0;   ///< waiting for a lock, and waking who waits
    std::size_t yields = 0;    ///< and sleeping
    std::size_t unmaps = 0;    ///< madvise and munmap, but for those inside malloc
};
inline system_calls calls;

}  // namespace bench
