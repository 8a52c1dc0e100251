// SPDX-License-Identifier: BSL-1.0
//
// load and contains.
#include <cmath>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "support.hpp"
#include "support_memory.hpp"

namespace {

using namespace support;

template <class Config>
class load : public ::testing::Test {};
TYPED_TEST_SUITE(load, configs);

TYPED_TEST(load, finds_nothing_in_an_empty_map) {
    const typename TypeParam::map m;
    EXPECT_EQ(m.load(TypeParam::make_key(0)), std::nullopt);
    EXPECT_FALSE(m.contains(TypeParam::make_key(0)));
    EXPECT_EQ(m.stats().buckets, 0u);
}

TYPED_TEST(load, finds_every_stored_key_and_no_other) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 200);
    for (std::size_t i = 0; i < 200; ++i) {
        EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i));
        EXPECT_TRUE(m.contains(TypeParam::make_key(i)));
    }
    for (std::size_t i = 200; i < 400; ++i) {
        EXPECT_EQ(m.load(TypeParam::make_key(i)), std::nullopt);
        EXPECT_FALSE(m.contains(TypeParam::make_key(i)));
    }
    EXPECT_EQ(m.size(), 200u);
}

TYPED_TEST(load, sees_the_latest_value) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 40);
    for (std::size_t i = 0; i < 40; ++i) {
        for (std::size_t round = 1; round < 4; ++round) {
            m.store(TypeParam::make_key(i), TypeParam::make_value(i + 1000 * round));
            EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i + 1000 * round));
        }
    }
}

TYPED_TEST(load, finds_an_erased_key_again_once_it_is_stored_again) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 40);
    for (std::size_t round = 0; round < 20; ++round) {
        for (std::size_t i = round; i < 40; i += 3) {
            EXPECT_TRUE(m.erase(TypeParam::make_key(i)));
            EXPECT_EQ(m.load(TypeParam::make_key(i)), std::nullopt);
        }
        for (std::size_t i = round; i < 40; i += 3) {
            m.store(TypeParam::make_key(i), TypeParam::make_value(i + round));
            EXPECT_EQ(m.load(TypeParam::make_key(i)), TypeParam::make_value(i + round));
        }
    }
    EXPECT_EQ(m.size(), 40u);
}

TYPED_TEST(load, changes_nothing) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    for (std::size_t i = 0; i < 400; ++i) (void)m.load(TypeParam::make_key(i));
    expect_holds(m, model_of<TypeParam>(0, 100));
}

TEST(load_memory, is_never_taken_from_the_allocator) {
    tracking_resource memory;
    using pair = std::pair<const std::string, std::string>;
    syncmap::map<std::string, std::string, syncmap::hash<std::string>, std::equal_to<>,
                 tracking_allocator<pair, true>>
        m{tracking_allocator<pair, true>(memory)};
    for (std::size_t i = 0; i < 1000; ++i) m.store(node::make_key(i), node::make_value(i));
    const std::size_t before = memory.allocations();
    for (std::size_t i = 0; i < 2000; ++i)
        EXPECT_EQ(m.load(node::make_key(i)).has_value(), i < 1000);
    EXPECT_EQ(memory.allocations(), before);
}

TEST(load_flat, knows_keys_and_values_at_the_edges_of_their_range) {
    constexpr auto top = std::numeric_limits<std::uint64_t>::max();
    const std::vector<std::uint64_t> edges{0, 1, 2, top, top - 1, top / 2, top / 2 + 1};
    syncmap::map<std::uint64_t, std::uint64_t> m;
    for (const auto key : edges) {
        EXPECT_EQ(m.load(key), std::nullopt);
        for (const auto value : edges) {
            m.store(key, value);
            EXPECT_EQ(m.load(key), value);
        }
    }
    EXPECT_EQ(m.size(), edges.size());
}

TEST(load_flat, gives_back_nan_and_both_zeros_as_they_were_stored) {
    syncmap::map<int, double> m;
    m.store(0, std::numeric_limits<double>::quiet_NaN());
    m.store(1, -0.0);
    m.store(2, 0.0);
    EXPECT_TRUE(std::isnan(m.load(0).value()));
    EXPECT_TRUE(std::signbit(m.load(1).value()));
    EXPECT_FALSE(std::signbit(m.load(2).value()));
}

TEST(load_flat, takes_zeros_of_either_sign_as_one_key) {
    syncmap::map<double, int> m;
    m.store(0.0, 1);
    EXPECT_EQ(m.load(-0.0), 1);
    m.store(-0.0, 2);
    EXPECT_EQ(m.load(0.0), 2);
    EXPECT_EQ(m.size(), 1u);
}

TEST(load_node, copies_the_value_and_shares_nothing_with_the_map) {
    syncmap::map<int, std::vector<int>> m;
    m.store(1, std::vector<int>{1, 2, 3});
    auto copy = m.load(1);
    copy->push_back(4);
    EXPECT_EQ(m.load(1), (std::vector<int>{1, 2, 3}));
    m.store(1, std::vector<int>{});
    EXPECT_EQ(copy, (std::vector<int>{1, 2, 3, 4}));
}

}  // namespace
