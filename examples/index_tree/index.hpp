// SPDX-License-Identifier: BSL-1.0
// Three indexes of identifiers with one interface: the one this demo is about, in a syncmap::map;
// its rival, in a std::unordered_map under a std::shared_mutex; and a plain one for a single
// thread, which tells whether both are right.
#pragma once

#include "scanner.hpp"
#include "threads.hpp"
#include "tree.hpp"

#include <syncmap/map.hpp>

#include <algorithm>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace demo {

// A position in the tree. Positions are ordered by file, then by line.
struct place {
    std::uint32_t file = 0;  // index into source_tree::files
    std::uint32_t line = 0;

    friend auto operator<=>(const place&, const place&) = default;
};

// What the index knows about one identifier.
struct totals {
    std::uint64_t count = 0;
    std::uint64_t files = 0;
    place first{};

    friend bool operator==(const totals&, const totals&) = default;
};

// The totals of one identifier while many threads add to them. It is never overwritten or copied:
// it is constructed in the map once, and counted up by whoever finds it there. Maps show their
// values as const, since replacing a value is the map's business; the counters are mutable because
// sharing them is their purpose. Relaxed is enough: they are read after the threads have been
// joined.
class occurrence {
public:
    explicit occurrence(std::uint32_t number) : number_(number) {}

    // A small number that no other identifier has.
    std::uint32_t number() const { return number_; }

    void add(place at, bool first_in_file) const {
        count_.fetch_add(1, std::memory_order_relaxed);
        if (!first_in_file) return;
        files_.fetch_add(1, std::memory_order_relaxed);
        const std::uint64_t position = std::uint64_t{at.file} << 32 | at.line;
        std::uint64_t first = first_.load(std::memory_order_relaxed);
        while (position < first &&
               !first_.compare_exchange_weak(first, position, std::memory_order_relaxed)) {
        }
    }

    totals read() const {
        const std::uint64_t first = first_.load(std::memory_order_relaxed);
        return {count_.load(std::memory_order_relaxed),
                files_.load(std::memory_order_relaxed),
                {static_cast<std::uint32_t>(first >> 32), static_cast<std::uint32_t>(first)}};
    }

private:
    mutable std::atomic<std::uint64_t> count_{0};
    mutable std::atomic<std::uint64_t> files_{0};
    mutable std::atomic<std::uint64_t> first_{std::numeric_limits<std::uint64_t>::max()};
    std::uint32_t number_;
};

// Which identifiers one thread has met in the file that it is reading. It reads a file from
// beginning to end, so the first time it meets an identifier there is also the smallest line.
class met_in_file {
public:
    bool first_time(std::uint32_t number, std::uint32_t file) {
        if (number >= last_file_.size())
            last_file_.resize(std::max<std::size_t>(number + std::size_t{1}, 2 * last_file_.size()),
                              none);
        return std::exchange(last_file_[number], file) != file;
    }

private:
    static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> last_file_;
};

class syncmap_index {
public:
    static constexpr const char* name = "syncmap::map";

    void add(std::string_view word, place at, met_in_file& met) {
        const auto count = [&](const occurrence& found) {
            found.add(at, met.first_time(found.number(), at.file));
        };
        // Nearly every word is there already: visit() neither locks nor allocates. Of threads that
        // meet a new word together one constructs the value, and all of them count in it.
        if (!map_.visit(word, count))
            count(*map_.try_emplace(word, numbers_.fetch_add(1, std::memory_order_relaxed)).first);
    }

    std::optional<totals> find(std::string_view word) const {
        std::optional<totals> result;
        map_.visit(word, [&](const occurrence& found) { result = found.read(); });
        return result;
    }
    template <class F>
    void for_each(F f) const {
        map_.for_each([&](const std::string& word, const occurrence& o) { f(word, o.read()); });
    }
    std::size_t size() const { return map_.size(); }
    syncmap::map_stats stats() const { return map_.stats(); }

private:
    std::atomic<std::uint32_t> numbers_{0};
    syncmap::map<std::string, occurrence> map_;
};

// Lets std::unordered_map look up a string_view without making a string.
struct string_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
        return std::hash<std::string_view>()(text);
    }
};
template <class T>
using unordered_map = std::unordered_map<std::string, T, string_hash, std::equal_to<>>;

class locked_index {
public:
    static constexpr const char* name = "unordered_map + shared_mutex";

    void add(std::string_view word, place at, met_in_file& met) {
        const auto count = [&](const occurrence& found) {
            found.add(at, met.first_time(found.number(), at.file));
        };
        {
            const std::shared_lock lock(mutex_);
            if (const auto found = map_.find(word); found != map_.end()) {
                count(found->second);
                return;
            }
        }
        const std::lock_guard lock(mutex_);
        count(map_.try_emplace(std::string(word), static_cast<std::uint32_t>(map_.size()))
                  .first->second);
    }

    std::optional<totals> find(std::string_view word) const {
        const std::shared_lock lock(mutex_);
        const auto found = map_.find(word);
        return found == map_.end() ? std::nullopt : std::optional(found->second.read());
    }
    template <class F>
    void for_each(F f) const {
        const std::shared_lock lock(mutex_);
        for (const auto& [word, o] : map_) f(word, o.read());
    }
    std::size_t size() const {
        const std::shared_lock lock(mutex_);
        return map_.size();
    }

private:
    mutable std::shared_mutex mutex_;
    unordered_map<occurrence> map_;
};

// Reads every file with `threads` threads into `index` and returns the seconds that took.
template <class Index>
double index_files(const std::vector<source>& files, unsigned threads, Index& index,
                   work_done& done) {
    std::atomic<std::size_t> next{0};
    return run_threads(threads, [&](unsigned) {
        met_in_file met;
        for (std::size_t i; (i = next.fetch_add(1, std::memory_order_relaxed)) < files.size();) {
            scanner scan(files[i].text);
            std::uint64_t identifiers = 0;
            for (auto word = scan.next(); !word.empty(); word = scan.next()) {
                index.add(word, {static_cast<std::uint32_t>(i), scan.line()}, met);
                ++identifiers;
            }
            done.add(1, files[i].text.size(), identifiers);
        }
    });
}

// The truth, by one thread and without any of the above.
struct counted {
    totals total;
    std::uint32_t last_file;
};

inline unordered_map<counted> count_alone(const std::vector<source>& files, work_done& done) {
    unordered_map<counted> result;
    for (std::uint32_t i = 0; i < files.size(); ++i) {
        scanner scan(files[i].text);
        std::uint64_t identifiers = 0;
        for (auto word = scan.next(); !word.empty(); word = scan.next()) {
            auto found = result.find(word);
            if (found == result.end())
                found = result.try_emplace(std::string(word), counted{{0, 1, {i, scan.line()}}, i})
                            .first;
            auto& [total, last_file] = found->second;
            ++total.count;
            total.files += std::exchange(last_file, i) != i;
            ++identifiers;
        }
        done.add(1, files[i].text.size(), identifiers);
    }
    return result;
}

}  // namespace demo
