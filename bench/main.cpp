// SPDX-License-Identifier: BSL-1.0
//
// syncmap-bench: measures hash maps side by side.
//
//   options.*    the command line            plan.*        what is measured
//   workload.*   scripts of operations       contender.*   who is measured
//   kernels.hpp  what is timed               session.*     in which order
//   run.hpp      one repetition              report/       what is shown
//   preload.*    with another allocator
#include "contender.hpp"
#include "options.hpp"
#include "plan.hpp"
#include "preload.hpp"
#include "progress.hpp"
#include "report/json.hpp"
#include "report/plot.hpp"
#include "report/table.hpp"
#include "session.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <fstream>
#include <new>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace bench {
namespace {

void write_file(const std::filesystem::path& file, const std::string& text) {
    errno = 0;
    std::ofstream out(file);
    out << text;
    out.close();
    if (!out)
        throw std::runtime_error(
            fmt::format("cannot write {}: {}", file.string(), std::strerror(errno)));
}

/// Better now than after ten minutes.
void check_writable(const options& wanted) {
    if (!wanted.folder.empty()) std::filesystem::create_directories(wanted.folder);
    std::vector<std::string> files = wanted.plots;
    files.insert(files.end(), {wanted.json, wanted.csv});
    for (const std::string& file : files) {
        if (file.empty()) continue;
        const std::filesystem::path folder = std::filesystem::path(file).parent_path();
        if (!folder.empty() && !std::filesystem::is_directory(folder))
            throw usage_error(
                fmt::format("there is no folder {} to write {} to", folder.string(), file));
    }
}

void list(const field& all) {
    fmt::print("workloads:\n");
    for (const workload& w : workloads()) fmt::print("  {:<12} {}\n", w.name, w.title);
    fmt::print("  {:<12} Go's own benchmarks of sync.Map, with its names\n", "Go/...");
    fmt::print("maps:\n");
    for (const peer_row& p : all.rows()) {
        if (p.left_out)
            fmt::print("  {:<20} left out: {}\n", p.name, *p.left_out);
        else
            fmt::print("  {:<20} {:<10} {}\n", p.name, p.version, p.note);
    }
}

void write_results(const results& r, const options& wanted) {
    const nlohmann::json json = to_json(r);
    if (!wanted.json.empty()) write_file(wanted.json, json.dump(1) + '\n');
    if (!wanted.csv.empty()) write_file(wanted.csv, to_csv(r));
    std::vector<std::filesystem::path> plots(wanted.plots.begin(), wanted.plots.end());
    if (!wanted.folder.empty()) {
        const std::filesystem::path folder = wanted.folder;
        write_file(folder / "results.json", json.dump(1) + '\n');
        write_file(folder / "results.csv", to_csv(r));
        write_file(folder / "table.txt", to_text(r, 120));
        plots.push_back(folder / "charts.html");
    }
    for (const std::filesystem::path& file : plots) plot(json, file);
    if (!wanted.folder.empty())
        fmt::print("\nwritten to {}: results.json, results.csv, table.txt, charts.html\n",
                   wanted.folder);
}

int run(const options& wanted) {
    dataset_store data(wanted.trace_folder);
    field peers(wanted, data);
    if (wanted.list) {
        list(peers);
        return 0;
    }
    check_writable(wanted);
    const std::vector<cell> plan = make_plan(wanted, data);
    results r = carry_out(wanted, plan, peers);
    for (const std::string& file : wanted.merged) merge(r, file);
    if (r.all.empty() && r.failures.empty()) {
        if (!r.complete) throw std::runtime_error("interrupted before anything was measured");
        throw usage_error(fmt::format(
            "none of these maps has these workloads with these types and threads{}",
            wanted.allocator.empty() ? "" : "; with --malloc, memory is told from 50k keys on"));
    }
    fmt::print("{}", to_text(r, terminal_width(STDOUT_FILENO)));
    write_results(r, wanted);
    fmt::print("{} in all\n", duration_text(r.seconds));
    if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write the report");
    return r.failures.empty() ? 0 : 1;
}

int main(int argc, char** argv) {
    try {
        const std::optional<options> wanted = parse_options(argc, argv);
        if (wanted && !wanted->allocator.empty()) preload(wanted->allocator, argv);
        return wanted ? run(*wanted) : 0;
    } catch (const usage_error& e) {
        fmt::print(stderr, "syncmap-bench: {}\n", e.what());
        return 2;
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "syncmap-bench: out of memory\n");
        return 1;
    } catch (const std::exception& e) {
        fmt::print(stderr, "syncmap-bench: {}\n", e.what());
        return 1;
    }
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) { return bench::main(argc, argv); }
