// SPDX-License-Identifier: BSL-1.0
#include "table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string_view>
#include <tuple>

#include <fmt/format.h>

namespace bench {
namespace {

constexpr std::string_view limit = "U";  ///< has no synchronisation: is never the best

/// Columns of text in a terminal: one for each character.
std::size_t columns(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}
std::string padded(const std::string& text, std::size_t width, bool right) {
    const std::string blank(width - std::min(width, columns(text)), ' ');
    return right ? blank + text : text + blank;
}

/// Three digits, and no more than are known.
std::string figure_text(double x) {
    const double size = std::abs(x);
    if (size >= 99.95) return fmt::format("{:.0f}", x);
    return fmt::format("{:.{}f}", x, size >= 9.995 ? 1 : 2);
}

struct column {
    std::string group;    ///< stands above neighbours that have the same
    std::string heading;  ///< of this one
    bool best = true;     ///< the smallest figure gets a star
    std::vector<const result*> figures;
};

/// One table: a row for each peer that has something to show, as many columns as fit beside each other, the rest
/// below.
class table {
public:
    table(const results& r, std::vector<column> columns)
        : results_(r), columns_(std::move(columns)) {
        for (const peer_row& p : r.peers) add_name(p.name);
        for (const column& c : columns_)
            for (const result* f : c.figures) add_name(f->peer);  // merged from elsewhere
    }

    std::string text(std::size_t width) const {
        std::size_t names = 4;
        for (const std::string& name : used_) names = std::max(names, ::bench::columns(name));
        std::string out;
        for (std::size_t first = 0; first < columns_.size();) {
            std::size_t last = first;
            std::size_t taken = names;
            std::vector<std::size_t> widths;
            while (last < columns_.size()) {
                const std::size_t w = width_of(columns_[last]);
                if (last > first && taken + w + 2 > width) break;
                taken += w + 2;
                widths.push_back(w);
                ++last;
            }
            out += part(first, widths, names);
            first = last;
        }
        return out;
    }

private:
    void add_name(const std::string& name) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end()) names_.push_back(name);
        for (const column& c : columns_)
            for (const result* f : c.figures)
                if (f->peer == name) used_.insert(name);
    }

    static const result* of(const column& c, const std::string& peer) {
        for (const result* f : c.figures)
            if (f->peer == peer) return f;
        return nullptr;
    }
    static bool is_best(const column& c, const result& f) {
        if (!c.best || f.peer == limit) return false;
        return std::none_of(c.figures.begin(), c.figures.end(), [&](const result* other) {
            return other->peer != limit && other->median() < f.median();
        });
    }
    static std::string entry(const column& c, const std::string& peer) {
        const result* f = of(c, peer);
        if (f == nullptr) return "-   ";
        std::string spread = "    ";
        if (f->samples.size() > 1)
            spread =
                fmt::format("{:<4}", fmt::format("±{:.0f}%", std::min(999.0, 100 * f->spread())));
        return fmt::format("{}{} {}", is_best(c, *f) ? "*" : "", figure_text(f->median()), spread);
    }
    std::size_t width_of(const column& c) const {
        std::size_t w = std::max(::bench::columns(c.heading) + 4, std::size_t{8});
        for (const std::string& name : used_) w = std::max(w, ::bench::columns(entry(c, name)));
        return w;
    }

    std::string part(std::size_t first, const std::vector<std::size_t>& widths,
                     std::size_t names) const {
        std::string groups(names, ' ');
        std::string headings(names, ' ');
        for (std::size_t i = 0; i < widths.size(); ++i) {
            const column& c = columns_[first + i];
            const bool again = i > 0 && columns_[first + i - 1].group == c.group;
            groups += "  " + padded(again ? "" : c.group, widths[i], false);
            headings += "  " + padded(c.heading + "    ", widths[i], true);
        }
        std::string out = trimmed(groups) + trimmed(headings);
        for (const std::string& name : names_) {
            if (!used_.contains(name)) continue;
            std::string line = padded(name, names, false);
            bool any = false;
            for (std::size_t i = 0; i < widths.size(); ++i) {
                const column& c = columns_[first + i];
                any = any || of(c, name) != nullptr;
                line += "  " + padded(entry(c, name), widths[i], true);
            }
            if (any) out += trimmed(line);
        }
        return out + '\n';
    }
    static std::string trimmed(std::string line) {
        line.erase(line.find_last_not_of(' ') + 1);
        return line.empty() ? line : line + '\n';
    }

    const results& results_;
    std::vector<column> columns_;
    std::vector<std::string> names_;  ///< in the order of rows
    std::set<std::string> used_;
};

constexpr std::array<std::string_view, 8> latencies{"p50",    "p90",     "p99", "p99.9",
                                                    "p99.99", "p99.999", "max", "max by wall"};

bool is_latency(const std::string& metric) {
    return std::find(latencies.begin(), latencies.end(), metric) != latencies.end();
}

std::string thread_text(unsigned n) { return fmt::format("{} thread{}", n, n == 1 ? "" : "s"); }

/// The results that `wanted` accepts, in tables by `table_of`, in columns by `column_of` (group, heading).
template <class Wanted, class TableOf, class ColumnOf>
std::string tables(const results& r, std::size_t width, Wanted wanted, TableOf table_of,
                   ColumnOf column_of, bool best) {
    std::vector<std::pair<std::string, std::vector<column>>> all;
    for (const result& f : r.all) {
        if (!wanted(f)) continue;
        const std::string heading = table_of(f);
        auto it =
            std::find_if(all.begin(), all.end(), [&](const auto& t) { return t.first == heading; });
        if (it == all.end()) it = all.insert(all.end(), {heading, {}});
        const auto [group, sub] = column_of(f);
        auto c = std::find_if(it->second.begin(), it->second.end(), [&](const column& other) {
            return other.group == group && other.heading == sub;
        });
        if (c == it->second.end()) {
            // Beside its group, if that is there.
            auto at = it->second.end();
            for (auto other = it->second.begin(); other != it->second.end(); ++other)
                if (other->group == group) at = other + 1;
            c = it->second.insert(at, {group, sub, best, {}});
        }
        c->figures.push_back(&f);
    }
    std::string out;
    for (auto& [heading, columns_of_it] : all)
        out += "== " + heading + "\n\n" + table(r, std::move(columns_of_it)).text(width);
    return out;
}

std::string warnings(const results& r) {
    std::string out;
    for (const failure& f : r.failures)
        out += fmt::format("FAILED: {}: {}: {}\n", f.peer, f.where, f.what);
    if (!r.complete)
        out += "Not all repetitions were made: the time was over, or somebody interrupted.\n";
    if (r.noise.worth_a_warning())
        out += fmt::format(
            "WARNING: this machine was busy. {} of {} repetitions were disturbed: a fixed loop "
            "took up "
            "to {:.0f} % longer,\nand threads waited up to {:.0f} % of their time for a processor. "
            "Repeat this on an idle machine.\n",
            r.noise.disturbed(), r.noise.repetitions(), 100 * (r.noise.worst_slowdown() - 1),
            100 * r.noise.worst_waiting());
    return out;
}

}  // namespace

std::string count_text(std::uint64_t n) {
    if (n >= 1'000'000 && n % 100'000 == 0)
        return fmt::format("{:g}M", static_cast<double>(n) / 1e6);
    if (n >= 1'000 && n % 100 == 0) return fmt::format("{:g}k", static_cast<double>(n) / 1e3);
    return std::to_string(n);
}

std::string to_text(const results& r, std::size_t width) {
    std::string out;
    const auto machine = [&](const char* what) {
        const auto it = r.machine.find(what);
        return it == r.machine.end() ? std::string() : it->second;
    };
    out += fmt::format("{}, {} cores, {} GiB, {}\n{}, {}, malloc: {}\n\n", machine("cpu"),
                       machine("cores"), machine("memory_gib"), machine("os"), machine("compiler"),
                       machine("flags"), machine("malloc"));
    const auto keys_of = [](const result& f) {
        return f.keys == 0 ? std::string() : count_text(f.keys);
    };
    out += tables(
        r, width, [](const result& f) { return f.metric == "ns/op"; },
        [](const result& f) {
            if (f.workload.starts_with("Go/"))
                return fmt::format("Go's benchmarks, {}, ns of wall time for each operation",
                                   thread_text(f.threads));
            return fmt::format("{}, {}, ns for each operation", f.type, thread_text(f.threads));
        },
        [&](const result& f) {
            return std::pair(f.workload.starts_with("Go/") ? f.workload.substr(3) : f.workload,
                             keys_of(f));
        },
        true);
    out += tables(
        r, width, [](const result& f) { return is_latency(f.metric) && f.metric != "max by wall"; },
        [&](const result& f) {
            return fmt::format("{}, {}, {} keys, {}, us of single operations", f.workload, f.type,
                               keys_of(f), thread_text(f.threads));
        },
        [](const result& f) { return std::pair(std::string(), f.metric); }, true);
    out += tables(
        r, width, [](const result& f) { return f.metric.ends_with("B/entry"); },
        [](const result& f) { return f.type + ", bytes for each entry"; },
        [&](const result& f) {
            return std::pair(keys_of(f) + " keys", f.metric.substr(0, f.metric.find(' ')));
        },
        true);
    out += tables(
        r, width,
        [](const result& f) {
            return f.metric != "ns/op" && f.metric != "Mops/s" && !is_latency(f.metric) &&
                   !f.metric.ends_with("B/entry");
        },
        [](const result& f) { return f.type.empty() ? f.metric : f.type + ", " + f.metric; },
        [&](const result& f) { return std::pair(f.workload, keys_of(f)); }, true);
    std::string words;
    for (const auto& [name, title] : r.workloads)
        if (!title.empty()) words += fmt::format("  {:<10} {}\n", name, title);
    if (!words.empty()) out += "The workloads:\n" + words;
    std::string left_out;
    for (const peer_row& p : r.peers)
        if (p.left_out) left_out += fmt::format("  {:<16} {}\n", p.name, *p.left_out);
    if (!left_out.empty()) out += "\nLeft out:\n" + left_out;
    out +=
        fmt::format("\n* the best of a column, U aside; ± half of the distance from the lowest to "
                    "the highest repetition\n");
    return out + warnings(r);
}

}  // namespace bench
