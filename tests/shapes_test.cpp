// SPDX-License-Identifier: BSL-1.0
//
// Entries of every size and shape: whatever way the map stores them, each member must give back
// all of their bytes and none of a neighbour's.
#include <array>
#include <cstring>
#include <optional>

#include "support.hpp"

namespace {

using namespace support;

struct empty_value {
    friend bool operator==(empty_value, empty_value) { return true; }
};

// Trivially copyable in sizes no machine word has.
template <std::size_t N>
struct bytes {
    std::array<unsigned char, N> data;
    friend bool operator==(const bytes&, const bytes&) = default;
    friend bool operator<(const bytes& a, const bytes& b) { return a.data < b.data; }
};

// Padding differs between equal keys.
struct padded {
    char c;
    std::uint64_t n;
    friend bool operator==(const padded& a, const padded& b) { return a.c == b.c && a.n == b.n; }
};

struct alignas(64) overaligned {
    std::uint64_t n;
    friend bool operator==(const overaligned&, const overaligned&) = default;
};

enum class color : std::uint16_t {};

template <class T>
T make(std::size_t i) {
    if constexpr (std::is_same_v<T, padded>) {
        padded p;
        std::memset(&p, static_cast<int>(i + 1), sizeof p);
        p.c = static_cast<char>(i % 7);
        p.n = i;
        return p;
    } else if constexpr (std::is_same_v<T, overaligned>) {
        return overaligned{i};
    } else if constexpr (std::is_empty_v<T>) {
        return T{};
    } else if constexpr (std::is_pointer_v<T>) {
        return reinterpret_cast<T>(i * sizeof(std::remove_pointer_t<T>));
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(i) / T{4};
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
        return static_cast<T>(i);
    } else {
        T t{};
        for (std::size_t b = 0; b < t.data.size(); ++b)
            t.data[b] = static_cast<unsigned char>(b == 0 ? i : i * (b + 3));
        return t;
    }
}

struct shape_hash {
    template <class K>
    std::uint64_t operator()(const K& key) const {
        if constexpr (std::is_same_v<K, padded>)
            return syncmap::hash<std::uint64_t>{}(key.n);
        else if constexpr (requires { key.data; })
            return syncmap::hash<std::uint64_t>{}(key.data[0]);
        else if constexpr (requires { key.n; })
            return syncmap::hash<std::uint64_t>{}(key.n);
        else
            return syncmap::hash<K>{}(key);
    }
};

template <class K, class V>
struct shape {
    using key = K;
    using value = V;
};

template <class Shape>
class shapes : public ::testing::Test {};
using all_shapes =
    ::testing::Types<shape<std::uint8_t, std::uint8_t>, shape<bytes<3>, bytes<3>>,
                     shape<bytes<16>, bytes<5>>, shape<padded, bool>, shape<color, empty_value>,
                     shape<bytes<7>, const int*>, shape<bytes<17>, double>,
                     shape<std::uint64_t, bytes<9>>, shape<overaligned, overaligned>>;
TYPED_TEST_SUITE(shapes, all_shapes);

// Failures are counted, not printed: so many shapes with gtest's printers take long to compile.
TYPED_TEST(shapes, keep_every_byte_in_every_member) {
    using K = typename TypeParam::key;
    using V = typename TypeParam::value;
    constexpr std::size_t n = 120;
    syncmap::map<K, V, shape_hash> m;
    const auto failures = [&](auto check) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < n; ++i) count += check(i) ? 0 : 1;
        return count;
    };
    const auto is = [](const std::optional<V>& v, std::size_t i) { return v && *v == make<V>(i); };
    EXPECT_EQ(failures([&](auto i) { return !m.load(make<K>(i)); }), 0u);
    for (std::size_t i = 0; i < n; ++i) m.store(make<K>(i), make<V>(i));
    EXPECT_EQ(m.size(), n);
    EXPECT_EQ(failures([&](auto i) { return is(m.load(make<K>(i)), i); }), 0u);
    EXPECT_EQ(failures([&](auto i) { return is(m.exchange(make<K>(i), make<V>(i + 1)), i); }), 0u);
    EXPECT_EQ(failures([&](auto i) {
                  return m.compare_exchange(make<K>(i), make<V>(i + 1), make<V>(i + 2));
              }),
              0u);
    EXPECT_EQ(failures([&](auto i) { return *m.pin(make<K>(i)) == make<V>(i + 2); }), 0u);
    std::size_t visited = 0, wrong = 0;
    m.for_each([&](const K& key, const V& value) {
        const auto loaded = m.load(key);
        wrong += loaded && *loaded == value ? 0 : 1;
        ++visited;
    });
    EXPECT_EQ(visited, n);
    EXPECT_EQ(wrong, 0u);
    EXPECT_EQ(failures([&](auto i) { return is(m.load_and_erase(make<K>(i)), i + 2); }), 0u);
    EXPECT_TRUE(m.empty());
}

}  // namespace
