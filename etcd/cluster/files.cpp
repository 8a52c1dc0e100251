// SPDX-License-Identifier: BSL-1.0
#include "files.hpp"

#include <fstream>
#include <stdexcept>

#include <fmt/format.h>

#include <syncmap/etcd/error.hpp>

#include "clock.hpp"
#include "process.hpp"
#include "summary.hpp"

namespace cluster {
namespace {

using syncmap::etcd::error_kind;

void write_file(const std::filesystem::path& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path.string());
}

double seconds(std::int64_t us) { return static_cast<double>(us) / 1e6; }
double ms(std::uint64_t us) { return static_cast<double>(us) / 1e3; }

/// gnuplot reads the folder that it works in.
bool draw(const std::filesystem::path& folder) {
    const std::string script = SYNCMAP_CLUSTER_PLOT;
    const log_file picture(folder / "cluster.svg");
    process gnuplot(
        {"sh", "-c", "cd \"$0\" && exec gnuplot \"$1\" 2>/dev/null", folder.string(), script},
        {.in = -1, .out = picture.number()});
    return gnuplot.wait() == 0;
}

}  // namespace

bool write_files(const outcome& o, const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::string loads = "seconds,loads,half_ns,p99_ns,p99.9_ns,longest_batch_ns,by_clock_p99.9_ns,"
                        "by_clock_longest_batch_ns,interruptions,waits,behind_ms\n";
    std::string writes = "seconds,done,half_ms,p99_ms,longest_ms,unavailable,uncertain,"
                         "other_errors,longest_failed_ms\n";
    std::string events = "seconds,event\n";
    const std::int64_t zero = o.phases.front().start_us / slot_us * slot_us;
    for (std::int64_t t = zero; t < o.phases.back().end_us; t += slot_us) {
        const summary s = summarize(o.clients, t, t + slot_us);
        const auto failed = [&](error_kind kind) {
            const auto it = s.failed.find(static_cast<int>(kind));
            return it != s.failed.end() ? it->second : 0;
        };
        loads += fmt::format("{:.1f},{},{:.1f},{:.1f},{:.1f},{},{:.1f},{},{},{},{}\n",
                             seconds(t - zero), s.loads, load_ns(s.undisturbed, 0.5),
                             load_ns(s.undisturbed, 0.99), load_ns(s.undisturbed, 0.999),
                             s.undisturbed.longest(), load_ns(s.batches, 0.999),
                             s.batches.longest(), s.interruptions, s.waits, s.stale_ms);
        const std::uint64_t unavailable = failed(error_kind::unavailable),
                            uncertain = failed(error_kind::uncertain);
        writes += fmt::format("{:.1f},{},{:.2f},{:.2f},{:.2f},{},{},{},{:.2f}\n", seconds(t - zero),
                              s.done_us.count(), ms(s.done_us.percentile(0.5)),
                              ms(s.done_us.percentile(0.99)), ms(s.done_us.longest()), unavailable,
                              uncertain, s.failures() - unavailable - uncertain,
                              ms(s.failed_us.longest()));
    }
    for (const phase& p : o.phases) {
        if (!p.event.empty())
            events += fmt::format("{:.3f},{}\n", seconds(p.start_us - zero), p.event);
    }
    write_file(folder / "loads.csv", loads);
    write_file(folder / "writes.csv", writes);
    write_file(folder / "events.csv", events);
    std::filesystem::remove(folder / "cluster.svg");
    const bool drawn = draw(folder);
    if (!drawn) std::filesystem::remove(folder / "cluster.svg");
    return drawn;
}

}  // namespace cluster
