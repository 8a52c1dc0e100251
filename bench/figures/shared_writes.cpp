// SPDX-License-Identifier: BSL-1.0
//
// syncmap-shared-writes: how many writes to cache lines that threads share one operation of syncmap does. It is
// what limits how an operation scales, and is told here without a clock and without many processors: the
// atomics of shared_threads.hpp note which lines they touch, shared_writes.hpp says which of them are shared.
#include "shared_writes.hpp"

#include <charconv>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>
#include <system_error>

namespace bench {
namespace {

constexpr const char* usage = R"(usage: syncmap-shared-writes [--operations N] [--check]
Counts, for one operation of syncmap::map while two threads use the same keys:
  RMW     atomic read-modify-writes, which also take a line that is not shared
  shared  writes to cache lines that both threads touch, read-modify-writes among them
  lines   different such lines that are written
  all     atomic writes of any kind, also to lines that are the thread's own
What is not atomic is not seen: constructing keys and values, the allocator, lists under a lock.

  --operations N  operations of each thread for each line of the table (40000)
  --check         fail if an operation that only reads writes a shared line or makes an RMW
  --help          this
)";

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

struct options {
    std::size_t operations = 40000;
    bool check = false;
    bool help = false;
};

struct usage_error : std::runtime_error {
    using std::runtime_error::runtime_error;
};

options parsed(int argc, char** argv) {
    options o;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--help" || word == "-h") {
            o.help = true;
        } else if (word == "--check") {
            o.check = true;
        } else if (word == "--operations") {
            const std::string_view n = i + 1 < argc ? argv[++i] : "";
            const auto [end, error] = std::from_chars(n.data(), n.data() + n.size(), o.operations);
            if (error != std::errc() || end != n.data() + n.size() || o.operations == 0 ||
                o.operations > 10'000'000)
                throw usage_error("--operations: `" + std::string(n) +
                                  "' is no number from 1 to 10000000");
        } else {
            throw usage_error("unknown option `" + std::string(word) + "'; see --help");
        }
    }
    return o;
}

/// Prints the figures of one pair of types. False if they are not as --check wants them.
template <class Key, class T>
bool report(const char* types, std::size_t count) {
    const experiment<Key, T> small(1000);
    const experiment<Key, T> large(100'000);
    std::printf("\n%-22s |            1k keys            |           100k keys\n", types);
    std::printf("%-22s |    RMW  shared   lines     all |    RMW  shared   lines     all\n", "");
    bool good = true;
    for (const named_operation& op : operations) {
        std::printf("%-22s", op.name);
        for (const auto* e : {&small, &large}) {
            const figures f = e->measure(op.what, count);
            std::printf(" |");
            for (const double sum :
                 {f.read_modify_writes, f.shared_writes, f.shared_lines, f.writes})
                std::printf(" %7.2f", sum / f.operations);
            // A write has to lock: if nothing is seen of that, nothing is seen at all.
            good &= op.only_reads ? f.read_modify_writes == 0 && f.shared_writes == 0
                                  : f.read_modify_writes > 0 && f.shared_writes > 0;
        }
        std::printf("\n");
    }
    return good;
}

int run(const options& o) {
    if (o.help) {
        std::fputs(usage, stdout);
        return 0;
    }
    std::printf("Each operation of one of two threads that use the same keys; see --help.\n");
    bool good = report<std::uint64_t, std::uint64_t>("u64 -> u64", o.operations);
    good &= report<std::string, std::uint64_t>("string -> u64", o.operations);
    good &= report<std::string, std::string>("string -> string", o.operations);
    if (o.check && !good) {
        std::fprintf(stderr,
                     "syncmap-shared-writes: what only reads must show 0 for RMW and shared, "
                     "what writes must not\n");
        return 1;
    }
    return 0;
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
    try {
        return bench::run(bench::parsed(argc, argv));
    } catch (const bench::usage_error& e) {
        std::fprintf(stderr, "syncmap-shared-writes: %s\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        std::fprintf(stderr, "syncmap-shared-writes: %s\n", e.what());
        return 1;
    }
}
