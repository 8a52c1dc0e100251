// SPDX-License-Identifier: BSL-1.0
//
// clear: empties the map at one instant.
#include <string>

#include "support.hpp"
#include "support_memory.hpp"

namespace {

using namespace support;

template <class Config>
class clear : public ::testing::Test {};
TYPED_TEST_SUITE(clear, configs);

TYPED_TEST(clear, leaves_nothing_behind) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    m.clear();
    expect_holds(m, typename TypeParam::model{});
    for (std::size_t i = 0; i < 150; ++i) {
        EXPECT_EQ(m.load(TypeParam::make_key(i)), std::nullopt);
        EXPECT_FALSE(m.erase(TypeParam::make_key(i)));
    }
}

TYPED_TEST(clear, may_be_called_on_an_empty_map) {
    typename TypeParam::map m;
    m.clear();
    m.clear();
    EXPECT_TRUE(m.empty());
    fill<TypeParam>(m, 0, 10);
    for (std::size_t i = 0; i < 10; ++i) m.erase(TypeParam::make_key(i));
    m.clear();
    EXPECT_TRUE(m.empty());
}

TYPED_TEST(clear, leaves_a_map_that_works_like_a_new_one) {
    typename TypeParam::map m;
    for (std::size_t round = 0; round < 12; ++round) {
        fill<TypeParam>(m, 0, 15 * round);
        expect_holds(m, model_of<TypeParam>(0, 15 * round));
        m.clear();
        EXPECT_TRUE(m.empty());
    }
    fill<TypeParam>(m, 0, 150);
    expect_holds(m, model_of<TypeParam>(0, 150));
}

TYPED_TEST(clear, forgets_counters_with_the_tables_they_belong_to) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 150);
    for (std::size_t i = 0; i < 75; ++i) m.erase(TypeParam::make_key(i));
    m.clear();
    const auto stats = m.stats();
    EXPECT_EQ(stats.size, 0u);
    EXPECT_FALSE(stats.amended);
    EXPECT_EQ(stats.moved_buckets, 0u);
    EXPECT_EQ(stats.overflow_buckets, 0u);
    EXPECT_EQ(stats.load_factor, 0.0);
}

TEST(clear_node, destroys_every_key_and_value) {
    struct tag;
    using value = counted<tag>;
    {
        syncmap::map<std::string, value> m;
        for (int round = 0; round < 5; ++round) {
            for (int i = 0; i < 200; ++i) m.store(std::to_string(i), value(i));
            m.clear();
        }
        EXPECT_EQ(live_after_reclaim<value>(m), 0);
    }
    EXPECT_EQ(value::live, 0);
}

TEST(clear_memory, comes_back_after_reclaim) {
    tracking_resource memory;
    using pair = std::pair<const std::uint64_t, std::uint64_t>;
    syncmap::map<std::uint64_t, std::uint64_t, syncmap::hash<std::uint64_t>, std::equal_to<>,
                 tracking_allocator<pair, true>>
        m{tracking_allocator<pair, true>(memory)};
    for (std::uint64_t i = 0; i < 10000; ++i) m.store(i, i);
    const std::size_t full = memory.bytes();
    m.clear();
    m.reclaim();
    EXPECT_LT(memory.bytes(), full / 50);
}

}  // namespace
