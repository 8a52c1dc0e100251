// SPDX-License-Identifier: BSL-1.0
//
// What a map_stats looks like when it is written to a stream.
#include <gtest/gtest.h>

#include <cstdint>
#include <iomanip>
#include <limits>
#include <locale>
#include <sstream>
#include <string>
#include <syncmap/map.hpp>

namespace {

std::string text_of(const syncmap::map_stats& s) {
    std::ostringstream out;
    out << s;
    return out.str();
}

syncmap::map_stats some_stats() {
    syncmap::map_stats s;
    s.size = 120;
    s.buckets = 16;
    s.load_factor = 7.5;
    s.amended = true;
    s.misses = 3;
    s.promotions = 2;
    s.moved_buckets = 5;
    s.overflow_buckets = 1;
    s.retired_objects = 14;
    s.retired_bytes = 448;
    return s;
}

const std::string some_text = "120 entries in 16 buckets (load 7.5), amended (5 moved), 3 misses, "
                              "2 promotions, 1 overflow bucket, 14 retired (448 bytes)";

TEST(stats_text, names_every_figure) { EXPECT_EQ(text_of(some_stats()), some_text); }

TEST(stats_text, of_a_map_without_a_table) {
    EXPECT_EQ(text_of(syncmap::map<int, int>().stats()),
              "0 entries in 0 buckets (load 0.0), 0 misses, 0 promotions, 0 overflow buckets, "
              "0 retired (0 bytes)");
}

TEST(stats_text, one_of_each_is_singular) {
    syncmap::map_stats s;
    s.size = s.buckets = s.moved_buckets = s.overflow_buckets = s.retired_objects = 1;
    s.misses = s.promotions = s.retired_bytes = 1;
    s.load_factor = 1;
    s.amended = true;
    EXPECT_EQ(text_of(s), "1 entry in 1 bucket (load 1.0), amended (1 moved), 1 miss, 1 promotion, "
                          "1 overflow bucket, 1 retired (1 byte)");
}

TEST(stats_text, the_load_is_rounded) {
    syncmap::map_stats s;
    const auto load_text = [&s](double load) {
        s.load_factor = load;
        const std::string text = text_of(s);
        const std::size_t begin = text.find("(load ") + 6;
        return text.substr(begin, text.find(')') - begin);
    };
    EXPECT_EQ(load_text(0.04), "0.0");
    EXPECT_EQ(load_text(0.05), "0.1");
    EXPECT_EQ(load_text(9.94), "9.9");
    EXPECT_EQ(load_text(9.95), "10.0");
    EXPECT_EQ(load_text(123456.75), "123456.8");
    // No map says these.
    EXPECT_EQ(load_text(-1), "0.0");
    EXPECT_EQ(load_text(std::numeric_limits<double>::quiet_NaN()), "0.0");
    EXPECT_EQ(load_text(std::numeric_limits<double>::infinity()), "0.0");
}

TEST(stats_text, there_is_room_for_the_largest_figures) {
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    syncmap::map_stats s;
    s.size = s.buckets = s.moved_buckets = s.overflow_buckets = s.retired_objects =
        s.retired_bytes = std::numeric_limits<std::size_t>::max();
    s.misses = s.promotions = most;
    s.load_factor = 999'999'999'999'999.0;
    s.amended = true;
    const std::string text = text_of(s);
    const std::string last = std::to_string(s.retired_bytes) + " bytes)";
    EXPECT_TRUE(text.ends_with(last)) << text;
    EXPECT_NE(text.find("(load 999999999999999.0)"), std::string::npos) << text;
}

TEST(stats_text, flags_and_locale_of_the_stream_do_not_matter) {
    struct groups : std::numpunct<char> {
        char do_decimal_point() const override { return ','; }
        char do_thousands_sep() const override { return '.'; }
        std::string do_grouping() const override { return "\1"; }
    };
    std::ostringstream out;
    out.imbue(std::locale(std::locale::classic(), new groups));
    out << std::hex << std::showbase << std::scientific << some_stats();
    EXPECT_EQ(out.str(), some_text);
}

TEST(stats_text, width_and_fill_count_as_for_a_string) {
    std::ostringstream out;
    out << std::setw(static_cast<int>(some_text.size()) + 3) << std::setfill('.') << some_stats()
        << some_stats();
    EXPECT_EQ(out.str(), "..." + some_text + some_text);
}

TEST(stats_text, is_what_stats_says) {
    syncmap::map<std::string, int> m;
    m.reserve(140);
    for (int i = 0; i < 140; ++i) m.store("key " + std::to_string(i), i);
    m.reserve(3000);
    m.store("key 0", 0);
    const syncmap::map_stats s = m.stats();
    ASSERT_TRUE(s.amended);
    EXPECT_EQ(text_of(s).find("140 entries in " + std::to_string(s.buckets) + " buckets (load "),
              0u);
    EXPECT_NE(text_of(s).find("amended (" + std::to_string(s.moved_buckets) + " moved)"),
              std::string::npos);
}

}  // namespace
