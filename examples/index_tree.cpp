// SPDX-License-Identifier: BSL-1.0
// Indexes every identifier of a source tree in one map that all threads share: how often it is
// written, in how many files, and where first. Then it does the same work with a std::unordered_map
// under a lock, and checks both.
//
//   index_tree/scanner.hpp   finds the identifiers of a text
//   index_tree/utf8.hpp      tells characters from other bytes
//   index_tree/tree.hpp      finds and reads the files
//   index_tree/index.hpp     the index: this is where the map is used
//   index_tree/compare.hpp   the check and the comparison
//   index_tree/threads.hpp   threads and time
//   index_tree/display.hpp   progress, bars, numbers
//   index_tree/report.hpp    what is printed in the end
#include "index_tree/compare.hpp"
#include "index_tree/display.hpp"
#include "index_tree/index.hpp"
#include "index_tree/report.hpp"
#include "index_tree/tree.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

namespace demo {
namespace {

struct options {
    std::string folder = "/usr/include";
    unsigned threads = std::max(1U, std::thread::hardware_concurrency());
    unsigned top = 20;
    unsigned repetitions = 5;
};

// The user asked for something that cannot be done.
struct usage_error : std::runtime_error {
    using runtime_error::runtime_error;
};

// --- the steps ---

source_tree read_tree(const options& wanted) {
    std::atomic<std::uint64_t> found{0};
    source_tree tree = [&] {
        const progress show("find", progress::ending::vanishes, [&] {
            return progress::state{0, quantity(found, "source", "sources")};
        });
        return find_sources(wanted.folder, found);
    }();
    const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    const auto memory = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * page;
    if (tree.bytes > memory / 2)
        throw usage_error(fmt::format("the sources below {} have {}, too much for {} of memory",
                                      printable(wanted.folder), bytes_text(tree.bytes),
                                      bytes_text(memory)));
    if (!tree.files.empty()) {
        work_done done;
        const std::size_t files = tree.files.size();
        const std::uint64_t bytes = tree.bytes;
        const progress show("read", progress::ending::vanishes, [&, files, bytes] {
            return progress::state{ratio(done.bytes, bytes),
                                   fmt::format("{}/{} files  {}", grouped(done.files),
                                               grouped(files), bytes_text(done.bytes))};
        });
        read_sources(tree, wanted.threads, done);
    }
    if (tree.files.empty()) {
        const std::string folder = printable(wanted.folder);
        if (tree.unreadable.empty())
            throw usage_error(fmt::format("no C or C++ source below {}", folder));
        throw usage_error(
            fmt::format("no C or C++ source below {} can be read ({}; {}: {})", folder,
                        quantity(tree.unreadable.size(), "failure", "failures"),
                        printable(tree.unreadable.front().name), tree.unreadable.front().reason));
    }
    return tree;
}

void fill_index(const source_tree& tree, unsigned threads, syncmap_index& index, work_done& done) {
    const stopwatch time;
    const progress show("index", progress::ending::stays, [&] {
        const auto stats = index.stats();
        return progress::state{
            ratio(done.bytes, tree.bytes),
            fmt::format("{}/{} files {:>5} {:>5}/s {:>5} keys {:2.0f}% full, grown {}x",
                        done.files.load(), tree.files.size(), bytes_text(done.bytes),
                        rounded(static_cast<double>(done.identifiers) / time.seconds()),
                        rounded(static_cast<double>(stats.size)), 100 * fill_of(stats),
                        stats.promotions)};
    });
    index_files(tree.files, threads, index, done);
}

unordered_map<counted> count_with_progress(const source_tree& tree) {
    work_done done;
    const progress show("check", progress::ending::stays, [&] {
        return progress::state{ratio(done.bytes, tree.bytes),
                               fmt::format("{}/{} files {:>5}  one thread counts again",
                                           done.files.load(), tree.files.size(),
                                           bytes_text(done.bytes))};
    });
    return count_alone(tree.files, done);
}

void compare_with_progress(comparison& contest, unsigned repetitions) {
    std::atomic<unsigned> begun{0};
    std::atomic<const char*> name{""};
    const unsigned runs = 2 * repetitions;
    const progress show("compare", progress::ending::stays, [&] {
        const unsigned run = begun;
        return progress::state{run == 0 ? 0 : (run - 1.0) / runs,
                               run > runs ? fmt::format("{} runs", runs)
                                          : fmt::format("{}/{} runs  {}", run, runs, name.load())};
    });
    for (unsigned turn = 1; turn <= repetitions; ++turn)
        contest.take_turns(turn, [&](const char* rival) {
            name = rival;
            ++begun;
        });
    ++begun;
}

// --- all of it ---

int run(const options& wanted) {
    const stopwatch time;
    const terminal out(stdout);
    const source_tree tree = read_tree(wanted);

    syncmap_index index;
    work_done done;
    fill_index(tree, wanted.threads, index, done);
    const std::uint64_t identifiers = done.identifiers;

    const stopwatch alone;
    const unordered_map<counted> truth = count_with_progress(tree);
    const double alone_seconds = alone.seconds();
    const std::vector<std::string> differences = find_differences(tree.files, truth, index);

    constexpr std::uint64_t longest_stream = 20'000'000;
    std::vector<std::string_view> stream = sample_stream(tree.files, identifiers, longest_stream);
    const std::size_t sample = stream.size();
    comparison contest(tree.files, truth, wanted.threads, std::move(stream));
    if (identifiers != 0) compare_with_progress(contest, wanted.repetitions);

    fmt::print("\n{}\n  {}, {} different, in {} with {}\n", out.bold(printable(wanted.folder)),
               quantity(identifiers, "identifier", "identifiers"), grouped(truth.size()),
               quantity(tree.files.size(), "file", "files"), bytes_text(tree.bytes));
    print_top(out, tree, index, wanted.top);
    print_stats(out, index.stats());
    if (identifiers != 0)
        print_comparison(out, contest, wanted.threads, sample, alone_seconds, identifiers);

    fmt::print("\n{}\n",
               out.bold("counts, file counts and first positions against one thread alone"));
    bool right = print_verdict(out, "the index", differences);
    if (identifiers != 0)
        right &= print_verdict(
            out, fmt::format("the {} indexes of the comparison", 2 * wanted.repetitions),
            contest.differences());
    print_unreadable(out, tree.unreadable);
    if (tree.links_to_folders != 0)
        fmt::print("\n{} not followed\n", quantity(tree.links_to_folders, "link to a folder was",
                                                   "links to folders were"));
    fmt::print("\n{:.0f} s in all\n", time.seconds());
    if (std::fflush(stdout) != 0) throw std::runtime_error("cannot write the report");
    return right ? 0 : 1;
}

int main(int argc, char** argv) {
    options wanted;
    CLI::App app(
        "Indexes the identifiers of a C or C++ source tree in one syncmap::map that all threads "
        "share,\n"
        "checks the result, and compares it with a std::unordered_map under a std::shared_mutex.",
        "index_tree");
    app.add_option("folder", wanted.folder, "the source tree")
        ->type_name("")
        ->check(CLI::ExistingDirectory.description(""))
        ->capture_default_str();
    const auto add_number = [&](const char* name, unsigned& into, unsigned least, unsigned most,
                                const char* meaning) {
        app.add_option(name, into, fmt::format("{} ({} to {})", meaning, least, most))
            ->type_name("N")
            ->check(CLI::Range(least, most).description(""))
            ->capture_default_str();
    };
    add_number("--threads", wanted.threads, 1, 256, "threads that share the map");
    add_number("--top", wanted.top, 0, 10'000, "identifiers to list");
    add_number("--reps", wanted.repetitions, 1, 1'000, "repetitions of the comparison");
    try {
        app.parse(argc, argv);
        return run(wanted);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& e) {
        fmt::print(stderr, "index_tree: {}\n", printable(e.what()));
        return 2;
    } catch (const usage_error& e) {
        fmt::print(stderr, "index_tree: {}\n", e.what());
        return 2;
    } catch (const std::bad_alloc&) {
        fmt::print(stderr, "index_tree: out of memory\n");
        return 1;
    } catch (const std::exception& e) {
        fmt::print(stderr, "index_tree: {}\n", printable(e.what()));
        return 1;
    }
}

}  // namespace
}  // namespace demo

int main(int argc, char** argv) { return demo::main(argc, argv); }
