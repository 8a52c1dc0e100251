// SPDX-License-Identifier: BSL-1.0
//
// syncmap-shared-writes: what one operation of syncmap costs other threads, told without a clock and without many
// processors: how many writes to lines that threads share it does (shared_writes.hpp), and what 16 threads take
// from each other (many_threads.hpp). The atomics of shared_threads.hpp note which lines they touch.
#include "shared_writes.hpp"
#include "many_threads.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>

#include <CLI/CLI.hpp>

namespace bench {
namespace {

constexpr const char* explanation = R"(
The first tables: one operation of syncmap::map while two threads use the same keys
  RMW     atomic read-modify-writes, which also take a line that is not shared
  shared  writes to cache lines that both threads touch, read-modify-writes among them
  lines   different such lines that are written
  all     atomic writes of any kind, also to lines that are the thread's own

The second tables: one operation while 16 threads use the same keys, in turns of one to seven operations each
  RMW     as above
  lines   lines read or written that another thread has written since this one last accessed them, beside those
          of the operation's own bucket: its tags, lock, slots, overflow buckets, and the nodes and values in it,
          as they are before and after the operation. Whoever uses another key has nothing to do with those
  of 64   how many of 64 operations access such a line at all
  fences  membarriers for 4,096 objects that the process has retired
  calls   other system calls, for 1,000 operations: futex, yield, sleep, madvise, munmap
Memory begins a new life when it is allocated: what its lines were before is not counted.

What is not atomic is not seen: constructing keys and values, the allocator, lists under a lock. Nor is waiting:
threads take turns.

--check fails unless
  - an operation that only reads writes no shared line and makes no RMW;
  - a store over a string accesses none of those lines of others in 63 of 64 cases;
  - there is at most one membarrier for 4,096 retired objects, and one for each table that is replaced;
  - no operation makes a futex call, there being nobody to wait for, nor yields or sleeps, and none but a growing map's
    gives memory back by madvise or munmap, which that does in at most one of 1,000 writes.)";

struct options {
    std::size_t operations = 40000;
    bool check = false;
    bool names = false;
};

/// What --check did not like. Empty: nothing.
std::string complaints;
void demand(bool good, const std::string& otherwise) {
    if (!good) complaints += "syncmap-shared-writes: " + otherwise + "\n";
}

struct named_operation {
    operation what;
    const char* name;
    bool only_reads;
};
constexpr named_operation operations[] = {
    {operation::hit, "load, hit", true},
    {operation::miss, "load, miss", true},
    {operation::visit, "visit", true},
    {operation::find, "load_or_store, found", true},
    {operation::store, "store over a key", false},
    {operation::exchange, "exchange", false},
    {operation::update, "update", false},
    {operation::insert, "store of a new key", false},
    {operation::erase, "erase", false},
};

/// Prints what two threads share.
template <class Key, class T>
void report(const std::string& types, std::size_t count) {
    const experiment<Key, T> small(1000);
    const experiment<Key, T> large(100'000);
    std::printf("\n%-22s |            1k keys            |           100k keys\n", types.c_str());
    std::printf("%-22s |    RMW  shared   lines     all |    RMW  shared   lines     all\n", "");
    for (const named_operation& op : operations) {
        std::printf("%-22s", op.name);
        for (const auto* e : {&small, &large}) {
            const figures f = e->measure(op.what, count);
            std::printf(" |");
            for (const double sum :
                 {f.read_modify_writes, f.shared_writes, f.shared_lines, f.writes})
                std::printf(" %7.2f", sum / f.operations);
            const std::string where = types + ", " + op.name + ": ";
            if (op.only_reads)
                demand(f.read_modify_writes == 0 && f.shared_writes == 0,
                       where + "what only reads must show 0 for RMW and shared");
            else  // A write has to lock: if nothing is seen of that, nothing is seen at all.
                demand(f.read_modify_writes > 0 && f.shared_writes > 0,
                       where + "what writes must show RMW and shared");
        }
        std::printf("\n");
    }
}

struct named_step {
    step what;
    const char* name;
};
constexpr named_step steps[] = {
    {step::load, "load, beside writers"},
    {step::store, "store over a key"},
    {step::store_first, "the first store over it"},
    {step::insert, "store of a new key"},
    {step::erase, "erase"},
    {step::erase_and_store, "erase and store again"},
    {step::grow, "new key, map grows"},
};

void check(const std::string& where, step what, bool strings, const crowd_figures& f) {
    const double objects = static_cast<double>(f.retired);
    demand(static_cast<double>(f.calls.barriers) <=
               objects / 4096 + 1 + static_cast<double>(f.promotions),
           where + "more than one membarrier for 4,096 retired objects");
    demand(f.calls.futexes == 0 && f.calls.yields == 0,
           where + "makes futex calls, or yields, though there is nobody to wait for");
    demand(static_cast<double>(f.calls.unmaps) <= (what == step::grow ? f.operations / 1000 : 0),
           where + "gives memory back to the system too often");
    demand(what == step::load || f.read_modify_writes > 0, where + "what writes must show RMW");
    if (what == step::store && strings)
        demand(f.looked > 0 && f.looked <= f.operations / 64,
               where + "accesses lines that others write in " +
                   std::to_string(64 * f.looked / f.operations) +
                   " of 64 cases, instead of 1 (and not never); --names says which");
}

void print_names(const crowd_figures& f, const char* size) {
    const auto line = [&](const char* what, double times) {
        std::printf("    %-9s  %-60s %8.3f\n", size, what, 64 * times);
        size = "";
    };
    for (const auto& [name, times] : f.names)
        line(name.c_str(), static_cast<double>(times) / f.operations);
    line("any of them, in the thread that has the most", f.most_looked);
}

/// Prints what 16 threads take from each other.
template <class Key, class T>
void report_crowd(const std::string& types, const options& o) {
    const std::size_t each = std::max<std::size_t>(1024, o.operations / 10);
    const crowd<Key, T> small(1000, each);
    const crowd<Key, T> large(100'000, each);
    std::printf("\n%-23s |                1k keys                |               100k keys\n",
                types.c_str());
    constexpr const char* heading = "    RMW   lines   of 64  fences   calls";
    std::printf("%-23s |%s |%s\n", "", heading, heading);
    for (const named_step& s : steps) {
        const std::array<crowd_figures, 2> both{small.measure(s.what), large.measure(s.what)};
        std::printf("%-23s", s.name);
        for (const crowd_figures& f : both) {
            const auto fences = static_cast<double>(4096 * f.calls.barriers);
            const auto others =
                static_cast<double>(f.calls.futexes + f.calls.yields + f.calls.unmaps);
            std::printf(" | %6.2f %7.3f %7.3f", f.read_modify_writes / f.operations,
                        f.foreign_lines / f.operations, 64 * f.looked / f.operations);
            if (f.retired != 0)
                std::printf(" %7.2f", fences / static_cast<double>(f.retired));
            else
                std::printf(" %7s", "-");
            std::printf(" %7.3f", 1000 * others / f.operations);
            check(types + ", " + s.name + ": ", s.what, !syncmap::detail::is_word<T>, f);
        }
        std::printf("\n");
        if (o.names) print_names(both[0], "1k keys");
        if (o.names) print_names(both[1], "100k keys");
    }
}

int run(const options& o) {
    std::printf("Each operation of one of two threads that use the same keys; see --help.\n");
    report<std::uint64_t, std::uint64_t>("u64 -> u64", o.operations);
    report<std::string, std::uint64_t>("string -> u64", o.operations);
    report<std::string, std::string>("string -> string", o.operations);
    std::printf("\nEach operation of one of 16 threads that use the same keys; see --help.\n");
    report_crowd<std::uint64_t, std::uint64_t>("u64 -> u64", o);
    report_crowd<std::string, std::string>("string -> string", o);
    if (o.check && !complaints.empty()) {
        std::fputs(complaints.c_str(), stderr);
        return 1;
    }
    return 0;
}

int main(int argc, char** argv) {
    options o;
    CLI::App app("Counts what limits how operations of syncmap scale, instead of timing it.",
                 "syncmap-shared-writes");
    app.footer(explanation);
    app.add_option("--operations", o.operations,
                   "operations of each thread for each line of the table; of 16 threads a tenth, "
                   "but no fewer than 1024")
        ->type_name("N")
        ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}).description(""))
        ->capture_default_str();
    app.add_flag("--names", o.names,
                 "which lines of others it is, and how many of each in 64 operations");
    app.add_flag("--check", o.check, "exit status 1 if a figure is not as it has to be, see below");
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& e) {
        std::fprintf(stderr, "syncmap-shared-writes: %s\n", e.what());
        return 2;
    }
    return run(o);
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    try {
        return bench::main(argc, argv);
    } catch (const std::exception& e) {
        std::fprintf(stderr, "syncmap-shared-writes: %s\n", e.what());
        return 1;
    }
}
