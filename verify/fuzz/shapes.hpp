// SPDX-License-Identifier: BSL-1.0
//
// The kinds of maps that are fuzzed: how an entry is kept, what can fail, how allocators behave.
// Each shape makes keys and values from numbers, and gives the numbers back.
#pragma once

#include <array>
#include <bit>
#include <functional>
#include <memory_resource>
#include <string>
#include <string_view>
#include <syncmap/any_map.hpp>
#include <syncmap/map.hpp>

#include "input.hpp"
#include "ledger.hpp"

namespace fuzz {

// --- hashes, good and bad ---

enum class quality : std::uint8_t { good, constant, few, low_bits, high_bits, chosen };
inline constexpr unsigned qualities = 6;

/// What a hash object does; the process's random seed has no part in it, so that inputs can be
/// repeated.
struct hash_scheme {
    quality of = quality::good;
    std::array<std::uint8_t, 8> bytes{};  ///< of a chosen one

    [[nodiscard]] std::uint64_t operator()(number n) const {
        const std::uint64_t mixed = (n + 1) * 0x9e3779b97f4a7c15;
        const std::uint64_t good = (mixed ^ (mixed >> 29U)) * 0xbf58476d1ce4e5b9;
        switch (of) {
        case quality::good: return good ^ (good >> 32U);
        case quality::constant: return 0x0123456789abcdef;
        case quality::few: return (good >> 61U) * 0x2492492492492492;
        case quality::low_bits: return good >> 56U;
        case quality::high_bits: return good & ~std::uint64_t{0xffffff};
        case quality::chosen:
            // Which bucket and which tag: the input says.
            return std::uint64_t{bytes[n % 8]} << 56U | std::uint64_t{n} << 16U | bytes[n / 8 % 8];
        }
        return 0;
    }
    friend bool operator==(const hash_scheme&, const hash_scheme&) = default;
};

template <class Shape>
struct scheme_hash {
    using is_avalanching = void;
    using is_transparent = void;
    hash_scheme scheme;

    template <class K>
    std::uint64_t operator()(const K& key) const {
        faults::point(hashing);
        return scheme(Shape::number_of(key));
    }
};
template <class Shape>
struct failing_equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
        faults::point(comparing);
        return Shape::number_of(a) == Shape::number_of(b);
    }
};

/// What the shapes below have in common.
template <class Shape, class Key, class T, class Equal, class Allocator>
struct shape_of {
    using map = syncmap::map<Key, T, scheme_hash<Shape>, Equal, Allocator>;

    static scheme_hash<Shape> hash(const hash_scheme& scheme) { return {scheme}; }
    static bool has_hash(const map& m, const hash_scheme& scheme) {
        return m.hash_function().scheme == scheme;
    }
    static Allocator allocator(ledger& from) { return Allocator(&from); }
    static const Key& lookup(const Key& key) { return key; }
};

template <class T, bool Propagate, class Key>
using pair_allocator = ledger_allocator<std::pair<const Key, T>, Propagate>;

// --- flat ---

struct flat : shape_of<flat, std::uint64_t, std::uint64_t, std::equal_to<>,
                       pair_allocator<std::uint64_t, true, std::uint64_t>> {
    static constexpr auto name = "flat";
    static std::uint64_t key(number n) { return n; }
    static std::uint64_t value(number n) { return n * 0x100000001ULL; }
    static number number_of(std::uint64_t n) { return static_cast<number>(n); }
};

struct small : shape_of<small, std::uint32_t, std::uint8_t, std::equal_to<>,
                        pair_allocator<std::uint8_t, false, std::uint32_t>> {
    static constexpr auto name = "small";
    static std::uint32_t key(number n) { return n; }
    static std::uint8_t value(number n) { return static_cast<std::uint8_t>(n); }
    static number number_of(std::uint32_t n) { return n; }
};

/// A key of two words, which must belong together, compared by a function that may fail.
struct wide_key {
    std::uint64_t first;
    std::uint64_t second;
};
struct wide : shape_of<wide, wide_key, std::uint32_t, failing_equal<wide>,
                       pair_allocator<std::uint32_t, true, wide_key>> {
    static constexpr auto name = "wide";
    static wide_key key(number n) { return {n, ~std::uint64_t{n}}; }
    static std::uint32_t value(number n) { return n; }
    static number number_of(std::uint32_t n) { return n; }
    static number number_of(const wide_key& k) {
        require(k.first == ~k.second, "a key of two words was torn");
        return static_cast<number>(k.first);
    }
};

// --- text ---

/// The number at its end, and every other one long enough to need memory of its own.
template <class String>
String text_of(number n) {
    String text(n % 2 != 0 ? "more than a string keeps in place: " : "");
    const auto bytes = std::bit_cast<std::array<char, sizeof(n)>>(n);
    text.append(bytes.begin(), bytes.end());
    return text;
}
inline number number_in(std::string_view text) {
    std::array<char, sizeof(number)> bytes{};
    text.copy(bytes.data(), bytes.size(), text.size() - bytes.size());
    return std::bit_cast<number>(bytes);
}

struct text
    : shape_of<
          text, std::pmr::string, std::pmr::string, failing_equal<text>,
          std::pmr::polymorphic_allocator<std::pair<const std::pmr::string, std::pmr::string>>> {
    static constexpr auto name = "text";
    static std::pmr::string key(number n) { return text_of<std::pmr::string>(n); }
    static std::pmr::string value(number n) { return text_of<std::pmr::string>(n); }
    static number number_of(const std::pmr::string& s) { return number_in(s); }
};

/// Looked up by, and made from, a string_view.
struct words : shape_of<words, std::string, std::uint64_t, std::equal_to<>,
                        pair_allocator<std::uint64_t, true, std::string>> {
    static constexpr auto name = "words";
    static std::string key(number n) { return text_of<std::string>(n); }
    static std::string_view lookup(const std::string& key) { return key; }
    static std::uint64_t value(number n) { return n; }
    static number number_of(std::uint64_t n) { return static_cast<number>(n); }
    static number number_of(std::string_view s) { return number_in(s); }
};

// --- objects that count themselves, and whose copies and moves throw ---

class tracked {
public:
    explicit tracked(number n) : number_(n) { born(); }
    tracked(const tracked& other) : number_((faults::point(copying), other.get())) { born(); }
    tracked(tracked&& other) : number_((faults::point(moving), other.get())) {
        other.number_ = moved_from;
        born();
    }
    tracked& operator=(const tracked&) = delete;
    ~tracked() {
        require(self_ == this, "an object was destroyed that does not live");
        self_ = nullptr;
        --alive;
        if (const auto use_map = std::exchange(at_death, nullptr)) {
            use_map();
            at_death = use_map;
        }
    }
    [[nodiscard]] number get() const {
        require(self_ == this, "an object was looked at that does not live");
        require(number_ != moved_from, "an object was looked at that has been moved from");
        return number_;
    }
    friend bool operator==(const tracked& a, const tracked& b) {
        faults::point(comparing);
        return a.get() == b.get();
    }
    static inline long alive = 0;
    /// Called by destructors, but not by those that it causes.
    static inline std::function<void()> at_death;

private:
    static constexpr number moved_from = ~number{0};

    void born() {
        self_ = this;
        ++alive;
    }

    const tracked* self_ = nullptr;
    number number_;
};

struct objects : shape_of<objects, tracked, tracked, failing_equal<objects>,
                          pair_allocator<tracked, false, tracked>> {
    static constexpr auto name = "objects";
    static tracked key(number n) { return tracked(n); }
    static tracked value(number n) { return tracked(n); }
    static number number_of(const tracked& t) { return t.get(); }
};

// --- anything ---

/// Keys and values of several types. Its hash is the library's own, with the process's seed.
struct anything_goes {
    static constexpr auto name = "anything_goes";
    using map = syncmap::any_map;

    static syncmap::any_hash hash(const hash_scheme&) { return {}; }
    static bool has_hash(const map&, const hash_scheme&) { return true; }
    static map::allocator_type allocator(ledger&) { return {}; }
    static const syncmap::any& lookup(const syncmap::any& key) { return key; }
    static syncmap::any key(number n) { return any_of(n); }
    static syncmap::any value(number n) { return any_of(n); }
    static number number_of(const syncmap::any& a) {
        if (const auto* const n = syncmap::any_cast<number>(&a)) return *n;
        if (const auto* const n = syncmap::any_cast<std::uint64_t>(&a))
            return static_cast<number>(*n);
        return number_in(syncmap::any_cast<std::string>(a));
    }

private:
    static syncmap::any any_of(number n) {
        switch (n % 3) {
        case 0: return n;
        case 1: return std::uint64_t{n};
        default: return text_of<std::string>(n);
        }
    }
};

}  // namespace fuzz
