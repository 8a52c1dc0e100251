// SPDX-License-Identifier: BSL-1.0
#include "report.hpp"

#include <array>
#include <thread>

#include <fmt/format.h>

#include "summary.hpp"
#include "workload.hpp"

namespace cluster {
namespace {

double seconds(std::int64_t us) { return static_cast<double>(us) / 1e6; }
double ms(std::uint64_t us) { return static_cast<double>(us) / 1e3; }

/// With three digits or so, and a unit.
std::string duration(std::uint64_t ns) {
    const auto n = static_cast<double>(ns);
    if (n < 1e3) return fmt::format("{} ns", ns);
    if (n < 1e6) return fmt::format("{:.{}f} us", n / 1e3, n < 1e5 ? 1 : 0);
    return fmt::format("{:.{}f} ms", n / 1e6, n < 1e8 ? 1 : 0);
}

std::string loads_table(const outcome& o) {
    constexpr const char* form = "{:14}{:>10}{:>8} |{:>10}{:>11} |{:>10}{:>11} |{:>12}\n";
    std::string text =
        fmt::format(form, "LOCAL LOADS", "thousand", "half", "99.9 %", "longest", "99.9 %",
                    "longest", "mirror be-") +
        fmt::format(form, "", "a second", "ns", "ns", "batch", "ns", "batch", "hind, s");
    for (const phase& p : o.phases) {
        const summary s = summarize(o.clients, p.start_us, p.end_us);
        text +=
            fmt::format("{:14}{:>10.0f}{:>8.0f} |{:>10.0f}{:>11} |{:>10.0f}{:>11} |{:>12.1f}\n",
                        p.name, static_cast<double>(s.loads) / 1e3 / seconds(p.end_us - p.start_us),
                        load_ns(s.undisturbed, 0.5), load_ns(s.undisturbed, 0.999),
                        duration(s.undisturbed.longest()), load_ns(s.batches, 0.999),
                        duration(s.batches.longest()), static_cast<double>(s.stale_ms) / 1e3);
    }
    return fmt::format("{:32} | {:20} | {:20} |\n", "", "the load itself", "by the clock") + text;
}

std::string writes_table(const outcome& o) {
    std::string text =
        fmt::format("{:14}{:>10}{:>9}{:>9}{:>10}{:>14}   {}\n{:14}{:>10}{:>9}{:>9}{:>10}{:>14}\n",
                    "WRITES", "done", "half", "99 %", "longest", "longest time", "failed", "",
                    "a second", "ms", "ms", "ms", "without, s");
    for (const phase& p : o.phases) {
        const summary s = summarize(o.clients, p.start_us, p.end_us);
        std::string failed;
        for (const auto& [kind, times] : s.failed)
            failed += fmt::format("{}{} {}", failed.empty() ? "" : ", ", times, kind_name(kind));
        const std::int64_t pause = longest_pause_us(o.clients, p.start_us, p.end_us);
        text +=
            fmt::format("{:14}{:>10.0f}{:>9.1f}{:>9.1f}{:>10.1f}{:>14.2f}   {}\n", p.name,
                        static_cast<double>(s.done_us.count()) / seconds(p.end_us - p.start_us),
                        ms(s.done_us.percentile(0.5)), ms(s.done_us.percentile(0.99)),
                        ms(s.done_us.longest()), seconds(pause), failed.empty() ? "none" : failed);
    }
    return text;
}

}  // namespace

std::string kind_name(int kind) {
    constexpr std::array names{"done",      "unavailable", "uncertain", "denied",
                               "too_large", "compacted",   "bad_value", "lease_expired"};
    const auto i = static_cast<std::size_t>(kind);
    return i < names.size() ? names[i] : "?";
}

std::string report(const outcome& o, const std::vector<check_result>& checks) {
    std::string text =
        fmt::format("\nThree members of etcd {} and {} client processes on {} processors. Each "
                    "process has a mirror,\n"
                    "one thread that loads (1 ms of every 10), {} that store and one that "
                    "increments a counter.\n\n",
                    o.version, processes, std::thread::hardware_concurrency(), writers);
    text += loads_table(o) + '\n' + writes_table(o) + '\n';
    text += fmt::format("Loads are timed in batches of {0}: `ns' is a batch's time, divided by "
                        "{0}. `By the clock' has all of them,\n"
                        "`the load itself' leaves out those in which the system gave the processor "
                        "to somebody else. The time\n"
                        "of a write counts where it ends.\n\n",
                        batch_size);
    for (const check_result& c : checks) {
        text += fmt::format("{}  {}\n", c.holds ? "ok    " : "WRONG ", c.sentence);
        if (!c.holds) text += fmt::format("        {}\n", c.problem);
    }
    return text;
}

}  // namespace cluster
