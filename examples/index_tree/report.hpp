// SPDX-License-Identifier: BSL-1.0
// What is printed in the end.
#pragma once

#include "compare.hpp"
#include "display.hpp"
#include "index.hpp"
#include "tree.hpp"

#include <syncmap/map.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace demo {

inline std::string bytes_text(std::uint64_t bytes) {
    return rounded(static_cast<double>(bytes)) + "B";
}

inline double fill_of(const syncmap::map_stats& stats) {
    constexpr std::size_t entries_in_a_bucket = 14;
    return stats.buckets == 0 ? 0 : ratio(stats.size, stats.buckets * entries_in_a_bucket);
}

inline void print_top(const terminal& out, const source_tree& tree, const syncmap_index& index,
                      std::size_t top) {
    std::vector<std::pair<std::string, totals>> words;
    index.for_each([&](const std::string& word, const totals& total) {
        if (!is_keyword(word)) words.emplace_back(word, total);
    });
    top = std::min(top, words.size());
    std::partial_sort(words.begin(), words.begin() + static_cast<std::ptrdiff_t>(top), words.end(),
                      [](const auto& a, const auto& b) {
                          return a.second.count != b.second.count ? a.second.count > b.second.count
                                                                  : a.first < b.first;
                      });
    if (top == 0) return;
    words.resize(top);

    std::size_t name_width = 10;
    for (auto& [word, total] : words) {
        word = printable(word);
        name_width = std::max(name_width, columns(word));
    }
    const std::size_t width = std::max<std::size_t>(60, out.width());
    const std::uint64_t most = words.front().second.count;
    const std::size_t count_width = std::max<std::size_t>(5, grouped(most).size());
    const std::size_t files_width = std::max<std::size_t>(5, grouped(tree.files.size()).size());
    const std::size_t place_width = 3 * width / 10;
    name_width = std::min(name_width, width / 4);
    const std::size_t others =
        name_width + count_width + files_width + place_width + 4 * columns("  ");
    const std::size_t bar_width = std::max(width, others + 4) - others;
    const auto line = [&](const std::string& word, const std::string& length, const auto& count,
                          const auto& files, const std::string& place) {
        return fmt::format("{}  {}  {:>{}}  {:>{}}  {}", word, length, count, count_width, files,
                           files_width, place);
    };
    fmt::print("\n{}\n", out.bold("most frequent identifiers, keywords left out"));
    fmt::print("{}\n", out.dim(line(fitted("", name_width), fitted("", bar_width), "times", "files",
                                    "first seen")));
    for (const auto& [word, total] : words) {
        std::string place =
            fmt::format("{}:{}", printable(tree.files[total.first.file].name), total.first.line);
        if (columns(place) > place_width) place = fitted(place, place_width, keep::end);
        fmt::print("{}\n", line(fitted(word, name_width),
                                out.cyan(bar(ratio(total.count, most), bar_width)),
                                grouped(total.count), grouped(total.files), out.dim(place)));
    }
}

inline void print_stats(const terminal& out, const syncmap::map_stats& stats) {
    fmt::print("\n{}\n", out.bold("the map, by its stats()"));
    fmt::print(
        "  {} in {} with 14 places each: {:.1f} % of them taken, {} added where 14 were too few\n",
        quantity(stats.size, "key", "keys"), quantity(stats.buckets, "bucket", "buckets"),
        100 * fill_of(stats), quantity(stats.overflow_buckets, "bucket", "buckets"));
    fmt::print("  {} to another table, a few buckets with each write; {} came to a bucket that had "
               "moved\n",
               stats.promotions == 1 ? "moved once"
                                     : fmt::format("moved {} times", grouped(stats.promotions)),
               quantity(stats.misses, "load", "loads"));
    if (stats.amended)
        fmt::print("  it is moving again: {} of {} so far\n", grouped(stats.moved_buckets),
                   quantity(stats.buckets, "bucket", "buckets"));
    fmt::print("  {} of old tables and values will be freed by later writes ({})\n",
               quantity(stats.retired_bytes, "byte", "bytes"),
               quantity(stats.retired_objects, "object", "objects"));
}

inline void print_comparison(const terminal& out, const comparison& contest, unsigned threads,
                             std::size_t sample, double alone_seconds, std::uint64_t identifiers) {
    const std::string title =
        fmt::format("the same work with both maps, {}, medians of {} in alternation",
                    quantity(threads, "thread", "threads"),
                    quantity(contest.ours().load_ns.size(), "run", "runs"));
    fmt::print("\n{}\n", out.bold(title));
    fmt::print("{}\n", out.dim(fmt::format("  {:24} {:>12}  {:>28}  {:>6}", "", syncmap_index::name,
                                           locked_index::name, "ratio")));
    const auto row = [&](std::string_view what, double ours, double theirs, const char* unit,
                         const std::string& ratio) {
        fmt::print("  {:24} {:>12}  {:>28}  {}\n", what, fmt::format("{:.1f}{}", ours, unit),
                   fmt::format("{:.1f}{}", theirs, unit), out.bold(fmt::format("{:>6}", ratio)));
    };
    const auto times = [](double ratio) { return fmt::format("{:.2f}x", ratio); };
    constexpr std::uint64_t enough = 1'000'000;  // less than this is over before all threads run
    const timings& ours = contest.ours();
    const timings& theirs = contest.theirs();
    const double our_rate = median(ours.identifiers_per_second) / 1e6;
    const double their_rate = median(theirs.identifiers_per_second) / 1e6;
    row("index, identifiers per s", our_rate, their_rate, " M",
        identifiers < enough ? "-" : times(our_rate / their_rate));
    const double our_load = median(ours.load_ns), their_load = median(theirs.load_ns);
    row("load, ns per operation", our_load, their_load, "", times(their_load / our_load));
    const double our_store = median(ours.store_ns), their_store = median(theirs.store_ns);
    row("store, ns per operation", our_store, their_store, "", times(their_store / our_store));

    const auto note = [&](const std::string& text) { fmt::print("  {}\n", out.dim(text)); };
    note(fmt::format("load and store: {} identifiers as they are written, ns in each thread",
                     sample == identifiers ? "all" : grouped(sample)));
    note(fmt::format("one thread with a plain unordered_map indexes {:.1f} M per s",
                     static_cast<double>(identifiers) / alone_seconds / 1e6));
    if (identifiers < enough) note("this folder is too small to compare how fast it is indexed");
}

inline void print_unreadable(const terminal& out, const std::vector<unreadable_file>& unreadable) {
    if (unreadable.empty()) return;
    constexpr std::size_t named = 10;
    constexpr std::size_t longest_name = 200;
    fmt::print("\n{}\n", out.bold(fmt::format(
                             "{} could not be read",
                             quantity(unreadable.size(), "file or folder", "files and folders"))));
    for (std::size_t i = 0; i < std::min(named, unreadable.size()); ++i) {
        std::string name = printable(unreadable[i].name);
        if (columns(name) > longest_name) name = fitted(name, longest_name, keep::end);
        fmt::print("  {} ({})\n", name, unreadable[i].reason);
    }
    if (unreadable.size() > named)
        fmt::print("  and {} more\n", grouped(unreadable.size() - named));
}

inline bool print_verdict(const terminal& out, const std::string& what,
                          const std::vector<std::string>& differences) {
    if (differences.empty()) {
        fmt::print("  {}: all equal\n", what);
        return true;
    }
    constexpr std::size_t named = 10;
    fmt::print("  {}: {}\n", what, out.red(fmt::format("{} wrong", grouped(differences.size()))));
    for (std::size_t i = 0; i < std::min(named, differences.size()); ++i)
        fmt::print("    {}\n", printable(differences[i]));
    return false;
}

}  // namespace demo
