// SPDX-License-Identifier: BSL-1.0
//
// syncmap::hash: equal keys agree, different keys differ, and every bit of the result depends on
// every bit of the key; how a map treats hashes that make no such promise.
#include <array>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "support.hpp"

namespace {

using namespace support;

template <class T>
std::uint64_t hashed(const T& value) {
    return syncmap::hash<T>{}(value);
}

enum class hashed_color : std::uint8_t { red, green };
enum plain { one = 1, two = 2 };

struct by_std_hash {
    int n;
};

}  // namespace

template <>
struct std::hash<by_std_hash> {
    std::size_t operator()(const by_std_hash& b) const noexcept {
        return static_cast<std::size_t>(b.n);  // the identity, as libstdc++ has it for integers
    }
};

namespace {

// A hash is good when flipping one bit of the key flips each bit of the result half of the time.
// How far from that the pairs of bits are on average, and the worst of them: the average alone
// would hide a dead bit. The hash is drawn anew for each process, so the limits leave room.
template <class Flip>
void expect_avalanche(std::size_t bits, std::size_t samples, Flip hash_with_bit_flipped) {
    double sum = 0, worst = 0;
    for (std::size_t bit = 0; bit < bits; ++bit) {
        std::array<std::size_t, 64> flips{};
        for (std::size_t sample = 0; sample < samples; ++sample) {
            const std::uint64_t difference =
                hash_with_bit_flipped(sample, bits) ^ hash_with_bit_flipped(sample, bit);
            for (std::size_t out = 0; out < 64; ++out) flips[out] += difference >> out & 1;
        }
        for (const std::size_t n : flips) {
            const double off =
                std::abs(static_cast<double>(n) / static_cast<double>(samples) - 0.5);
            sum += off;
            worst = std::max(worst, off);
        }
    }
    // A fair coin thrown n times is off by 0.4 / sqrt(n) on average.
    const double fair = 0.4 / std::sqrt(static_cast<double>(samples));
    EXPECT_LT(sum / static_cast<double>(64 * bits), fair + 0.02);
    EXPECT_LT(worst, 0.45);
}

template <class Int>
void expect_integer_avalanche() {
    constexpr std::size_t bits = sizeof(Int) * 8;
    expect_avalanche(bits, 4000, [](std::size_t sample, std::size_t bit) {
        auto key = static_cast<Int>(sample * 0x9e3779b97f4a7c15u >> 7);
        if (bit < bits) key = static_cast<Int>(key ^ static_cast<Int>(Int{1} << bit));
        return hashed<Int>(key);
    });
}

TEST(hash_avalanche, reaches_every_bit_from_every_bit_of_an_integer) {
    expect_integer_avalanche<std::uint64_t>();
    expect_integer_avalanche<std::uint32_t>();
}

TEST(hash_avalanche, reaches_every_bit_from_small_integers) {
    expect_avalanche(16, 4000, [](std::size_t sample, std::size_t bit) {
        return hashed(std::uint64_t{sample} ^ (bit < 16 ? std::uint64_t{1} << bit : 0));
    });
}

TEST(hash_avalanche, reaches_every_bit_from_every_bit_of_a_string) {
    for (const std::size_t length : {1u, 2u, 3u, 4u, 7u, 8u, 9u, 15u, 16u, 17u, 33u}) {
        SCOPED_TRACE(length);
        expect_avalanche(
            length * 8, length == 1 ? 256 : 500, [&](std::size_t sample, std::size_t bit) {
                std::string key(length, 'a');
                for (std::size_t i = 0; i < length; ++i)
                    key[i] = static_cast<char>(sample * 0x9e3779b97f4a7c15u >> (8 * (i % 8)));
                if (bit < length * 8)
                    key[bit / 8] = static_cast<char>(key[bit / 8] ^ (1 << bit % 8));
                return hashed(key);
            });
    }
}

TEST(hash_avalanche, reaches_every_bit_from_what_std_hash_gives) {
    expect_avalanche(31, 4000, [](std::size_t sample, std::size_t bit) {
        const auto n = static_cast<std::uint32_t>(sample) ^ (bit < 31 ? 1u << bit : 0u);
        return hashed(by_std_hash{static_cast<int>(n)});
    });
}

// Buckets come from the high bits and tags from the low ones: both must spread regular keys.
TEST(hash_spread, fills_high_and_low_bits_evenly_for_regular_keys) {
    for (const std::uint64_t stride :
         {1ull, 8ull, 64ull, 4096ull, 1ull << 20, 1ull << 32, 1ull << 48}) {
        SCOPED_TRACE(stride);
        constexpr std::size_t keys = 1 << 14;
        std::vector<int> high(1024), low(256);
        std::set<std::uint64_t> all;
        for (std::uint64_t i = 0; i < keys; ++i) {
            const std::uint64_t h = hashed(i * stride);
            ++high[static_cast<std::size_t>(h >> 54)];
            ++low[static_cast<std::size_t>(h & 255)];
            all.insert(h);
        }
        EXPECT_EQ(all.size(), keys) << "64-bit hashes of 64-bit keys collide";
        for (const int n : high) EXPECT_LT(n, 16 * 4);
        for (const int n : low) EXPECT_LT(n, 64 * 2);
    }
}

TEST(hash_spread, gives_hundred_thousand_strings_different_hashes) {
    std::set<std::uint64_t> all;
    for (int i = 0; i < 100000; ++i) all.insert(hashed(std::to_string(i)));
    EXPECT_EQ(all.size(), 100000u);
    all.clear();
    for (std::size_t n = 0; n < 300; ++n) all.insert(hashed(std::string(n, '\0')));
    EXPECT_EQ(all.size(), 300u) << "strings of null characters differ in length";
}

TEST(hash_agreement, is_by_value_and_lasts_as_long_as_the_process) {
    EXPECT_EQ(hashed(42), hashed(42));
    EXPECT_EQ(hashed(std::string("text")), hashed(std::string("text")));
    const std::string a(1000, 'x');
    const std::string b = "y" + a;
    EXPECT_EQ(hashed(a), hashed(b.substr(1)));
    // Wherever it lies: alignment is no part of the value.
    for (std::size_t at = 1; at < 9; ++at)
        EXPECT_EQ(syncmap::hash<std::string_view>{}(std::string_view(b).substr(at, 900)),
                  syncmap::hash<std::string_view>{}(std::string_view(a).substr(0, 900)));
}

TEST(hash_agreement, holds_between_everything_that_views_as_one_string) {
    const syncmap::hash<std::string> h;
    const std::string s = "one two three";
    EXPECT_EQ(h(s), h("one two three"));
    EXPECT_EQ(h(s), h(std::string_view("one two three")));
    EXPECT_EQ(h(s), syncmap::hash<std::string_view>{}(s));
    const syncmap::hash<std::wstring> w;
    EXPECT_EQ(w(L"wide"), w(std::wstring(L"wide")));
    const syncmap::hash<std::u16string> u;
    EXPECT_NE(u(u"ab"), u(u"ac"));
}

TEST(hash_agreement, holds_between_equal_numbers_of_different_bits) {
    EXPECT_EQ(hashed(0.0), hashed(-0.0));
    EXPECT_EQ(hashed(0.0f), hashed(-0.0f));
    EXPECT_NE(hashed(1.0), hashed(2.0));
}

// Who could read hashes in one process must not be able to choose colliding keys for the next. The
// child of a "threadsafe" death test is this program started anew; it finds here what its parent
// left in the environment.
TEST(hash_seed, differs_from_process_to_process) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    constexpr auto left = "SYNCMAP_TEST_HASHES";
    const auto hashes =
        std::to_string(hashed(42)) + "," + std::to_string(hashed(std::string("text")));
    ASSERT_EQ(setenv(left, hashes.c_str(), 0), 0);
    const auto differs = [&] {
        const std::string parents = std::getenv(left);
        const auto comma = parents.find(',');
        return parents.substr(0, comma) != hashes.substr(0, hashes.find(',')) &&
               parents.substr(comma) != hashes.substr(hashes.find(','));
    };
    EXPECT_EXIT(std::_Exit(differs() ? 0 : 1), ::testing::ExitedWithCode(0), "");
    ASSERT_EQ(unsetenv(left), 0);
}

TEST(hash_kinds, tell_integers_enums_pointers_and_booleans_apart) {
    EXPECT_NE(hashed(1), hashed(2));
    EXPECT_NE(hashed(-1), hashed(1));
    EXPECT_NE(hashed(true), hashed(false));
    EXPECT_NE(hashed('a'), hashed('b'));
    EXPECT_NE(hashed(hashed_color::red), hashed(hashed_color::green));
    EXPECT_NE(hashed(one), hashed(two));
    const int numbers[2]{};
    EXPECT_NE(hashed(&numbers[0]), hashed(&numbers[1]));
    EXPECT_EQ(hashed(&numbers[0]), hashed(&numbers[0] + 0));
    EXPECT_NE(hashed(std::numeric_limits<std::uint64_t>::max()),
              hashed(std::numeric_limits<std::uint64_t>::max() - 1));
}

TEST(hash_kinds, use_what_std_hash_knows) {
    const auto owner = std::make_shared<int>(1);
    const auto other = std::make_shared<int>(1);
    EXPECT_EQ(hashed(owner), hashed(std::shared_ptr<int>(owner)));
    EXPECT_NE(hashed(owner), hashed(other));
    EXPECT_NE(hashed(std::optional<int>(1)), hashed(std::optional<int>(2)));
    EXPECT_EQ(hashed(by_std_hash{7}), hashed(by_std_hash{7}));
    EXPECT_NE(hashed(by_std_hash{7}), hashed(by_std_hash{8}));
}

TEST(hash_kinds, mind_the_order_and_the_borders_of_pairs_and_tuples) {
    using ints = std::pair<int, int>;
    using texts = std::pair<std::string, std::string>;
    EXPECT_EQ(hashed(ints(1, 2)), hashed(ints(1, 2)));
    EXPECT_NE(hashed(ints(1, 2)), hashed(ints(2, 1)));
    EXPECT_NE(hashed(ints(0, 0)), hashed(ints(0, 1)));
    EXPECT_NE(hashed(ints(1, 1)), hashed(ints(2, 2)));
    EXPECT_NE(hashed(texts("ab", "c")), hashed(texts("a", "bc")));
    EXPECT_NE(hashed(texts("", "a")), hashed(texts("a", "")));
    using three = std::tuple<int, std::string, hashed_color>;
    EXPECT_EQ(hashed(three(1, "a", hashed_color::red)), hashed(three(1, "a", hashed_color::red)));
    EXPECT_NE(hashed(three(1, "a", hashed_color::red)), hashed(three(1, "a", hashed_color::green)));
    EXPECT_NE(hashed(three(1, "a", hashed_color::red)), hashed(three(2, "a", hashed_color::red)));
    EXPECT_NE(hashed(std::tuple<int, int>(1, 2)), hashed(std::tuple<int, int>(2, 1)));
    using nested = std::pair<ints, std::tuple<int>>;
    EXPECT_NE(hashed(nested({1, 2}, 3)), hashed(nested({1, 3}, 2)));
    std::set<std::uint64_t> all;
    for (int a = 0; a < 200; ++a)
        for (int b = 0; b < 200; ++b) all.insert(hashed(ints(a, b)));
    EXPECT_EQ(all.size(), 40000u);
}

TEST(hash_kinds, are_keys_of_maps) {
    syncmap::map<std::pair<int, std::string>, int> pairs;
    for (int i = 0; i < 100; ++i) pairs.store(std::pair(i % 10, std::to_string(i)), i);
    EXPECT_EQ(pairs.size(), 100u);
    EXPECT_EQ(pairs.load(std::pair(2, std::string("42"))), 42);
    syncmap::map<hashed_color, int> colors;
    colors.store(hashed_color::green, 1);
    EXPECT_EQ(colors.load(hashed_color::red), std::nullopt);
    syncmap::map<std::unique_ptr<int>, int> owners;
    auto key = std::make_unique<int>(1);
    const int* address = key.get();
    owners.store(std::move(key), 5);
    owners.for_each([&](const std::unique_ptr<int>& p, int) { EXPECT_EQ(p.get(), address); });
    EXPECT_EQ(owners.size(), 1u);
}

// Each member that inserts, with keys that can be moved and not copied.
template <class T>
void insert_move_only_keys(const T& value) {
    syncmap::map<std::unique_ptr<int>, T> owners;
    owners.store(std::make_unique<int>(1), value);
    EXPECT_FALSE(owners.load_or_store(std::make_unique<int>(2), value).second);
    EXPECT_FALSE(owners.load_or_compute(std::make_unique<int>(3), [&] { return value; }).second);
    EXPECT_TRUE(owners.try_emplace(std::make_unique<int>(4), value).second);
    EXPECT_EQ(owners.exchange(std::make_unique<int>(5), value), std::nullopt);
    owners.update(std::make_unique<int>(6), [&](const T*) { return std::optional(value); });
    int sum = 0;
    owners.for_each([&](const std::unique_ptr<int>& k, const T& v) { sum += v == value ? *k : 0; });
    EXPECT_EQ(sum, 1 + 2 + 3 + 4 + 5 + 6);
}
TEST(hash_kinds, move_only_keys_are_inserted_by_every_member) {
    insert_move_only_keys(7);
    insert_move_only_keys(std::string("seven"));
}

// --- What a map makes of a hash ---------------------------------------------------------------

struct identity_hash {
    std::uint64_t operator()(std::uint64_t key) const { return key; }
};
struct trusted_identity_hash : identity_hash {
    using is_avalanching = void;
};
template <class Hash>
using map_with = syncmap::map<std::uint64_t, std::uint64_t, Hash>;

// Regular keys under the identity would all meet in a few buckets.
TEST(hash_mixing, spreads_a_hash_that_does_not_claim_to_be_good) {
    for (const std::uint64_t stride : {1ull, 64ull, 1ull << 32, 1ull << 50}) {
        SCOPED_TRACE(stride);
        map_with<identity_hash> m;
        map_with<std::hash<std::uint64_t>> n;
        for (std::uint64_t i = 0; i < 10000; ++i) {
            m.store(i * stride, i);
            n.store(i * stride, i);
        }
        EXPECT_LE(m.stats().overflow_buckets, m.stats().buckets / 8);
        EXPECT_LE(n.stats().overflow_buckets, n.stats().buckets / 8);
    }
}

// ... and one that claims it is believed, which these show by meeting.
TEST(hash_mixing, believes_a_hash_that_says_it_is_avalanching) {
    map_with<trusted_identity_hash> m(1000);
    for (std::uint64_t i = 0; i < 200; ++i) m.store(i, i);
    EXPECT_GE(m.stats().overflow_buckets, 10u);
    for (std::uint64_t i = 0; i < 200; ++i) EXPECT_EQ(m.load(i), i);
    static_assert(requires { typename syncmap::hash<int>::is_avalanching; });
    static_assert(requires { typename syncmap::hash<std::string>::is_avalanching; });
    static_assert(requires { typename syncmap::hash<std::string>::is_transparent; });
}

// 32 bits are enough, wherever they are.
TEST(hash_mixing, works_with_hashes_narrower_than_64_bits) {
    struct narrow_hash {
        std::uint32_t operator()(std::uint64_t key) const {
            return static_cast<std::uint32_t>(syncmap::hash<std::uint64_t>{}(key));
        }
    };
    map_with<narrow_hash> m;
    for (std::uint64_t i = 0; i < 10000; ++i) m.store(i, i);
    EXPECT_LE(m.stats().overflow_buckets, m.stats().buckets / 8);
    for (std::uint64_t i = 0; i < 10000; ++i) EXPECT_EQ(m.load(i), i);
}

}  // namespace
