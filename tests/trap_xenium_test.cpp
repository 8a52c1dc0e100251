// SPDX-License-Identifier: BSL-1.0
//
// xenium's vyukov_hash_map searched for ever once a bucket was full of keys with equal hashes.
// Here every member is used on chains of such buckets: full, with holes, and all dead.
#include <iterator>
#include <random>
#include <span>
#include <vector>

#include "support.hpp"

namespace trap_xenium {
namespace {

template <unsigned Bits>
struct truncated {
    template <class Key>
    struct hash {
        std::uint64_t operator()(const Key& key) const {
            return syncmap::hash<Key>{}(key) & ((std::uint64_t{1} << Bits) - 1);
        }
    };
};

// A few members change, one at a time, and the rest look; a std::map tells what is right.
template <class Config>
class twins {
public:
    void change(std::size_t n, unsigned way) {
        const auto key = Config::make_key(n);
        const auto value = Config::make_value(n + way);
        const auto at = model_.find(key);
        const bool there = at != model_.end();
        const auto before = there ? std::optional(at->second) : std::nullopt;
        switch (way) {
        case 0: EXPECT_EQ(map_.erase(key), there); break;
        case 1: EXPECT_EQ(map_.load_and_erase(key), before); break;
        case 2: EXPECT_EQ(map_.exchange(key, value), before); break;
        case 3: EXPECT_EQ(map_.load_or_store(key, value).second, there); break;
        case 4: EXPECT_EQ(map_.load_or_compute(key, [&] { return value; }).second, there); break;
        case 5: EXPECT_EQ(map_.try_emplace(key, value).second, !there); break;
        case 6: EXPECT_EQ(map_.compare_exchange(key, before.value_or(value), value), there); break;
        case 7: EXPECT_EQ(map_.compare_and_erase(key, before.value_or(value)), there); break;
        case 8: map_.update(key, [&](const auto*) { return std::optional(value); }); break;
        default: map_.store(key, value);
        }
        if (way < 2 || way == 7)
            model_.erase(key);
        else if (way == 2 || way == 8 || way > 8 || (way == 6 && there))
            model_.insert_or_assign(key, value);
        else if (way != 6)
            model_.try_emplace(key, value);
    }
    void look(std::size_t n) {
        const auto key = Config::make_key(n);
        const bool there = model_.contains(key);
        EXPECT_EQ(map_.contains(key), there);
        EXPECT_EQ(map_.visit(key, [](const auto&) {}), there);
        EXPECT_EQ(static_cast<bool>(map_.pin(key)), there);
        std::vector<std::optional<typename Config::value>> out(1);
        EXPECT_EQ(map_.load_many(std::span(&key, 1), out), there ? 1u : 0u);
    }
    void expect_equal() { support::expect_holds(map_, model_); }
    void erase_odd() {
        const auto odd = [](const auto& key) {
            return std::hash<typename Config::key>{}(key) % 2 != 0;
        };
        const std::size_t erased =
            std::erase_if(model_, [&](const auto& e) { return odd(e.first); });
        EXPECT_EQ(map_.erase_if([&](const auto& key, const auto&) { return odd(key); }), erased);
    }
    void reshape(std::size_t way) {
        way % 2 == 0 ? map_.reserve(500) : map_.shrink_to_fit();
        map_.reclaim();
    }
    auto& map() { return map_; }

private:
    typename Config::map map_;
    typename Config::model model_;
};

template <class Config>
void every_member_on(std::size_t keys) {
    twins<Config> both;
    std::mt19937 roll(1);
    for (std::size_t round = 0; round < 12; ++round) {
        for (std::size_t i = 0; i < support::scaled(6 * keys); ++i) {
            both.change(roll() % keys, static_cast<unsigned>(roll() % (round % 2 == 0 ? 16 : 9)));
            both.look(roll() % (2 * keys));
        }
        both.expect_equal();
        both.reshape(round);
        if (round % 4 == 3) both.erase_odd();
        ASSERT_FALSE(::testing::Test::HasFailure()) << "in round " << round;
    }
}

using support::config;
using support::constant_hash;

TEST(trap_from_xenium, every_member_ends_and_is_right_when_all_hashes_are_equal) {
    every_member_on<config<support::flat, constant_hash>>(100);
    every_member_on<config<support::node, constant_hash>>(100);
}

TEST(trap_from_xenium, every_member_ends_and_is_right_when_hashes_have_few_bits) {
    every_member_on<config<support::flat, truncated<1>::hash>>(100);
    every_member_on<config<support::node, truncated<3>::hash>>(300);
    every_member_on<config<support::flat, truncated<6>::hash>>(2000);
}

TEST(trap_from_xenium, a_bucket_that_is_exactly_full_takes_one_key_more) {
    for (std::size_t full : {13u, 14u, 15u, 28u, 29u}) {
        config<support::flat, constant_hash>::map m;
        for (std::size_t n = 0; n < full; ++n) {
            m.store(n, n);
            EXPECT_FALSE(m.contains(full)) << "among " << n + 1;
        }
        EXPECT_FALSE(m.load_or_store(full, 7u).second);
        EXPECT_TRUE(m.erase(full));
        EXPECT_EQ(m.size(), full);
    }
}

TEST(trap_from_xenium, a_chain_does_not_grow_while_equal_hashes_come_and_go) {
    config<support::flat, constant_hash>::map m;
    for (std::size_t n = 0; n < 50; ++n) m.store(n, n);
    const std::size_t before = m.stats().overflow_buckets;
    for (std::size_t n = 0; n < support::scaled(30'000); ++n) {
        m.erase(n);
        m.store(n + 50, n);
    }
    EXPECT_LE(m.stats().overflow_buckets, 2 * before + 4);
    EXPECT_EQ(m.size(), 50u);
}

}  // namespace
}  // namespace trap_xenium
