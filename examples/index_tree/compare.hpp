// SPDX-License-Identifier: BSL-1.0
// Is an index right, and how fast are two maps at the same work? The rivals take turns, so that
// whatever else the machine does meets both.
#pragma once

#include "index.hpp"

#include <syncmap/map.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace demo {

// One line for each identifier about which the index is wrong.
template <class Index>
std::vector<std::string> find_differences(const std::vector<source>& files,
                                          const unordered_map<counted>& truth, const Index& index) {
    const auto text = [&](const totals& total) {
        const std::string file =
            total.first.file < files.size() ? files[total.first.file].name : "no file";
        return fmt::format("{} times in {} files, first in {}:{}", total.count, total.files, file,
                           total.first.line);
    };
    std::vector<std::string> lines;
    for (const auto& [word, right] : truth) {
        const auto got = index.find(word);
        if (got != right.total)
            lines.push_back(fmt::format("{}: {}; right is {}", word,
                                        got ? text(*got) : "is missing", text(right.total)));
    }
    std::size_t listed = 0;
    index.for_each([&](const std::string& word, const totals&) {
        ++listed;
        if (!truth.contains(word)) lines.push_back(fmt::format("{}: is in no source", word));
    });
    if (listed != truth.size() || index.size() != truth.size())
        lines.push_back(fmt::format("{} identifiers listed, size() is {}; right is {}", listed,
                                    index.size(), truth.size()));
    return lines;
}

// Plain values under the identifiers, for what an index does not do: copy a value out, replace one.
class syncmap_values {
public:
    explicit syncmap_values(const unordered_map<counted>& words) {
        for (const auto& [word, value] : words) map_.store(word, value.total.count);
    }
    std::optional<std::uint64_t> load(std::string_view word) const { return map_.load(word); }
    void store(std::string_view word, std::uint64_t value) { map_.store(word, value); }

private:
    syncmap::map<std::string, std::uint64_t> map_;
};

class locked_values {
public:
    explicit locked_values(const unordered_map<counted>& words) {
        for (const auto& [word, value] : words) map_.emplace(word, value.total.count);
    }
    std::optional<std::uint64_t> load(std::string_view word) const {
        const std::shared_lock lock(mutex_);
        const auto found = map_.find(word);
        return found == map_.end() ? std::nullopt : std::optional(found->second);
    }
    void store(std::string_view word, std::uint64_t value) {
        const std::lock_guard lock(mutex_);
        if (const auto found = map_.find(word); found != map_.end())
            found->second = value;
        else
            map_.emplace(word, value);
    }

private:
    mutable std::shared_mutex mutex_;
    unordered_map<std::uint64_t> map_;
};

// What each repetition took, for one of the rivals.
struct timings {
    std::vector<double> identifiers_per_second;
    std::vector<double> load_ns;
    std::vector<double> store_ns;
};

inline double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

// The identifiers of every n-th file, in the order in which they are written, with the smallest n
// that gives at most about `limit` of them.
inline std::vector<std::string_view> sample_stream(const std::vector<source>& files,
                                                   std::uint64_t identifiers, std::uint64_t limit) {
    const std::size_t step =
        static_cast<std::size_t>(std::max<std::uint64_t>(1, (identifiers + limit - 1) / limit));
    std::vector<std::string_view> words;
    words.reserve(static_cast<std::size_t>(std::min(identifiers, limit + limit / 8)));
    for (std::size_t i = 0; i < files.size(); i += step) {
        scanner scan(files[i].text);
        for (auto word = scan.next(); !word.empty(); word = scan.next()) words.push_back(word);
    }
    return words;
}

class comparison {
public:
    comparison(const std::vector<source>& files, const unordered_map<counted>& truth,
               unsigned threads, std::vector<std::string_view> stream)
        : files_(files), truth_(truth), threads_(threads), stream_(std::move(stream)),
          syncmap_values_(truth), locked_values_(truth) {}

    // Both rivals once. The one that begins changes from turn to turn.
    void take_turns(std::uint64_t turn, const std::function<void(const char*)>& announce) {
        const auto ours = [&] { measure<syncmap_index>(syncmap_values_, ours_, turn, announce); };
        const auto theirs = [&] { measure<locked_index>(locked_values_, theirs_, turn, announce); };
        if (turn % 2 == 1) {
            ours();
            theirs();
        } else {
            theirs();
            ours();
        }
    }

    const timings& ours() const { return ours_; }
    const timings& theirs() const { return theirs_; }
    const std::vector<std::string>& differences() const { return differences_; }

private:
    template <class Index, class Values>
    void measure(Values& values, timings& into, std::uint64_t turn,
                 const std::function<void(const char*)>& announce) {
        announce(Index::name);
        {
            Index index;
            work_done done;
            const double seconds = index_files(files_, threads_, index, done);
            into.identifiers_per_second.push_back(static_cast<double>(done.identifiers) / seconds);
            if (differences_.empty()) differences_ = find_differences(files_, truth_, index);
        }
        into.store_ns.push_back(each([&](std::span<const std::string_view> words) {
            for (const auto word : words) values.store(word, turn);
        }));
        into.load_ns.push_back(each([&](std::span<const std::string_view> words) {
            std::uint64_t sum = 0;
            for (const auto word : words) sum += values.load(word).value_or(0);
            if (sum != turn * words.size())
                throw std::runtime_error(std::string(Index::name) +
                                         ": load does not see what store wrote");
        }));
    }

    // Calls work with an equal part of the stream in every thread, often enough to be measured, and
    // returns the nanoseconds that one thread spent on one identifier.
    template <class Work>
    double each(Work work) const {
        constexpr std::size_t enough = 1'000'000;
        const std::size_t rounds =
            stream_.empty() ? 0 : (enough + stream_.size() - 1) / stream_.size();
        const std::span<const std::string_view> all(stream_);
        const double seconds = run_threads(threads_, [&](unsigned i) {
            const std::size_t begin = all.size() * i / threads_;
            const std::size_t end = all.size() * (i + 1) / threads_;
            for (std::size_t round = 0; round < rounds; ++round)
                work(all.subspan(begin, end - begin));
        });
        return 1e9 * seconds * threads_ /
               static_cast<double>(std::max<std::size_t>(1, rounds * all.size()));
    }

    const std::vector<source>& files_;
    const unordered_map<counted>& truth_;
    unsigned threads_;
    std::vector<std::string_view> stream_;
    syncmap_values syncmap_values_;
    locked_values locked_values_;
    timings ours_;
    timings theirs_;
    std::vector<std::string> differences_;
};

}  // namespace demo
