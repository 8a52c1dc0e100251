// SPDX-License-Identifier: BSL-1.0
#include "options.hpp"
#include "go_benchmarks/go_benchmarks.hpp"
#include "types.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <thread>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace bench {
namespace {

// --- names and numbers ---

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::vector<std::string> all_types() {
    std::vector<std::string> names;
    for_each_type([&]<class Key, class T>() { names.emplace_back(type_name<Key, T>); });
    return names;
}

/// All workloads, Go's after ours.
std::vector<std::string> all_workloads() {
    std::vector<std::string> names;
    for (const workload& w : workloads()) names.emplace_back(w.name);
    for (const std::string& name : go_benchmark_names()) names.push_back("Go/" + name);
    return names;
}

bool in_group(const std::string& name, const std::string& group) {
    if (group == "w") return name.size() > 1 && name[0] == 'W';
    if (group == "mixes") return name == "ReadHeavy" || name == "Exchange" || name == "RapidGrow";
    if (group == "ycsb") return name.starts_with("YCSB");
    if (group == "go") return name.starts_with("Go/");
    return group == "all";
}

std::vector<std::string> chosen_workloads(const std::vector<std::string>& words) {
    const std::vector<std::string> all = all_workloads();
    std::vector<bool> chosen(all.size());
    for (const std::string& word : words) {
        bool known = lower(word) == "none";  // only to show what is merged
        for (std::size_t i = 0; i < all.size(); ++i) {
            const bool meant = lower(all[i]) == lower(word) || in_group(all[i], lower(word));
            if (meant) chosen[i] = known = true;
        }
        if (!known)
            throw usage_error(fmt::format(
                "--workload: there is no workload `{}'; --list shows all of them", word));
    }
    std::vector<std::string> result;
    for (std::size_t i = 0; i < all.size(); ++i)
        if (chosen[i]) result.push_back(all[i]);
    return result;
}

/// "100k", "10M", "4096"
std::uint64_t number_of(const char* option, std::string text, std::uint64_t most) {
    const std::string given = text;
    double factor = 1;
    if (!text.empty() && (text.back() == 'k' || text.back() == 'K')) factor = 1e3;
    if (!text.empty() && (text.back() == 'm' || text.back() == 'M')) factor = 1e6;
    if (factor > 1) text.pop_back();
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const double value = static_cast<double>(number) * factor;
    if (error != std::errc() || end != text.data() + text.size() || value < 1 ||
        value > static_cast<double>(most))
        throw usage_error(fmt::format("{}: `{}' is no number from 1 to {}; 100k and 10M are",
                                      option, given, most));
    return static_cast<std::uint64_t>(value);
}

std::vector<unsigned> chosen_threads(const std::vector<std::string>& words) {
    constexpr std::uint64_t most = 1024;
    const unsigned here = std::max(1U, std::thread::hardware_concurrency());
    std::vector<unsigned> result;
    for (const std::string& word : words) {
        if (word == "all") {
            for (unsigned t = 1; t < here; t *= 2) result.push_back(t);
            result.push_back(here);
        } else {
            result.push_back(static_cast<unsigned>(number_of("--threads", word, most)));
        }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
}

distribution chosen_distribution(const std::string& word) {
    for (const distribution d : {distribution::uniform, distribution::zipf, distribution::hot})
        if (name_of(d) == word) return d;
    throw usage_error(fmt::format(
        "--dist: there is no distribution `{}'; there are uniform, zipf and hot", word));
}

double in_range(const char* option, double value, double least, double most) {
    if (!(value >= least && value <= most))
        throw usage_error(
            fmt::format("{}: {} is not in the range from {} to {}", option, value, least, most));
    return value;
}

std::vector<std::string> chosen_types(const std::vector<std::string>& words) {
    const std::vector<std::string> all = all_types();
    std::vector<std::string> result;
    for (const std::string& word : words) {
        if (word == "all") return all;
        if (std::find(all.begin(), all.end(), word) == all.end())
            throw usage_error(fmt::format("--type: there is no pair of types `{}'; there are {}",
                                          word, fmt::join(all, ", ")));
        result.push_back(word);
    }
    return result;
}

void check_suffix(const std::string& file) {
    const std::string suffix = std::filesystem::path(file).extension().string();
    if (suffix != ".html" && suffix != ".svg")
        throw usage_error(
            fmt::format("--plot: `{}' must end in .html or .svg, which says what to draw", file));
}

constexpr const char* description =
    R"(Measures syncmap beside other concurrent hash maps, in one interleaved run.

Without options: an overview of ten minutes at most. With options: every chosen workload with every chosen
pair of types, number of keys and number of threads, on every chosen map.)";

constexpr const char* explanation = R"(
WORKLOADS (--list has a line for each)
  W1 W2 W3        loads: hits, hits by Zipf, misses
  W4 W5 W6        1 % stores; 5 % inserts and 5 % erases; 50 % stores
  W7 W8 W9 W10    growth from empty; load_or_store; iteration; erase and reinsert
  W11             one hot key with a writer
  W12             one reader beside writers, with --latency: do they make it wait?
  batch           16 loads in one call, for maps that have it
  ReadHeavy Exchange RapidGrow   the mixes of conc-map-bench
  YCSB-A B C D F  those of the Yahoo! Cloud Serving Benchmark
  trace           counts the identifiers of a source tree (--tree)
  memory          bytes for each entry, at each number of --keys
  custom          --read-ratio of loads, the rest stores
  Go/...          Go's own benchmarks of sync.Map
  groups: W, mixes, ycsb, go, all; none: nothing but what --merge adds

FIGURES
  ns/op      time of one thread for one operation: wall time, times threads, by operations
  Mops/s     million operations a second, all threads together (in JSON and CSV)
  p50...max  microseconds of single operations, with --latency (and always for W7); without the time in
             which the operating system gave the processor to others. `max by wall' is with it.
  B/entry    bytes for each entry: of the heap (not with --malloc), and of memory really there (RSS)
  The median of all repetitions, and +- half of the distance from the fastest to the slowest. `U' has no
  synchronisation at all: it is the limit, not a rival.

EXAMPLES
  syncmap-bench --workload W1,W6 --type string:string --keys 1k,1M --threads all
  syncmap-bench --workload W7 --keys 10M --latency --peers syncmap,libcuckoo
  syncmap-bench --workload custom --read-ratio 0.8 --dist zipf --plot mine.html
  syncmap-bench --workload W6 --type string:string --malloc jemalloc

Maps take turns in each repetition, in an order that changes, each in a process of its own. The program
warns if the machine did other things meanwhile. Exit status: 0, 1 if something failed, 2 for wrong options.)";

}  // namespace

std::optional<options> parse_options(int argc, char** argv) {
    options o;
    std::vector<std::string> workload_words, type_words, key_words, thread_words;
    std::string dist_word;
    std::string ops_word;
    CLI::App app(description, "syncmap-bench");
    app.footer(explanation);
    const auto list_of = [&](const char* name, std::vector<std::string>& into, const char* meaning,
                             const char* kind) {
        return app.add_option(name, into, meaning)
            ->delimiter(',')
            ->type_name(kind)
            ->group("What to measure");
    };
    list_of("--workload", workload_words, "workloads or groups of them (default: W)", "NAME,...");
    list_of("--type", type_words,
            "KEY:VALUE of u64:u64, string:string, pointer:u64, u64:string, u64:struct, string:u64, "
            "or all (default: u64:u64,string:string)",
            "PAIR,...");
    list_of("--keys", key_words, "numbers of keys, like 1k,100k,10M (default: 1k,100k)", "N,...");
    list_of("--threads", thread_words,
            "numbers of threads; all: 1, 2, 4, ... as many as the machine has (default: 1)",
            "N,...");
    list_of("--peers", o.peers, "the maps to compare (default: all that are there)", "NAME,...");
    app.add_option("--dist", dist_word,
                   "which keys are used: uniform, zipf (0.99), hot (half of the operations on one "
                   "key); the default depends on the workload")
        ->type_name("NAME")
        ->group("What to measure");
    app.add_option("--read-ratio", o.read_ratio, "part of loads in the workload `custom', 0 to 1")
        ->type_name("PART")
        ->capture_default_str()
        ->group("What to measure");
    app.add_flag("--latency", o.latency,
                 "time each operation by itself: percentiles instead of the mean")
        ->group("What to measure");
    app.add_flag("--reserve", o.reserve, "make maps with room for all keys instead of growing them")
        ->group("What to measure");
    app.add_option("--malloc", o.allocator,
                   "measure with another allocator than the C library's: jemalloc, mimalloc or "
                   "tcmalloc, preloaded (Go brings its own)")
        ->type_name("NAME")
        ->group("What to measure");
    app.add_option("--tree", o.trace_folder, "source tree for the workload `trace'")
        ->type_name("FOLDER")
        ->capture_default_str()
        ->group("What to measure");

    app.add_option("--seconds", o.seconds,
                   "time of one repetition, after warming up for a quarter of it")
        ->type_name("S")
        ->capture_default_str()
        ->group("How long");
    app.add_option("--reps", o.repetitions, "repetitions")
        ->type_name("N")
        ->check(CLI::Range(1U, 1000U).description(""))
        ->capture_default_str()
        ->group("How long");
    app.add_option("--budget", o.budget,
                   "seconds for everything: the rest is left out then (default: 570 for the "
                   "overview, otherwise none)")
        ->type_name("S")
        ->group("How long");
    app.add_option("--ops,--operations", ops_word,
                   "each thread performs so many operations, whatever time it takes (for counting "
                   "instructions)")
        ->type_name("N")
        ->group("How long");
    app.add_flag("--no-fork", o.no_fork, "all in this process (for valgrind and debuggers)")
        ->group("How long");

    app.add_option("--json", o.json, "write all results, with every repetition, as JSON")
        ->type_name("FILE")
        ->group("Where to");
    app.add_option("--csv", o.csv, "the same as a table")->type_name("FILE")->group("Where to");
    app.add_option("--plot", o.plots, "draw charts: FILE.html or FILE.svg (needs gnuplot)")
        ->type_name("FILE")
        ->group("Where to");
    app.add_option("--output", o.folder,
                   "write results.json, results.csv, table.txt and charts.html to this folder")
        ->type_name("FOLDER")
        ->group("Where to");
    app.add_option("--merge", o.merged, "add the records of another JSON file to the results")
        ->type_name("FILE")
        ->check(CLI::ExistingFile.description(""))
        ->group("Where to");
    app.add_flag("--list", o.list, "list workloads and maps, also those left out and why, and exit")
        ->group("Where to");

    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        app.exit(help);
        return std::nullopt;
    } catch (const CLI::ParseError& e) {
        throw usage_error(e.what());
    }

    o.overview = app.count("--workload") + app.count("--type") + app.count("--keys") +
                     app.count("--threads") + app.count("--dist") + app.count("--read-ratio") +
                     app.count("--latency") ==
                 0;
    if (app.count("--read-ratio") != 0 && workload_words.empty()) workload_words = {"custom"};
    o.workloads =
        chosen_workloads(workload_words.empty() ? std::vector<std::string>{"W"} : workload_words);
    o.types = type_words.empty() ? std::vector<std::string>{"u64:u64", "string:string"}
                                 : chosen_types(type_words);
    if (key_words.empty()) key_words = {"1k", "100k"};
    for (const std::string& word : key_words)
        o.keys.push_back(number_of("--keys", word, 1'000'000'000));
    o.threads = chosen_threads(thread_words.empty() ? std::vector<std::string>{"1"} : thread_words);
    if (!dist_word.empty()) o.dist = chosen_distribution(dist_word);
    if (!ops_word.empty()) o.operations = number_of("--ops", ops_word, 1'000'000'000'000);
    in_range("--read-ratio", o.read_ratio, 0, 1);
    in_range("--seconds", o.seconds, 0.001, 3600);
    if (app.count("--budget") != 0)
        in_range("--budget", o.budget, 1, 1e7);
    else if (o.overview)
        o.budget = 570;
    for (const std::string& file : o.plots) check_suffix(file);
    if (!std::filesystem::is_directory(o.trace_folder) && app.count("--tree") != 0)
        throw usage_error(fmt::format("--tree: there is no folder `{}'", o.trace_folder));
    return o;
}

}  // namespace bench
