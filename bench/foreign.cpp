// SPDX-License-Identifier: BSL-1.0
#include "foreign.hpp"
#include "subprocess.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

namespace bench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view go_peer = "Go sync.Map", go_prefix = "Go/";
constexpr std::array<std::string_view, 2> rust_peers{"papaya", "dashmap"};
constexpr std::array<std::string_view, 7> workloads{"W1", "W3", "W4", "W5", "W6", "W7", "W10"};
constexpr std::array<std::string_view, 2> types{"u64:u64", "string:string"};

template <class List>
bool among(std::string_view text, const List& list) {
    return std::ranges::find(list, text) != list.end();
}

std::string last_line(const std::string& text) {
    std::istringstream lines(text);
    std::string line, last;
    while (std::getline(lines, line))
        if (!line.empty()) last = line;
    return last;
}

std::vector<std::string> words(const std::string& line) {
    std::istringstream in(line);
    std::vector<std::string> list;
    for (std::string word; in >> word;) list.push_back(word);
    return list;
}

double number(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || !(value > 0))
        throw std::runtime_error("not a number of nanoseconds: " + text);
    return value;
}

std::string output_of(const std::vector<std::string>& command, const environment& changes = {}) {
    const auto done = run_program(command, {}, changes);
    if (done.status != 0)
        throw std::runtime_error(fmt::format("{} failed: {}", command[0], last_line(done.output)));
    return done.output;
}

/// `BenchmarkLoadMostlyHits-2    123456    16.67 ns/op`
double go_benchmark(const fs::path& program, const foreign_run& what) {
    const auto name = what.workload.substr(go_prefix.size());
    const auto said =
        output_of({program.string(), "-test.run=^$", "-test.bench=^Benchmark" + name + "$",
                   fmt::format("-test.benchtime={}s", what.seconds),
                   fmt::format("-test.cpu={}", what.threads)});
    std::istringstream lines(said);
    for (std::string line; std::getline(lines, line);) {
        const auto w = words(line);
        if (w.size() >= 4 && w[0].starts_with("Benchmark" + name) && w[3] == "ns/op")
            return number(w[2]);
    }
    throw std::runtime_error("Go has no benchmark " + name);
}

/// `WORKLOAD TYPE KEYS THREADS PEER NS`
double own_workload(const fs::path& program, const foreign_run& what, std::string_view peer) {
    std::vector<std::string> command{program.string(),
                                     what.workload,
                                     what.type,
                                     std::to_string(what.keys),
                                     std::to_string(what.threads),
                                     fmt::format("{}", what.seconds)};
    if (peer != go_peer) command.emplace_back(peer);
    const auto w = words(last_line(output_of(command)));
    if (w.size() != 6) throw std::runtime_error(program.string() + " did not print a result");
    return number(w[5]);
}

}  // namespace

foreign_peers::foreign_peers(const fs::path& runners, const fs::path& scratch)
    : scratch_(fs::absolute(scratch)) {
    fs::create_directories(scratch_);
    build_go(fs::absolute(runners) / "go");
    build_rust(fs::absolute(runners) / "rust");
}

void foreign_peers::build_go(const fs::path& runner) {
    foreign_peer peer{std::string(go_peer), "", {}};
    // Whoever lacks a version of Go is told so; none is fetched.
    const environment local{{"GOTOOLCHAIN", "local"}, {"GOFLAGS", "-mod=mod"}, {"GOWORK", "off"}};
    if (!in_path("go")) {
        peer.left_out = "`go' is not there";
    } else {
        const auto program = (scratch_ / "go-workloads").string();
        const auto benchmarks = (scratch_ / "go-benchmarks").string();
        auto built = run_program({"go", "build", "-o", program, "."}, runner, local);
        if (built.status == 0)
            built = run_program({"go", "test", "-c", "-o", benchmarks, "."}, runner, local);
        if (built.status == 0) {
            const auto version = words(run_program({"go", "version"}, {}, local).output);
            peer.version = version.size() > 2 ? version[2] : "";
            go_ = scratch_;
        } else {
            peer.left_out = "`go build' failed: " + last_line(built.output);
        }
    }
    peers_.push_back(std::move(peer));
}

void foreign_peers::build_rust(const fs::path& runner) {
    std::optional<std::string> why;
    std::vector<std::string> versions(rust_peers.size());
    if (!in_path("cargo")) {
        why = "`cargo' is not there";
    } else {
        // A copy: cargo writes beside its sources.
        const auto copy = scratch_ / "rust";
        constexpr auto over = fs::copy_options::recursive | fs::copy_options::update_existing;
        std::error_code error;
        fs::copy(runner, copy, over, error);
        // Where there is no network, be done with it soon.
        const environment impatient{{"CARGO_NET_RETRY", "0"}, {"CARGO_HTTP_TIMEOUT", "10"}};
        const auto built = run_program({"cargo", "build", "--release", "--quiet"}, copy, impatient);
        if (error || built.status != 0) {
            why = "`cargo build' failed: " + (error ? error.message() : last_line(built.output));
        } else {
            rust_ = copy / "target/release/workloads";
            for (std::size_t i = 0; i < rust_peers.size(); ++i) {
                const auto id = run_program(
                    {"cargo", "pkgid", "--offline", std::string(rust_peers[i])}, copy, {});
                const auto line = last_line(id.output);
                versions[i] = id.status == 0 ? line.substr(line.find_last_of("@:#") + 1) : "";
            }
        }
    }
    for (std::size_t i = 0; i < rust_peers.size(); ++i)
        peers_.push_back({std::string(rust_peers[i]), versions[i], why});
}

bool foreign_peers::can(std::string_view peer, std::string_view workload,
                        std::string_view type) const {
    const auto& program = peer == go_peer ? go_ : rust_;
    if (program.empty() || (peer != go_peer && !among(peer, rust_peers))) return false;
    if (workload.starts_with(go_prefix)) return peer == go_peer;
    return among(workload, workloads) && among(type, types);
}

double foreign_peers::run(std::string_view peer, const foreign_run& what) const {
    if (!can(peer, what.workload, what.type))
        throw std::runtime_error(
            fmt::format("{} has no {} with {}", peer, what.workload, what.type));
    if (what.workload.starts_with(go_prefix)) return go_benchmark(go_ / "go-benchmarks", what);
    return own_workload(peer == go_peer ? go_ / "go-workloads" : rust_, what, peer);
}

}  // namespace bench
