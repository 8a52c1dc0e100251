// SPDX-License-Identifier: BSL-1.0
//
// What the concurrent tests share: threads that start together, repeatable dice, a list of broken
// promises, values that know whether they are alive, and entries whose values tell their keys.
#pragma once

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <latch>
#include <mutex>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support.hpp"

namespace concurrent {

using support::constant_hash;
using support::eight_hash;
using support::good_hash;

inline constexpr std::size_t threads = 4;

// Sanitizers make a run slower, but find in one what others find in many.
constexpr std::size_t scaled(std::size_t n) { return support::sanitized ? n / 20 + 1 : n; }

// Runs body(0) to body(n - 1), each in a thread of its own, none before all threads are there.
// Each function of `meanwhile` is called again and again in one more thread until they have ended.
template <class Body, class... Meanwhile>
void in_parallel(std::size_t n, const Body& body, Meanwhile&&... meanwhile) {
    std::latch start(static_cast<std::ptrdiff_t>(n + sizeof...(meanwhile)));
    std::atomic<bool> over{false};
    std::vector<std::jthread> repeating;
    (repeating.emplace_back([&start, &over, &meanwhile] {
        start.arrive_and_wait();
        do meanwhile();
        while (!over);
    }),
     ...);
    {
        std::vector<std::jthread> once;
        for (std::size_t i = 0; i < n; ++i)
            once.emplace_back([&start, &body, i] {
                start.arrive_and_wait();
                body(i);
            });
    }
    over = true;
}

// Each thread throws its own, and throws the same every time.
class dice {
public:
    explicit dice(std::size_t seed) : engine_(static_cast<unsigned>(seed + 1)) {}
    std::size_t operator()(std::size_t faces) { return engine_() % faces; }

private:
    std::mt19937 engine_;
};

// Counts in all threads; a test with a broken promise fails when it ends, and names the first.
class promises {
public:
    promises() = default;
    promises(const promises&) = delete;
    promises& operator=(const promises&) = delete;
    ~promises() { EXPECT_EQ(broken_, 0u) << "the first: " << first_; }

    void require(bool kept, const char* promise) {
        if (kept) [[likely]]
            return;
        const std::lock_guard guard(mutex_);
        if (broken_++ == 0) first_ = promise;
    }

private:
    std::mutex mutex_;
    std::size_t broken_ = 0;
    const char* first_ = "";
};

// Counts its living instances in any thread, and no longer is what it was once it is destroyed.
template <class Tag>
class witness {
public:
    explicit witness(std::uint64_t number) : number_(number), seal_(~number) { ++alive_; }
    witness(const witness& other) : witness(other.number_) {}
    witness& operator=(const witness& other) {
        number_ = other.number_;
        seal_.store(~number_, std::memory_order_relaxed);
        return *this;
    }
    ~witness() {
        seal_.store(number_, std::memory_order_relaxed);
        --alive_;
    }

    std::uint64_t number() const { return number_; }
    bool intact() const { return seal_.load(std::memory_order_relaxed) == ~number_; }
    bool is(std::uint64_t number) const { return intact() && number_ == number; }
    static long alive() { return alive_; }

    friend bool operator==(const witness& a, const witness& b) { return a.number_ == b.number_; }

private:
    static inline std::atomic<long> alive_{0};
    std::uint64_t number_;
    std::atomic<std::uint64_t> seal_;  // atomic, or a compiler leaves out the destructor's store
};

// --- Entries ----------------------------------------------------------------------------------

// A value is made of its key's number and a version: one read under another key, torn, or after
// its memory was used again is recognised.
struct flat_entry {
    using key = std::uint64_t;
    using value = std::uint64_t;
    static key make_key(std::size_t number) { return number; }
    static std::size_t number_of(key k) { return k; }
    static value make_value(std::size_t number, std::size_t version) {
        return std::uint64_t{number} << 40 | version;
    }
    static bool is_of(std::size_t number, value v) { return v >> 40 == number; }
    static std::size_t version_of(value v) { return v & 0xff'ffff'ffff; }
};

// A key of two words that belong together; remembers whether halves of different keys were ever
// shown as one.
struct wide_key {
    static inline std::atomic<bool> seen_torn{false};
    std::uint64_t number = 0;
    std::uint64_t complement = ~std::uint64_t{0};

    bool whole() const { return complement == ~number; }
    friend bool operator==(const wide_key& a, const wide_key& b) {
        if (!a.whole() || !b.whole()) seen_torn = true;
        return a.number == b.number && a.complement == b.complement;
    }
};
struct wide_entry : flat_entry {
    using key = wide_key;
    static key make_key(std::size_t number) { return {number, ~std::uint64_t{number}}; }
    static std::size_t number_of(const key& k) { return k.whole() ? k.number : ~std::size_t{0}; }
};

// Half of the strings are too long to be stored in place.
struct node_entry {
    using key = std::string;
    using value = std::string;
    static key make_key(std::size_t number) {
        return (number % 2 != 0 ? "key " : "this is the rather long key ") + std::to_string(number);
    }
    static std::size_t number_of(const key& k) { return last_number(k); }
    static value make_value(std::size_t number, std::size_t version) {
        std::string v = std::to_string(number);
        v += version % 2 != 0 ? " v " : " in the rather long version ";
        return v += std::to_string(version);
    }
    static bool is_of(std::size_t number, const value& v) {
        std::size_t found = 0;
        const auto [end, error] = std::from_chars(v.data(), v.data() + v.size(), found);
        return error == std::errc() && found == number && v == make_value(number, version_of(v));
    }
    static std::size_t version_of(const value& v) { return last_number(v); }

protected:
    static std::size_t last_number(std::string_view s) {
        s.remove_prefix(s.rfind(' ') + 1);
        std::size_t n = 0;
        std::from_chars(s.data(), s.data() + s.size(), n);
        return n;
    }
};

// A key in a node, a value that is one word.
struct word_entry : node_entry {
    using value = flat_entry::value;
    static value make_value(std::size_t n, std::size_t version) {
        return flat_entry::make_value(n, version);
    }
    static bool is_of(std::size_t number, value v) { return flat_entry::is_of(number, v); }
    static std::size_t version_of(value v) { return flat_entry::version_of(v); }
};

// Keys: how many a test uses. A bad hash makes each operation look at many of them.
template <class Entry, template <class> class Hash, std::size_t Keys>
struct stress_config : Entry {
    using key = typename Entry::key;
    using value = typename Entry::value;
    using map = syncmap::map<key, value, Hash<key>>;
    static constexpr std::size_t keys = Keys;
    // Whether a bucket has more keys than it has room for.
    static constexpr bool crowded = !std::is_same_v<Hash<key>, good_hash<key>>;
    // So that a test takes about as long on each.
    static constexpr std::size_t rounds(std::size_t n) {
        return scaled(2 * n / (crowded ? 2 : 1) / (std::is_base_of_v<node_entry, Entry> ? 2 : 1));
    }
};

using stress_configs = ::testing::Types<
    stress_config<flat_entry, good_hash, 2048>, stress_config<wide_entry, eight_hash, 160>,
    stress_config<node_entry, good_hash, 1024>, stress_config<word_entry, constant_hash, 48>>;

}  // namespace concurrent

template <>
struct std::hash<concurrent::wide_key> {
    std::size_t operator()(const concurrent::wide_key& k) const {
        return std::hash<std::uint64_t>{}(k.number);
    }
};
