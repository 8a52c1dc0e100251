// SPDX-License-Identifier: BSL-1.0
//
// That charts show what was measured, and that nobody is left without a word. How they look, a person
// has to judge. Without gnuplot only the refusals can be tested.
#include "plot.hpp"
#include "plot_data.hpp"
#include "subprocess.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <unistd.h>

namespace {

using nlohmann::json;

json record(const char* workload, const char* peer, const char* metric, double median,
            int threads = 1, int keys = 1000) {
    return {{"workload", workload}, {"type", "u64:u64"},
            {"keys", keys},         {"threads", threads},
            {"peer", peer},         {"metric", metric},
            {"median", median},     {"low", 0.9 * median},
            {"high", 1.2 * median}, {"samples", json::array({median})}};
}

json results() {
    json all = json::array();
    for (const auto* peer : {"syncmap", "it's <other> & \"this\"", "U"}) {
        for (const int threads : {1, 2}) all.push_back(record("W1", peer, "ns/op", 12.5, threads));
        for (const auto* metric : {"p50", "p99", "max"})
            all.push_back(record("W7", peer, metric, 3));
        for (const int keys : {1000, 2000, 4000, 8000})
            all.push_back(record("memory", peer, "heap B/entry", 40, 1, keys));
        all.push_back(record("Go/Clear", peer, "ns/op", 70));
    }
    all.push_back(record("W1", "slow", "ns/op", 4'817'000));
    return {
        {"machine", {{"cpu", "a processor"}, {"cores", 2}}},
        {"peers", json::array({{{"name", "absent"}, {"left_out", "not found"}}})},
        {"failures", json::array({{{"where", "W3"}, {"peer", "slow"}, {"what", "lost a key"}}})},
        {"results", all}};
}

std::string drawn(const char* suffix) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("syncmap_plot_test_" + std::to_string(::getpid()) + suffix);
    bench::plot(results(), file);
    std::ifstream in(file);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    std::filesystem::remove(file);
    return text;
}

class Drawn : public testing::Test {
protected:
    void SetUp() override {
        if (!bench::in_path("gnuplot")) GTEST_SKIP() << "gnuplot is not there";
    }
};

TEST_F(Drawn, page_has_titles_figures_and_what_is_missing) {
    const auto html = drawn(".html");
    for (const auto* text :
         {"a processor", "W1: load, all hits", ">12.5<", "4.82M", "Left out: absent (not found)",
          "lost a key", "W7: grow from empty", "Throughput by number of threads",
          "Heap memory per entry", "Go's benchmarks", "it's &lt;other&gt; &amp; &quot;this&quot;"})
        EXPECT_NE(html.find(text), std::string::npos) << text;
}

TEST_F(Drawn, page_needs_nothing_from_elsewhere) {
    const auto html = drawn(".html");
    for (const auto* text : {"src=", "<link", "url(http", "href=\"http", "@import", "<script"})
        EXPECT_EQ(html.find(text), std::string::npos) << text;
}

TEST_F(Drawn, picture_is_one_svg) {
    const auto svg = drawn(".svg");
    EXPECT_TRUE(svg.starts_with("<svg "));
    EXPECT_TRUE(svg.ends_with("</svg>\n"));
    EXPECT_NE(svg.find("W1: load, all hits"), std::string::npos);
}

TEST_F(Drawn, a_file_that_cannot_be_written_is_an_error) {
    EXPECT_THROW(bench::plot(results(), "/nowhere/at/all.svg"), std::runtime_error);
}

TEST(Plot, without_gnuplot_one_is_told_to_install_it) {
    const std::string path = std::getenv("PATH");
    ::setenv("PATH", "/nowhere", 1);
    try {
        drawn(".svg");
        ADD_FAILURE() << "there is no gnuplot, and it was not missed";
    } catch (const std::runtime_error& e) {
        EXPECT_NE(std::string(e.what()).find("install"), std::string::npos) << e.what();
    }
    ::setenv("PATH", path.c_str(), 1);
}

TEST(Plot, an_unknown_suffix_is_refused) {
    EXPECT_THROW(bench::plot(results(), "chart.pdf"), std::invalid_argument);
    EXPECT_THROW(bench::plot(results(), "chart"), std::invalid_argument);
}

TEST(Plot, what_is_no_results_file_is_refused) {
    EXPECT_THROW(bench::plot(json::array(), "chart.svg"), std::invalid_argument);
    EXPECT_THROW(bench::plot({{"results", 1}}, "chart.svg"), std::invalid_argument);
    EXPECT_THROW(bench::plot({{"results", json::array()}}, "chart.svg"), std::invalid_argument);
}

TEST(Plot, numbers_have_three_digits_or_separators) {
    using bench::charts::number_text;
    EXPECT_EQ(number_text(0.04567), "0.046");
    EXPECT_EQ(number_text(7.06), "7.1");
    EXPECT_EQ(number_text(22), "22.0");
    EXPECT_EQ(number_text(321.4), "321");
    EXPECT_EQ(number_text(4817), "4,817");
    EXPECT_EQ(number_text(5.5e6), "5.5M");
}

TEST(Plot, sizes_are_written_as_on_the_command_line) {
    EXPECT_EQ(bench::charts::keys_text(1000), "1k");
    EXPECT_EQ(bench::charts::keys_text(10'000'000), "10M");
    EXPECT_EQ(bench::charts::keys_text(1'234), "1234");
}

}  // namespace
