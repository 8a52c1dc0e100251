// SPDX-License-Identifier: BSL-1.0
//
// That the programs of other languages can be built and print what is expected, where the language is
// there; otherwise that they are left out with a reason. Never how fast they are.
#include "foreign.hpp"
#include "go_benchmarks/go_benchmarks.hpp"
#include "subprocess.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

const bench::foreign_peers& peers() {
    static const bench::foreign_peers built(SYNCMAP_BENCH_RUNNERS, SYNCMAP_BENCH_SCRATCH);
    return built;
}

TEST(Foreign, each_peer_is_there_or_left_out_for_a_reason) {
    ASSERT_EQ(peers().peers().size(), 3U);
    for (const auto& p : peers().peers()) {
        EXPECT_EQ(p.left_out.has_value(), !peers().can(p.name, "W1", "u64:u64")) << p.name;
        EXPECT_EQ(p.left_out.has_value(), p.version.empty())
            << p.name << ' ' << p.left_out.value_or("");
    }
}

TEST(Foreign, each_workload_runs) {
    for (const auto& p : peers().peers()) {
        for (const auto* workload : {"W1", "W3", "W4", "W5", "W6", "W7", "W10"}) {
            for (const auto* type : {"u64:u64", "string:string"}) {
                if (!peers().can(p.name, workload, type)) continue;
                EXPECT_GT(peers().run(p.name, {workload, type, 100, 2, 0.002}), 0)
                    << p.name << workload;
            }
        }
    }
}

TEST(Foreign, every_benchmark_of_go_runs) {
    for (const auto& name : bench::go_benchmark_names()) {
        if (!peers().can("Go sync.Map", "Go/" + name, "int:int")) continue;
        EXPECT_GT(peers().run("Go sync.Map", {"Go/" + name, "int:int", 0, 2, 0.001}), 0) << name;
    }
}

TEST(Foreign, what_a_peer_cannot_do_is_refused) {
    EXPECT_THROW(peers().run("papaya", {"Go/Range", "int:int", 0, 1, 0.001}), std::runtime_error);
    EXPECT_THROW(peers().run("Go sync.Map", {"W2", "u64:u64", 10, 1, 0.001}), std::runtime_error);
    EXPECT_FALSE(peers().can("nobody", "W1", "u64:u64"));
}

TEST(Subprocess, says_how_a_program_ended) {
    const auto said = bench::run_program({"sh", "-c", "echo $X; pwd; exit 3"}, "/", {{"X", "a b"}});
    EXPECT_EQ(said.status, 3);
    EXPECT_EQ(said.output, "a b\n/\n");
    EXPECT_EQ(bench::run_program({"/nowhere"}, {}, {}).status, 127);
    EXPECT_TRUE(bench::in_path("sh"));
    EXPECT_FALSE(bench::in_path("no such program"));
}

}  // namespace
