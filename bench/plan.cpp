// SPDX-License-Identifier: BSL-1.0
#include "plan.hpp"
#include "go_benchmarks/go_benchmarks.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <tuple>

#include <fmt/format.h>

namespace bench {
namespace {

cell basic_cell(const options& wanted, const std::string& name, const std::string& type) {
    cell c;
    c.what = find_workload(name);
    c.name = name;
    c.type = type;
    c.read_ratio = wanted.read_ratio;
    c.seconds = wanted.seconds;
    c.ops = wanted.operations;
    c.reserve = wanted.reserve;
    c.each_timed = wanted.latency;
    if (c.what != nullptr) c.dist = c.what->usual;
    return c;
}

/// What has a meaning for this workload: how it can be timed, in which distribution.
void add_variants(std::vector<cell>& plan, const options& wanted, cell c) {
    const workload& w = *c.what;
    if (wanted.dist && w.any_distribution) c.dist = *wanted.dist;
    if (c.dist != w.usual) c.name += '/' + std::string(name_of(c.dist));
    const bool timeable = w.how == manner::mixed || w.how == manner::loads || w.how == manner::once;
    if (!timeable) c.each_timed = false;
    plan.push_back(c);
    if (w.name == "W7" && !c.each_timed &&
        c.ops == 0) {  // always both: the pauses are what it is about
        c.each_timed = true;
        plan.push_back(c);
    }
}

void add_workload(std::vector<cell>& plan, const options& wanted, dataset_store& data,
                  const std::string& name, const std::string& type, std::uint64_t keys,
                  unsigned threads) {
    cell c = basic_cell(wanted, name, type);
    c.threads = std::max(threads, c.what->least_threads);
    c.keys = keys;
    if (c.what->make == nullptr) {  // the trace has types and keys of its own
        c.type = type_name<std::string, std::uint64_t>;
        c.keys = data.trace_keys();
    }
    if (c.what->how == manner::fill)  // one thread fills
        c.threads = 1;
    if (c.what->one_key) c.keys = 1;
    const auto same = [&](const cell& other) {
        return other.what == c.what && other.type == c.type && other.keys == c.keys &&
               other.threads == c.threads;
    };
    if (std::none_of(plan.begin(), plan.end(), same)) add_variants(plan, wanted, c);
}

void add_go(std::vector<cell>& plan, const options& wanted, const std::string& name,
            unsigned threads) {
    cell c = basic_cell(wanted, name, go_benchmark_type(name.substr(3)));
    c.threads = threads;
    c.each_timed = false;
    plan.push_back(c);
}

/// Types as they were chosen, others after them; in each, workloads as they are listed, Go's last.
std::tuple<std::ptrdiff_t, unsigned, const workload*, std::uint64_t>
place_of(const cell& c, const options& wanted) {
    const auto type = std::find(wanted.types.begin(), wanted.types.end(), c.type);
    return {type - wanted.types.begin(), c.threads, c.what, c.keys};
}

/// What fits into ten minutes and shows most: small, middling and large maps, one thread and all.
std::vector<cell> overview(const options& wanted, dataset_store& data) {
    std::vector<cell> plan;
    const unsigned all_threads = std::clamp(std::thread::hardware_concurrency(), 2U, 16U);
    for (const std::string& type : wanted.types) {
        const auto add = [&](std::initializer_list<const char*> names,
                             std::initializer_list<std::uint64_t> keys, unsigned threads = 1) {
            for (const std::uint64_t k : keys)
                for (const char* name : names)
                    add_workload(plan, wanted, data, name, type, k, threads);
        };
        add({"W1", "W3", "W5", "W6", "W10"}, {1'000, 100'000});
        add({"W2", "W4", "W9"}, {100'000});
        add({"W8"}, {1'000});
        add({"W1", "W7"}, {1'000'000});
        add({"memory"}, {100'000, 1'000'000});
        add({"W1", "W5", "W6"}, {100'000}, all_threads);
        add({"W11"}, {1});
    }
    const std::string u64 = wanted.types.front();
    for (const char* name : {"ReadHeavy", "Exchange", "RapidGrow", "YCSB-A"})
        add_workload(plan, wanted, data, name, u64, 100'000, all_threads);
    for (const char* name : {"LoadMostlyHits", "LoadMostlyMisses", "LoadOrStoreBalanced",
                             "LoadAndDeleteBalanced", "SwapMostlyHits", "Range"})
        add_go(plan, wanted, std::string("Go/") + name, all_threads);
    for (cell& c : plan) c.seconds = std::min(c.seconds, 0.05);
    std::stable_sort(plan.begin(), plan.end(), [&](const cell& a, const cell& b) {
        return place_of(a, wanted) < place_of(b, wanted);
    });
    return plan;
}

}  // namespace

std::vector<cell> make_plan(const options& wanted, dataset_store& data) {
    if (wanted.overview) return overview(wanted, data);
    std::vector<cell> plan;
    for (const std::string& type : wanted.types)
        for (const std::uint64_t keys : wanted.keys)
            for (const unsigned threads : wanted.threads)
                for (const std::string& name : wanted.workloads)
                    if (!name.starts_with("Go/"))
                        add_workload(plan, wanted, data, name, type, keys, threads);
    for (const unsigned threads : wanted.threads)
        for (const std::string& name : wanted.workloads)
            if (name.starts_with("Go/")) add_go(plan, wanted, name, threads);
    return plan;
}

}  // namespace bench
