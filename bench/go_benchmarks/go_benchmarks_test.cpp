// SPDX-License-Identifier: BSL-1.0
//
// That nothing is missing and everything runs; never how fast.
#include "go_benchmarks.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace {

const std::vector<std::string> table{
    "LoadMostlyHits",
    "LoadMostlyMisses",
    "LoadOrStoreBalanced",
    "LoadOrStoreUnique",
    "LoadOrStoreCollision",
    "LoadAndDeleteBalanced",
    "LoadAndDeleteUnique",
    "LoadAndDeleteCollision",
    "Range",
    "AdversarialAlloc",
    "AdversarialDelete",
    "DeleteCollision",
    "SwapCollision",
    "SwapMostlyHits",
    "SwapMostlyMisses",
    "CompareAndSwapCollision",
    "CompareAndSwapNoExistingKey",
    "CompareAndSwapValueNotEqual",
    "CompareAndSwapMostlyHits",
    "CompareAndSwapMostlyMisses",
    "CompareAndDeleteCollision",
    "CompareAndDeleteMostlyHits",
    "CompareAndDeleteMostlyMisses",
    "Clear",
    "HashTrieMapLoadSmall",
    "HashTrieMapLoad",
    "HashTrieMapLoadLarge",
    "HashTrieMapLoadOrStore",
    "HashTrieMapLoadOrStoreLarge",
};

TEST(GoBenchmarks, names_are_those_of_go) { EXPECT_EQ(bench::go_benchmark_names(), table); }

TEST(GoBenchmarks, each_runs_on_each_map_with_one_and_two_threads) {
    for (const auto& peer : bench::go_benchmark_peers()) {
        for (const auto& name : table) {
            for (const int threads : {1, 2}) {
                const double ns = bench::run_go_benchmark(name, peer, threads, 0.001);
                EXPECT_TRUE(std::isfinite(ns) && ns > 0) << peer << ' ' << name << ' ' << threads;
            }
        }
    }
}

TEST(GoBenchmarks, type_says_what_keys_and_values_are) {
    EXPECT_EQ(bench::go_benchmark_type("Clear"), "int:int");
    EXPECT_EQ(bench::go_benchmark_type("HashTrieMapLoad"), "string:int");
}

TEST(GoBenchmarks, an_unknown_name_or_peer_is_refused) {
    EXPECT_THROW(bench::run_go_benchmark("Load", "syncmap", 1, 0.001), std::invalid_argument);
    EXPECT_THROW(bench::run_go_benchmark("Clear", "go", 1, 0.001), std::invalid_argument);
    EXPECT_THROW(bench::go_benchmark_type(""), std::invalid_argument);
}

}  // namespace
