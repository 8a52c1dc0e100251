// SPDX-License-Identifier: BSL-1.0
//
// for_each of a part: what is there throughout is shown by exactly one of the parts, whatever the tables are like when
// its turn comes, and a part costs its share.
#include <cstdint>
#include <limits>
#include <map>
#include <stdexcept>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class Config>
class for_each_parts : public ::testing::Test {
protected:
    using shown = std::map<typename Config::key, std::size_t>;

    /// Notes which part has shown each key; a key that is shown twice is a failure by itself.
    static void note(const typename Config::map& m, std::size_t part, std::size_t parts,
                     shown& by) {
        m.for_each(part, parts, [&](const auto& k, const auto&) {
            EXPECT_TRUE(by.emplace(k, part).second)
                << "part " << part << " of " << parts << " shows what another one has shown";
        });
    }
    static shown parts_of(const typename Config::map& m, std::size_t parts) {
        shown by;
        for (std::size_t part = 0; part < parts; ++part) note(m, part, parts, by);
        return by;
    }
};
TYPED_TEST_SUITE(for_each_parts, configs);

// Powers of two, whose parts end where buckets do, others, and more than there are buckets or entries.
constexpr std::size_t numbers_of_parts[] = {1, 2, 3, 7, 8, 10, 16, 31, 64, 333};

TYPED_TEST(for_each_parts, show_every_element_once_at_every_size) {
    typename TypeParam::map m;
    for (std::size_t n = 0; n < 120; n += 1 + n / 8) {
        for (const std::size_t parts : numbers_of_parts)
            ASSERT_EQ(TestFixture::parts_of(m, parts).size(), m.size()) << parts;
        fill<TypeParam>(m, m.size(), n);
    }
    while (!m.empty()) {
        for (std::size_t i = 0; i < 9; ++i) m.erase(TypeParam::make_key(m.size() - 1));
        for (const std::size_t parts : numbers_of_parts)
            ASSERT_EQ(TestFixture::parts_of(m, parts).size(), m.size()) << parts;
    }
}

// So a part can run now, and the next one when the table is another.
TYPED_TEST(for_each_parts, are_the_same_in_every_table) {
    for (const std::size_t parts : numbers_of_parts) {
        typename TypeParam::map m;
        fill<TypeParam>(m, 0, 100);
        const auto before = TestFixture::parts_of(m, parts);
        m.reserve(3000);
        EXPECT_TRUE(m.stats().amended);
        EXPECT_EQ(TestFixture::parts_of(m, parts), before) << "while buckets move";
        for (std::size_t i = 0; m.stats().amended && i < 10000; ++i)
            m.store(TypeParam::make_key(i % 100), TypeParam::make_value(i));
        EXPECT_EQ(TestFixture::parts_of(m, parts), before) << "in a larger table";
        for (std::size_t i = 0; i < 3; ++i) {
            m.shrink_to_fit();
            EXPECT_EQ(TestFixture::parts_of(m, parts), before) << "while buckets meet";
            for (std::size_t n = 0; m.stats().amended && n < 10000; ++n)
                m.store(TypeParam::make_key(n % 100), TypeParam::make_value(n));
        }
        EXPECT_EQ(TestFixture::parts_of(m, parts), before) << "in a smaller table";
    }
}

TYPED_TEST(for_each_parts, miss_no_key_that_stays_while_the_map_grows_and_shrinks) {
    for (const std::size_t parts : {2u, 3u, 7u, 16u}) {
        typename TypeParam::map m;
        fill<TypeParam>(m, 0, 60);
        std::multiset<typename TypeParam::key> visited;
        std::size_t calls = 0;
        for (std::size_t part = 0; part < parts; ++part) {
            m.for_each(part, parts, [&](const auto& key, const auto&) {
                visited.insert(key);
                if (++calls > 60) return;
                const std::size_t base = 1000 + 10 * calls;
                fill<TypeParam>(m, base, base + 10);
                if (calls % 20 == 0) m.shrink_to_fit();
                if (calls % 20 == 10) m.reserve(200 * calls);
            });
            for (std::size_t i = 60; i < 1700; ++i) m.erase(TypeParam::make_key(i));
            m.shrink_to_fit();
        }
        for (std::size_t i = 0; i < 60; ++i)
            EXPECT_EQ(visited.count(TypeParam::make_key(i)), 1u) << i << " of " << parts;
        for (const auto& key : visited) EXPECT_EQ(visited.count(key), 1u);
    }
}

TYPED_TEST(for_each_parts, show_no_key_twice_that_is_erased_and_stored_again) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    std::multiset<typename TypeParam::key> visited;
    for (std::size_t part = 0; part < 5; ++part) {
        m.for_each(part, 5, [&](const auto& key, const auto&) { visited.insert(key); });
        for (std::size_t i = 0; i < 100; ++i) m.erase(TypeParam::make_key(i));
        fill<TypeParam>(m, 0, 100);
    }
    for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(visited.count(TypeParam::make_key(i)), 1u) << i;
}

TYPED_TEST(for_each_parts, show_what_is_there_after_a_clear) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 100);
    typename TestFixture::shown visited;
    TestFixture::note(m, 0, 4, visited);
    m.clear();
    for (std::size_t part = 1; part < 3; ++part) TestFixture::note(m, part, 4, visited);
    fill<TypeParam>(m, 200, 205);
    TestFixture::note(m, 3, 4, visited);
    for (const auto& [key, part] : visited) EXPECT_TRUE(part == 0 || m.contains(key));
}

TYPED_TEST(for_each_parts, stop_when_told_to_each_for_itself) {
    typename TypeParam::map m;
    fill<TypeParam>(m, 0, 200);
    std::size_t all = 0;
    for (std::size_t part = 0; part < 3; ++part) {
        std::size_t of_part = 0;
        m.for_each(part, 3, [&](const auto&, const auto&) { ++of_part; });
        std::size_t calls = 0;
        m.for_each(part, 3, [&](const auto&, const auto&) { return ++calls < 2; });
        EXPECT_EQ(calls, std::min<std::size_t>(of_part, 2));
        EXPECT_THROW(
            {
                m.for_each(part, 3,
                           [](const auto&, const auto&) { throw std::runtime_error("no"); });
                if (of_part == 0) throw std::runtime_error("nobody to throw");
            },
            std::runtime_error);
        all += of_part;
    }
    EXPECT_EQ(all, 200u);
    expect_holds(m, model_of<TypeParam>(0, 200));
}

// The first and the last hash of each part, those beside them, and the first and last of all.
struct itself {
    using is_avalanching = void;
    std::uint64_t operator()(std::uint64_t key) const { return key; }
};

TEST(for_each_parts_hashes, are_each_in_one_part) {
    constexpr std::uint64_t last = ~std::uint64_t{0};
    for (const std::size_t parts : {1u, 2u, 3u, 5u, 7u, 16u, 100u}) {
        syncmap::map<std::uint64_t, int, itself> m{{0, 0}, {1, 0}, {last, 0}, {last - 1, 0}};
        for (std::size_t part = 1; part < parts; ++part) {
            const std::uint64_t about = last / parts * part;
            for (std::uint64_t i = 0; i < 2 * part + 2; ++i) m.store(about - 1 + i, 0);
        }
        for (const bool larger : {false, true}) {
            if (larger) m.reserve(20'000);
            std::map<std::uint64_t, std::size_t> part_of;
            for (std::size_t part = 0; part < parts; ++part) {
                m.for_each(part, parts, [&](std::uint64_t key, int) {
                    EXPECT_TRUE(part_of.emplace(key, part).second) << key;
                });
            }
            EXPECT_EQ(part_of.size(), m.size());
            std::size_t before = 0;
            for (const auto& [key, part] : part_of) {
                EXPECT_GE(part, before) << "parts are ranges";
                before = part;
            }
        }
    }
}

struct counting_hash {
    static inline std::size_t calls = 0;
    std::uint64_t operator()(std::uint64_t key) const {
        ++calls;
        return syncmap::hash<std::uint64_t>{}(key);
    }
};

// Only a bucket that a part shares with the one before or behind it has to be looked through: a part is no filter over
// the whole table.
TEST(for_each_parts_cost, hash_no_more_than_the_buckets_at_their_ends) {
    syncmap::map<std::uint64_t, std::uint64_t, counting_hash> m;
    for (std::uint64_t i = 0; i < 50'000; ++i) m.store(i, i);
    while (m.stats().amended) m.store(1, 1);
    for (const std::size_t parts : {1u, 2u, 3u, 8u, 10u, 100u, 1000u}) {
        const bool whole_buckets = (parts & (parts - 1)) == 0;
        for (std::size_t part = 0; part < parts; ++part) {
            counting_hash::calls = 0;
            m.for_each(part, parts, [](std::uint64_t, std::uint64_t) {});
            EXPECT_LE(counting_hash::calls, whole_buckets ? 0u : 2 * 40u);
        }
    }
}

TEST(for_each_parts_cost, are_of_about_the_same_size) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    for (std::uint64_t i = 0; i < 70'000; ++i) m.store(i, i);
    for (const std::size_t parts : {2u, 7u, 16u, 60u}) {
        std::size_t all = 0;
        for (std::size_t part = 0; part < parts; ++part) {
            std::size_t n = 0;
            m.for_each(part, parts, [&](std::uint64_t, std::uint64_t) { ++n; });
            EXPECT_GT(n, 70'000 / parts * 3 / 4);
            EXPECT_LT(n, 70'000 / parts * 5 / 4);
            all += n;
        }
        EXPECT_EQ(all, 70'000u);
    }
}

// However many: the first and the last of them are a part of the hashes, too.
TEST(for_each_parts_cost, may_be_absurdly_many) {
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    syncmap::map<std::uint64_t, std::uint64_t> m;
    for (std::uint64_t i = 0; i < 1000; ++i) m.store(i, i);
    for (const std::size_t parts : {most, most / 2 + 1, most / 3}) {
        for (const std::size_t part : {std::size_t{0}, parts / 2, parts - 1}) {
            std::size_t n = 0;
            m.for_each(part, parts, [&](std::uint64_t, std::uint64_t) { ++n; });
            EXPECT_LE(n, 1000u);
        }
    }
}

#if !defined(NDEBUG) && GTEST_HAS_DEATH_TEST
TEST(for_each_parts_death, counts_from_0) {
    const syncmap::map<int, int> m;
    EXPECT_DEATH(m.for_each(3, 3, [](int, int) {}), "counted from 0");
    EXPECT_DEATH(m.for_each(0, 0, [](int, int) {}), "counted from 0");
}
#endif

}  // namespace
