// SPDX-License-Identifier: BSL-1.0
// Prometheus' text format (version 0.0.4), as far as counters and gauges need it, and in it what
// maps tell about themselves.
//
//   const prometheus::named_stats maps[] = {{"sessions", sessions.stats()},
//                                           {"routes", routes.stats()}};
//   std::string page;
//   prometheus::append_stats(page, maps);
//
// All samples of a metric stand together, below its HELP and TYPE: that is why all maps are given
// at once, and told apart by the label `map`. The counters begin again when a map is cleared, which
// Prometheus takes for a restart. Taking stats() waits for no lock of a bucket, so scraping often
// does no harm.
#pragma once

#include <syncmap/stats.hpp>

#include <array>
#include <charconv>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace prometheus {

// `text` as the value of a label: in quotes, and with what would end it escaped.
inline std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '\n') {
            result += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result += '"';
}

// The lines that come before the samples of a metric; type is "counter", "gauge", ...
// `help` is to contain neither a backslash nor a new line.
inline void append_head(std::string& page, std::string_view name, std::string_view type,
                        std::string_view help) {
    page.append("# HELP ").append(name).append(" ").append(help).append("\n");
    page.append("# TYPE ").append(name).append(" ").append(type).append("\n");
}

// A sample; labels are written as `a="b",c="d"`, or empty.
template <class Number>
void append_sample(std::string& page, std::string_view name, std::string_view labels,
                   Number value) {
    std::array<char, 32> digits;  // the longest double has 24, the longest integer 20
    const auto end = std::to_chars(digits.begin(), digits.end(), value).ptr;
    page.append(name);
    if (!labels.empty()) page.append("{").append(labels).append("}");
    page.append(" ").append(digits.begin(), end).append("\n");
}

// What all these maps tell about themselves, each by the name it is given here.
using named_stats = std::pair<std::string_view, syncmap::map_stats>;
inline void append_stats(std::string& page, std::span<const named_stats> maps) {
    const auto metric = [&](const char* name, const char* type, const char* help, auto member) {
        append_head(page, name, type, help);
        for (const auto& [map, stats] : maps)
            append_sample(page, name, "map=" + quoted(map),
                          +(stats.*member));  // + makes bool 0 or 1
    };
    using s = syncmap::map_stats;
    metric("syncmap_entries", "gauge", "Entries in the map.", &s::size);
    metric("syncmap_buckets", "gauge", "Buckets of the table that is read first, 14 slots each.",
           &s::buckets);
    metric("syncmap_load_factor", "gauge",
           "Entries a bucket; a table grows at 10 and shrinks below 2.5.", &s::load_factor);
    metric("syncmap_amended", "gauge", "1 while another table is being filled, otherwise 0.",
           &s::amended);
    metric("syncmap_moved_buckets", "gauge", "Buckets that have moved to the other table so far.",
           &s::moved_buckets);
    metric("syncmap_overflow_buckets", "gauge", "Buckets chained to full ones.",
           &s::overflow_buckets);
    metric("syncmap_retired_objects", "gauge", "Keys, values and tables that wait for destruction.",
           &s::retired_objects);
    metric("syncmap_retired_bytes", "gauge",
           "Memory of what waits for destruction, without what it owns elsewhere.",
           &s::retired_bytes);
    metric("syncmap_misses_total", "counter", "Loads that have met a moved bucket.", &s::misses);
    metric("syncmap_promotions_total", "counter", "Times that the other table became the first.",
           &s::promotions);
}

}  // namespace prometheus
