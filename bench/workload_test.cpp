// SPDX-License-Identifier: BSL-1.0
//
// That scripts do what their workload's name says, and that the tools they are made with are right.
#include "histogram.hpp"
#include "random.hpp"
#include "types.hpp"
#include "workload.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

namespace bench {
namespace {

cell cell_of(const char* name, std::uint64_t keys, unsigned threads = 1) {
    cell c;
    c.what = find_workload(name);
    c.name = name;
    c.keys = keys;
    c.threads = threads;
    c.dist = c.what->usual;
    return c;
}

op op_at(const script& s, std::size_t i) { return s.ops.empty() ? s.only : s.ops[i]; }

TEST(Types, keys_differ_and_strings_have_16_to_24_bytes) {
    std::set<std::string> strings;
    std::set<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        const auto key = make_key<std::string>(i);
        EXPECT_GE(key.size(), 16U);
        EXPECT_LE(key.size(), 24U);
        strings.insert(key);
        numbers.insert(make_key<std::uint64_t>(i));
    }
    EXPECT_EQ(strings.size(), 10'000U);
    EXPECT_EQ(numbers.size(), 10'000U);
    EXPECT_EQ(make_value<std::string>(7).size(), 32U);
    EXPECT_EQ(sizeof(record), 256U);
}

TEST(Histogram, percentiles_are_right_within_a_class) {
    histogram h;
    for (std::uint64_t i = 1; i <= 100'000; ++i) h.add(i);
    EXPECT_EQ(h.total(), 100'000U);
    EXPECT_EQ(h.largest(), 100'000U);
    for (const double part : {0.5, 0.9, 0.99, 0.999}) {
        const double exact = part * 100'000;
        EXPECT_GE(static_cast<double>(h.percentile(part)), exact);
        EXPECT_LE(static_cast<double>(h.percentile(part)), exact * 1.04);
    }
    EXPECT_EQ(h.percentile(1), 100'000U);
    EXPECT_EQ(histogram().percentile(0.5), 0U);
}

TEST(Histogram, every_value_is_in_a_class_that_reaches_to_it) {
    std::size_t before = 0;
    for (std::uint64_t x = 0; x < 5'000; ++x) {
        const std::size_t at = histogram::class_of(x);
        EXPECT_LE(x, histogram::upper_end(at));
        EXPECT_TRUE(at == before || at == before + 1) << x;
        if (x > 0) {
            EXPECT_EQ(at == before, histogram::upper_end(before) >= x) << x;
        }
        before = at;
    }
    histogram h;
    h.add(~std::uint64_t{0});  // what is beyond all classes is in the last one
    EXPECT_EQ(h.largest(), ~std::uint64_t{0});
}

TEST(Zipf, ranks_are_as_frequent_as_they_should_be) {
    constexpr std::uint64_t count = 1'000;
    constexpr int drawn = 1'000'000;
    double weights = 0;
    for (std::uint64_t k = 1; k <= count; ++k)
        weights += std::pow(static_cast<double>(k), -zipf_source::exponent);
    const zipf_source zipf(count);
    random_source random(1);
    std::vector<int> seen(count);
    for (int i = 0; i < drawn; ++i) ++seen.at(zipf.next(random));
    for (const std::size_t rank : {0U, 1U, 2U, 9U, 99U}) {
        const double expected =
            drawn * std::pow(static_cast<double>(rank + 1), -zipf_source::exponent) / weights;
        EXPECT_NEAR(seen[rank], expected, expected * 0.1) << rank;
    }
}

TEST(Zipf, scattering_is_one_to_one) {
    for (const std::uint64_t count : {1U, 2U, 3U, 10U, 1000U, 1024U, 99'999U}) {
        const scattering scatter(count);
        std::set<std::uint32_t> images;
        for (std::uint64_t rank = 0; rank < count; ++rank) images.insert(scatter(rank));
        EXPECT_EQ(images.size(), count);
        EXPECT_LT(*images.rbegin(), count);
    }
}

TEST(Workload, every_script_stays_within_its_keys) {
    for (const workload& w : workloads()) {
        if (w.make == nullptr) continue;
        for (const std::uint64_t keys : {1U, 2U, 3U, 100U, 1000U}) {
            for (const unsigned threads : {1U, 2U, 5U}) {
                const cell c = cell_of(std::string(w.name).c_str(), keys, threads);
                for (unsigned t = 0; t < threads; ++t) {
                    const script s = w.make(c, t);
                    EXPECT_TRUE(s.ops.empty() || s.ops.size() == s.keys.size()) << w.name;
                    for (const std::uint32_t k : s.keys)
                        ASSERT_LT(k, std::max<std::uint64_t>(keys, w.key_numbers(c))) << w.name;
                }
            }
        }
    }
}

TEST(Workload, shares_of_operations_are_as_the_title_says) {
    const auto share = [](const char* name, op wanted) {
        const cell c = cell_of(name, 100'000);
        const script s = c.what->make(c, 0);
        std::size_t n = 0;
        for (std::size_t i = 0; i < s.keys.size(); ++i) n += op_at(s, i) == wanted;
        return static_cast<double>(n) / static_cast<double>(s.keys.size());
    };
    EXPECT_NEAR(share("W1", op::load), 1, 0);
    EXPECT_NEAR(share("W4", op::store), 0.01, 0.003);
    EXPECT_NEAR(share("W5", op::load), 0.9, 0.01);
    EXPECT_NEAR(share("W5", op::erase), 0.05, 0.01);
    EXPECT_NEAR(share("W6", op::store), 0.5, 0.01);
    EXPECT_NEAR(share("W7", op::insert), 1, 0);
    EXPECT_NEAR(share("ReadHeavy", op::load), 0.98, 0.01);
    EXPECT_NEAR(share("Exchange", op::insert), 0.4, 0.01);
    EXPECT_NEAR(share("Exchange", op::update), 0.1, 0.01);
    EXPECT_NEAR(share("RapidGrow", op::insert), 0.8, 0.01);
    EXPECT_NEAR(share("YCSB-B", op::store), 0.05, 0.01);
    EXPECT_NEAR(share("YCSB-D", op::insert), 0.05, 0.01);
    EXPECT_NEAR(share("YCSB-F", op::update), 0.5, 0.01);
}

/// Performs the scripts of all threads one after the other, twice if they are performed again and again.
void expect_exact(const char* name, unsigned threads, bool again) {
    const cell c = cell_of(name, 1000, threads);
    std::set<std::uint32_t> map;
    for (std::uint32_t k = 0; k < c.what->prefilled(c); ++k) map.insert(k);
    const auto before = map;
    for (int pass = 0; pass < (again ? 2 : 1); ++pass) {
        for (unsigned t = 0; t < threads; ++t) {
            const script s = c.what->make(c, t);
            for (std::size_t i = 0; i < s.keys.size(); ++i) {
                const std::uint32_t k = s.keys[i];
                if (op_at(s, i) == op::insert) {
                    ASSERT_TRUE(map.insert(k).second) << name << ' ' << i;
                } else if (op_at(s, i) == op::erase) {
                    ASSERT_EQ(map.erase(k), 1U) << name << ' ' << i;
                } else {
                    ASSERT_TRUE(map.contains(k)) << name << ' ' << i;
                }
            }
        }
        if (again) {
            EXPECT_EQ(map, before) << name;
        }
    }
}

TEST(Workload, every_insert_adds_and_every_erase_removes) {
    for (const unsigned threads : {1U, 3U}) {
        expect_exact("W7", threads, false);
        expect_exact("W10", threads, true);
        expect_exact("ReadHeavy", threads, true);
        expect_exact("Exchange", threads, true);
        expect_exact("RapidGrow", threads, false);
        expect_exact("YCSB-D", threads, false);
    }
}

TEST(Workload, threads_differ_in_what_they_do) {
    const cell c = cell_of("W1", 1000, 2);
    EXPECT_NE(c.what->make(c, 0).keys, c.what->make(c, 1).keys);
    EXPECT_EQ(c.what->make(c, 0).keys, c.what->make(c, 0).keys);
}

}  // namespace
}  // namespace bench
