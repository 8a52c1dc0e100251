// SPDX-License-Identifier: BSL-1.0
//
// Peers in other languages: Go's sync.Map, Rust's papaya and dashmap. Each lives in a small program of its
// own under bench/runners, built here if `go` or `cargo` is found (nothing is installed; cargo fetches the
// crates that Cargo.lock names), and started anew for each repetition, so that repetitions interleave with
// those of the other peers.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

struct foreign_peer {
    std::string name;                     // "Go sync.Map", "papaya", "dashmap"
    std::string version;                  // of the language or the crate; "" if left out
    std::optional<std::string> left_out;  // why
};

/// One measurement: what the other adapters get as template arguments and parameters.
struct foreign_run {
    std::string workload;  // "W1", ... or "Go/LoadMostlyHits" (keys are ignored then)
    std::string type;      // "u64:u64" or "string:string"; that of the benchmark for Go's own
    std::size_t keys = 0;
    int threads = 1;
    double seconds = 0.2;
};

class foreign_peers {
public:
    /// Builds the programs of `runners` (bench/runners of the source tree) in `scratch`; takes some seconds
    /// the first time. A program that cannot be built is left out; nothing is thrown for that.
    foreign_peers(const std::filesystem::path& runners, const std::filesystem::path& scratch);

    const std::vector<foreign_peer>& peers() const { return peers_; }

    /// Whether this peer is there and has this workload with this type.
    bool can(std::string_view peer, std::string_view workload, std::string_view type) const;

    /// One repetition: nanoseconds per operation, thread time for W1..., wall time for Go/... (as Go prints
    /// it). Throws std::runtime_error with the program's last words if it fails.
    double run(std::string_view peer, const foreign_run& what) const;

private:
    void build_go(const std::filesystem::path& runner);
    void build_rust(const std::filesystem::path& runner);

    std::filesystem::path go_, rust_;  // the programs; empty if not there
    std::filesystem::path scratch_;
    std::vector<foreign_peer> peers_;
};

}  // namespace bench
