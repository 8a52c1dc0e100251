// SPDX-License-Identifier: BSL-1.0
//
// What `./run cluster` starts: three members of etcd and three client processes on this machine, with faults; or, with
// --client, one of those client processes. help.txt has what --help says.
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "checks.hpp"
#include "client.hpp"
#include "course.hpp"
#include "files.hpp"
#include "measure.hpp"
#include "report.hpp"

namespace {

/// For the members' data and logs: gone at the end, unless something went wrong.
class scratch_folder {
public:
    scratch_folder() {
        std::string name =
            (std::filesystem::temp_directory_path() / "syncmap-cluster-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("cannot make a folder like " + name);
        path = name;
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() {
        std::error_code ignored;
        if (!keep) std::filesystem::remove_all(path, ignored);
    }
    std::filesystem::path path;
    bool keep = false;
};

int show_course(cluster::course_options how, const std::string& out) {
    scratch_folder scratch;
    how.folder = scratch.path;
    const cluster::outcome o = cluster::run_course(how);
    const auto checks = cluster::check_all(o);
    fmt::print("{}", cluster::report(o, checks));
    if (!out.empty()) {
        const bool drawn = cluster::write_files(o, out);
        fmt::print("\n{0}/loads.csv, writes.csv, events.csv{1}\n", out,
                   drawn ? ", cluster.svg" : "; no picture: gnuplot is not there");
    }
    for (const auto& c : checks) scratch.keep |= !c.holds;
    if (scratch.keep) fmt::print("\nThe members' logs and data: {}\n", scratch.path.string());
    return scratch.keep ? 1 : 0;
}

int run(int argc, char** argv) {
    cluster::course_options how;
    cluster::client_options client;
    std::string out;
    bool measure = false;
    int deadline = 2000;
    CLI::App app("Shows what becomes of a map over etcd while etcd's members fail: three members "
                 "and three client\n"
                 "processes, all on this machine. Leaves nothing behind but what --out says.",
                 "syncmap-cluster");
    app.add_flag("--quick", how.quick, "23 seconds in place of 35");
    app.add_flag("--measure", measure, "no faults: what one call takes, and etcd asked directly");
    app.add_option("--out", out,
                   "write tables and, where there is gnuplot, a picture to this folder")
        ->type_name("FOLDER");
    app.add_option("--etcd", how.etcd, "the program of the members")
        ->type_name("PROGRAM")
        ->capture_default_str();
    app.add_option("--deadline", deadline, "how long a write may take, in ms (100 to 60000)")
        ->type_name("MS")
        ->check(CLI::Range(100, 60'000).description(""))
        ->capture_default_str();
    app.footer("Each process loads keys from its mirror, stores, and increments a counter, while\n"
               "  1. all is well          4. two of three members are stopped: no quorum\n"
               "  2. the leader is killed 5. they go on\n"
               "  3. it is started again\n"
               "Then it tells how long loads and writes took, and checks that nothing has been "
               "lost. Exit status: 0, 1 if\n"
               "a check fails or there is no etcd, 2 for wrong options.");
    // Of the client processes.
    auto* const process = app.add_option("--client", client.process)->group("");
    app.add_option("--endpoint", client.endpoints)->group("");
    try {
        app.parse(argc, argv);
        if (process->count() == 0 && !client.endpoints.empty())
            throw CLI::ValidationError("--endpoint", "is for --client");
        if (measure && !out.empty())
            throw CLI::ValidationError("--measure", "prints its table, and has nothing for --out");
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& e) {
        fmt::print(stderr, "syncmap-cluster: {}\n", e.what());
        return 2;
    }
    how.deadline = client.deadline = std::chrono::milliseconds(deadline);
    if (process->count() != 0) return cluster::be_client(client);
    cluster::catch_signals();
    how.self = std::filesystem::read_symlink("/proc/self/exe").string();
    if (!measure) return show_course(how, out);
    const scratch_folder scratch;
    how.folder = scratch.path;
    cluster::measure(how);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const cluster::interrupted&) {
        fmt::print(stderr, "syncmap-cluster: stopped\n");
        return 130;
    } catch (const std::exception& e) {
        fmt::print(stderr, "syncmap-cluster: {}\n", e.what());
        return 1;
    }
}
