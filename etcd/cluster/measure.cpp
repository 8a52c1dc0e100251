// SPDX-License-Identifier: BSL-1.0
#include "measure.hpp"

#include <algorithm>
#include <atomic>
#include <optional>
#include <random>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <syncmap/etcd/map.hpp>

#include "clock.hpp"
#include "latencies.hpp"
#include "members.hpp"
#include "record.hpp"
#include "workload.hpp"

namespace cluster {
namespace {

using namespace std::chrono_literals;
using shared_map = syncmap::etcd::map<std::string>;

/// Calls f() again and again, and times each call, or each `at_once` of them.
template <class F>
latencies time_of(std::chrono::milliseconds how_long, std::uint64_t at_once, F f) {
    for (std::uint64_t i = 0; i < 3 * at_once; ++i) f();
    latencies all;
    const steady::time_point end = steady::now() + how_long;
    for (steady::time_point begin{}; begin < end;) {
        begin = steady::now();
        for (std::uint64_t i = 0; i < at_once; ++i) f();
        all.add(static_cast<std::uint64_t>((steady::now() - begin).count()));
    }
    return all;
}

void row(const char* what, const latencies& l, double unit, const char* unit_name) {
    const auto in_unit = [&](double part) {
        return static_cast<double>(l.percentile(part)) / unit;
    };
    const int digits = unit == 1e6 ? 2 : 1;
    fmt::print("{:52}{:>12.{}f}{:>10.{}f}{:>10.{}f}  {}\n", what, in_unit(0.5), digits,
               in_unit(0.99), digits, in_unit(0.999), digits, unit_name);
}

/// Stores by several threads at once, each to keys of its own: done in a second.
double stores_a_second(shared_map& map, int threads, std::chrono::milliseconds how_long) {
    std::atomic<std::uint64_t> done = 0;
    {
        std::vector<std::jthread> all;
        for (int t = 0; t < threads; ++t) {
            all.emplace_back([&, t] {
                const steady::time_point end = steady::now() + how_long;
                for (std::uint64_t n = 0; steady::now() < end; ++n) {
                    map.store(fmt::format("many/{}.{}", t, n % 100), std::to_string(n));
                    ++done;
                }
            });
        }
    }
    return static_cast<double>(done) / std::chrono::duration<double>(how_long).count();
}

}  // namespace

void measure(const course_options& how) {
    const std::chrono::milliseconds each = how.quick ? 300ms : 2500ms;
    members servers(how.etcd, how.folder);
    gateway direct(servers.endpoint(0));
    std::vector<std::pair<std::string, std::string>> table;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < table_size; ++i) {
        keys.push_back(table_key(i));
        table.emplace_back(prefix + keys.back(), first_value);
    }
    direct.put_all(table);
    syncmap::etcd::client etcd({.endpoints = servers.endpoints()});
    shared_map map(etcd, prefix);

    std::minstd_rand random(1);
    const auto any = [&]() -> const std::string& { return keys[random() % table_size]; };
    std::size_t found = 0, key = 0, n = 0;

    fmt::print("etcd {}, three members on this machine ({} processors), {} keys; one caller\n\n"
               "{:52}{:>12}{:>10}{:>10}\n",
               servers.version(), std::thread::hardware_concurrency(), table_size, "", "half",
               "99 %", "99.9 %");
    latencies local = time_of(each, batch_size, [&] {
        found += map.load(keys[key]).has_value();
        key = key + 379 < table_size ? key + 379 : key + 379 - table_size;
    });
    row("load(key): from the mirror", local, static_cast<double>(batch_size), "ns");
    row("load(key, quorum)",
        time_of(each, 1, [&] { found += map.load(any(), syncmap::etcd::quorum).has_value(); }), 1e6,
        "ms");
    row("etcd asked by HTTP for one key (linearizable)",
        time_of(each, 1, [&] { found += !direct.get(prefix + any(), false).empty(); }), 1e6, "ms");
    row("the same, of whatever that member has (serializable)",
        time_of(each, 1, [&] { found += !direct.get(prefix + any(), true).empty(); }), 1e6, "ms");
    row("store(key, value)", time_of(each, 1, [&] { map.store(any(), std::to_string(n++)); }), 1e6,
        "ms");
    row("update(key, f)",
        time_of(each, 1,
                [&] {
                    map.update(any(), [](const std::string* now) {
                        return std::optional(now != nullptr ? *now : std::string("absent"));
                    });
                }),
        1e6, "ms");
    fmt::print("\n");
    for (const int threads : {1, 4, 16, 64})
        fmt::print("stores a second, {:2} threads of one process: {:.0f}\n", threads,
                   stores_a_second(map, threads, each));
    if (found == 0) fmt::print("no key was found\n");
}

}  // namespace cluster
