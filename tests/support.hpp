// SPDX-License-Identifier: BSL-1.0
//
// What all behaviour tests share: the kinds of maps they run on (how an entry is stored, how good
// its hash is), value types that count their instances, and comparison of a map with a model.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <syncmap/map.hpp>
#include <type_traits>
#include <utility>

namespace support {

// SYNCMAP_SLOW_MACHINE is defined for emulators and the like.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SYNCMAP_SLOW_MACHINE)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = false;
#endif
#else
inline constexpr bool sanitized = false;
#endif

// Repetitions shrink under sanitizers, never the variety of what is done.
constexpr std::size_t scaled(std::size_t n) { return sanitized ? n / 10 + 1 : n; }

// A single operation moves no more buckets than this: three units, two buckets each while shrinking.
inline constexpr std::size_t move_limit = 6;

// --- Hashes -----------------------------------------------------------------------------------

template <class Key>
using good_hash = syncmap::hash<Key>;

// Everything collides: one home bucket, one tag.
template <class Key>
struct constant_hash {
    using is_transparent = void;
    template <class K>
    std::uint64_t operator()(const K&) const {
        return 42;
    }
};

// Few homes, each with far more keys than a bucket holds.
template <class Key>
struct eight_hash {
    using is_transparent = void;
    template <class K>
    std::uint64_t operator()(const K& key) const {
        return syncmap::hash<Key>{}(key) % 8;
    }
};

// These two claim to need no mixing, so that all entropy is where one part of a table looks.
template <class Key>
struct low_bits_hash {
    using is_transparent = void;
    using is_avalanching = void;
    template <class K>
    std::uint64_t operator()(const K& key) const {
        return std::uint64_t{syncmap::hash<Key>{}(key)} & 0xff;
    }
};

template <class Key>
struct high_bits_hash {
    using is_transparent = void;
    using is_avalanching = void;
    template <class K>
    std::uint64_t operator()(const K& key) const {
        return std::uint64_t{syncmap::hash<Key>{}(key)} << 32;
    }
};

// --- Kinds of entries -------------------------------------------------------------------------

struct flat {
    using key = std::uint64_t;
    using value = std::uint64_t;
    static constexpr auto name = "flat";
    static key make_key(std::size_t i) { return i; }
    static value make_value(std::size_t i) { return 3 * i + 1; }
};

// Strings short enough to live in the object and long ones that do not, by turns.
struct node {
    using key = std::string;
    using value = std::string;
    static constexpr auto name = "node";
    static key make_key(std::size_t i) {
        return (i % 2 != 0 ? "k" : "a key that is too long to be stored in place ") +
               std::to_string(i);
    }
    static value make_value(std::size_t i) {
        return (i % 3 != 0 ? "v" : "a value that is too long to be stored in place ") +
               std::to_string(i);
    }
};

template <class Kind, template <class> class Hash>
struct config : Kind {
    using key = typename Kind::key;
    using value = typename Kind::value;
    using map = syncmap::map<key, value, Hash<key>>;
    using model = std::map<key, value>;
    using result = std::optional<value>;  // of a load, or of an update's function
};

// What each member is tested on; states and long random runs use more combinations.
using configs = ::testing::Types<config<flat, good_hash>, config<flat, eight_hash>,
                                 config<node, constant_hash>>;

// Stores keys [first, last), each with the value of the same number, in both.
template <class Config>
void fill(typename Config::map& m, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) m.store(Config::make_key(i), Config::make_value(i));
}

template <class Config>
typename Config::model model_of(std::size_t first, std::size_t last) {
    typename Config::model all;
    for (std::size_t i = first; i < last; ++i)
        all.emplace(Config::make_key(i), Config::make_value(i));
    return all;
}

// --- Comparing with a model -------------------------------------------------------------------

// What for_each shows; a key shown twice is a failure by itself.
template <class Map>
std::map<typename Map::key_type, typename Map::mapped_type> contents(const Map& m) {
    std::map<typename Map::key_type, typename Map::mapped_type> all;
    m.for_each([&](const auto& key, const auto& value) {
        EXPECT_TRUE(all.emplace(key, value).second) << "for_each visited a key twice";
    });
    return all;
}

// Every way of looking at the map agrees with the model.
template <class Map, class Model>
void expect_holds(const Map& m, const Model& model) {
    EXPECT_EQ(m.size(), model.size());
    EXPECT_EQ(m.empty(), model.empty());
    EXPECT_EQ(m.stats().size, model.size());
    const auto seen = contents(m);
    EXPECT_EQ(seen.size(), model.size());
    for (const auto& [key, value] : model) {
        const auto loaded = m.load(key);
        if (!loaded || !(*loaded == value)) {
            ADD_FAILURE() << "load: key " << ::testing::PrintToString(key) << " gives "
                          << ::testing::PrintToString(loaded);
            return;
        }
        const auto at = seen.find(key);
        if (at == seen.end() || !(at->second == value)) {
            ADD_FAILURE() << "for_each: key " << ::testing::PrintToString(key)
                          << (at == seen.end() ? " not shown" : " with another value");
            return;
        }
    }
}

// --- Values that count their instances --------------------------------------------------------

// Each test that counts uses a Tag of its own, so that nothing another test keeps can disturb it.
template <class Tag>
struct counted {
    static inline long live = 0;
    static inline long made = 0;

    int number = 0;

    counted() { born(); }
    explicit counted(int n) : number(n) { born(); }
    counted(const counted& other) : number(other.number) { born(); }
    counted(counted&& other) noexcept : number(std::exchange(other.number, -1)) { born(); }
    counted& operator=(const counted&) = default;
    counted& operator=(counted&& other) noexcept {
        number = std::exchange(other.number, -1);
        return *this;
    }
    ~counted() { --live; }

    friend bool operator==(const counted& a, const counted& b) { return a.number == b.number; }
    friend bool operator<(const counted& a, const counted& b) { return a.number < b.number; }

private:
    static void born() {
        ++live;
        ++made;
    }
};

// Neither copyable nor movable; remembers where it was made.
struct immovable {
    int number;
    const immovable* self = this;

    explicit immovable(int n = 0) : number(n) {}
    immovable(int a, int b) : number(a + b) {}
    immovable(const immovable&) = delete;
    immovable& operator=(const immovable&) = delete;
};

// Destroys what is retired and then says how many instances are left.
template <class Counted, class Map>
long live_after_reclaim(const Map& m) {
    m.reclaim();
    return Counted::live;
}

}  // namespace support
