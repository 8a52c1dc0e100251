// SPDX-License-Identifier: BSL-1.0
//
// syncmap::hash: seeded per process, avalanching, transparent for strings.
//
// Every bit of the result depends on every bit of the key and on 128 random bits that are drawn once a
// process: who does not know them cannot prepare keys that collide. (Types that are hashed by std::hash are
// as strong as that, and std::hash has no seed.) The bits are stored in the hash object,
// so that shared libraries with hidden symbols agree on a map that they share. Do not store hashes: they
// differ from run to run.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "detail/platform.hpp"
#include "detail/standard.hpp"

#if __has_include(<sys/random.h>)
#include <sys/random.h>
#include <unistd.h>
#define SYNCMAP_GETENTROPY 1
#else
#include <random>
#define SYNCMAP_GETENTROPY 0
#endif

namespace syncmap::inline v0 {

template <class Key>
class hash;

namespace detail {

/// The 128-bit product of two words, its halves xored: the one step that all hashing here is made of.
SYNCMAP_WRAPS constexpr std::uint64_t fold(std::uint64_t a, std::uint64_t b) noexcept {
#if defined(__SIZEOF_INT128__)
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
    const std::uint64_t al = a & 0xffffffffU;
    const std::uint64_t ah = a >> 32U;
    const std::uint64_t bl = b & 0xffffffffU;
    const std::uint64_t bh = b >> 32U;
    const std::uint64_t low = al * bl;
    const std::uint64_t mid = ah * bl + (low >> 32U);
    const std::uint64_t mid2 = al * bh + (mid & 0xffffffffU);
    return ((mid2 << 32U) | (low & 0xffffffffU)) ^ (ah * bh + (mid >> 32U) + (mid2 >> 32U));
#endif
}

/// After one fold the topmost bits of a word's hash still hang on few of its bits; one product more and they
/// hang on all (measured: no bit flips with a probability outside 1/2 +- 0.15, with samples of 300).
SYNCMAP_WRAPS constexpr std::uint64_t finish(std::uint64_t h, std::uint64_t factor) noexcept {
    h *= factor;
    return h ^ (h >> 32U);
}

struct hash_seed {
    std::uint64_t offset;
    std::uint64_t factor;  ///< odd

    static const hash_seed& of_process() noexcept {
        static const hash_seed drawn = draw();
        return drawn;
    }

private:
    static hash_seed draw() noexcept {
        std::uint64_t random[2] = {0, 0};
#if SYNCMAP_GETENTROPY
        if (::getentropy(random, sizeof(random)) != 0)
#else
        std::random_device device;
        for (std::uint64_t& r : random) {
            r = (std::uint64_t{device()} << 32U) | device();
        }
        if (random[0] == random[1])
#endif
        {
            // Where the system has no randomness to give: the clock and where the loader put us.
            random[0] ^= fold(clock_now(), 0x9e3779b97f4a7c15);  // the golden ratio in 64 bits
            random[1] ^= fold(reinterpret_cast<std::uintptr_t>(&random), 0xd6e8feb86659fd93);
        }
        // A factor whose bits are few or in one place would mix badly: make it half ones.
        std::uint64_t factor = random[1] | 1U;
        while (std::popcount(factor) < 28 || std::popcount(factor) > 36) {
            factor = fold(factor, 0x9e3779b97f4a7c15) | 1U;
        }
        return {random[0], factor};
    }
};

template <class C>
concept character = std::same_as<C, char> || std::same_as<C, wchar_t> ||
#if defined(__cpp_char8_t)  // -fno-char8_t
                    std::same_as<C, char8_t> ||
#endif
                    std::same_as<C, char16_t> || std::same_as<C, char32_t>;

/// The object that all specialisations of hash share, and the arithmetic on it.
class seeded {
public:
    [[nodiscard]] std::uint64_t of_word(std::uint64_t x) const noexcept {
        return finish(fold(x ^ seed_.offset, seed_.factor), seed_.factor);
    }

    [[nodiscard]] std::uint64_t of_bytes(const void* data, std::size_t size) const noexcept {
        const auto* p = static_cast<const unsigned char*>(data);
        std::uint64_t state = seed_.offset;
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        if (size > 16) {
            const unsigned char* const last = p + size - 16;
            for (; p < last; p += 16) {
                state =
                    fold(read<std::uint64_t>(p) ^ seed_.factor, read<std::uint64_t>(p + 8) ^ state);
            }
            a = read<std::uint64_t>(last);
            b = read<std::uint64_t>(last + 8);
        } else if (size >= 8) {
            a = read<std::uint64_t>(p);
            b = read<std::uint64_t>(p + size - 8);
        } else if (size >= 4) {
            a = read<std::uint32_t>(p);
            b = read<std::uint32_t>(p + size - 4);
        } else if (size > 0) {
            a = std::uint64_t{p[0]} << 16U | std::uint64_t{p[size / 2]} << 8U | p[size - 1];
        }
        return fold(seed_.factor ^ size, fold(a ^ seed_.factor, b ^ state));
    }

    [[nodiscard]] std::uint64_t combine(std::uint64_t state, std::uint64_t element) const noexcept {
        return fold(state ^ seed_.factor, element ^ seed_.offset);
    }

private:
    template <class W>
    static std::uint64_t read(const unsigned char* p) noexcept {
        W w;
        std::memcpy(&w, p, sizeof(w));
        return w;
    }

    hash_seed seed_ = hash_seed::of_process();
};

template <class Key>
concept std_hashable = requires(const Key& key) {
    { std::hash<Key>{}(key) } -> std::convertible_to<std::size_t>;
};

/// A pair or tuple whose elements can all be hashed.
template <class Key>
inline constexpr bool is_tuple_like = false;
template <class A, class B>
inline constexpr bool is_tuple_like<std::pair<A, B>> =
    std::invocable<const hash<std::decay_t<A>>&, const A&> &&
    std::invocable<const hash<std::decay_t<B>>&, const B&>;
template <class... E>
inline constexpr bool is_tuple_like<std::tuple<E...>> =
    (std::invocable<const hash<std::decay_t<E>>&, const E&> && ...);

}  // namespace detail

/// A hash function for keys, seeded once a process.
///
/// It takes integers, enums, pointers, strings and string views (looked up by each other without a conversion),
/// pairs and tuples of these, and everything that has a `std::hash`, whose result is
/// mixed: keys for which `std::hash` is equal collide, and for a std::optional or a class of yours somebody
/// may find such keys.
///
/// Copies of one object agree, and so do all objects of one process (of one shared library, where symbols
/// are hidden).
/// @progress Wait-free. @complexity O(1); O(length) for strings.
/// @may_throw Nothing, but for what `std::hash<Key>` throws.
template <class Key>
class hash : private detail::seeded {
public:
    using is_avalanching = void;  ///< all bits are good: maps use the result as it is

    hash() noexcept = default;  ///< with the seed of the process
    /// With the same `seed` as another one.
    explicit hash(const detail::seeded& seed) noexcept : detail::seeded(seed) {}

    /// The hash of `key`: an integer, an enum or a pointer (not of what that points to).
    [[nodiscard]] std::size_t operator()(const Key& key) const
        requires std::is_integral_v<Key> || std::is_enum_v<Key> || std::is_pointer_v<Key>
    {
        if constexpr (std::is_pointer_v<Key>) {
            return detail::cut_to<std::size_t>(of_word(reinterpret_cast<std::uintptr_t>(key)));
        } else if constexpr (sizeof(Key) <= 8) {
            return detail::cut_to<std::size_t>(of_word(static_cast<std::uint64_t>(key)));
        } else {
            return detail::cut_to<std::size_t>(combine(of_word(static_cast<std::uint64_t>(key)),
                                                       static_cast<std::uint64_t>(key >> 64)));
        }
    }
    /// The hash of `key`: a pair or tuple.
    [[nodiscard]] std::size_t operator()(const Key& key) const
        requires detail::is_tuple_like<Key>
    {
        return std::apply(
            [this](const auto&... element) {
                std::uint64_t state = sizeof...(element);
                ((state = combine(state, hash<std::decay_t<decltype(element)>>(*this)(element))),
                 ...);
                return detail::cut_to<std::size_t>(state);
            },
            key);
    }
    /// The hash of `key`: what `std::hash<Key>` gives, mixed.
    [[nodiscard]] std::size_t operator()(const Key& key) const
        requires(!std::is_integral_v<Key> && !std::is_enum_v<Key> && !std::is_pointer_v<Key> &&
                 !detail::is_tuple_like<Key> && detail::std_hashable<Key>)
    {
        return detail::cut_to<std::size_t>(of_word(std::hash<Key>{}(key)));
    }
};

namespace detail {

template <class C, class Traits>
class string_hash : private seeded {
public:
    using is_avalanching = void;
    using is_transparent = void;  ///< strings, views and literals of the same characters

    string_hash() noexcept = default;
    explicit string_hash(const seeded& seed) noexcept : seeded(seed) {}

    [[nodiscard]] std::size_t operator()(std::basic_string_view<C, Traits> key) const noexcept {
        return detail::cut_to<std::size_t>(this->of_bytes(key.data(), key.size() * sizeof(C)));
    }
};

}  // namespace detail

/// Strings, and what can be viewed as one: `std::basic_string_view` and literals of the same characters.
/// @progress Wait-free. @complexity O(length). @may_throw Nothing.
template <detail::character C, class Traits, class Allocator>
    requires std::same_as<Traits, std::char_traits<C>>
class hash<std::basic_string<C, Traits, Allocator>> : public detail::string_hash<C, Traits> {
public:
    using detail::string_hash<C, Traits>::string_hash;
};

/// String views, and what can be viewed as one: hashed as strings are.
/// @progress Wait-free. @complexity O(length). @may_throw Nothing.
template <detail::character C, class Traits>
    requires std::same_as<Traits, std::char_traits<C>>
class hash<std::basic_string_view<C, Traits>> : public detail::string_hash<C, Traits> {
public:
    using detail::string_hash<C, Traits>::string_hash;
};

namespace detail {

/// Whether a hash declares that all its bits are good, as Boost and unordered_dense ask it to:
/// `using is_avalanching = void`, or a type whose `value` is true.
template <class Hash>
constexpr bool declares_avalanching() noexcept {
    if constexpr (requires { typename Hash::is_avalanching; }) {
        if constexpr (requires { Hash::is_avalanching::value; }) {
            return static_cast<bool>(Hash::is_avalanching::value);
        } else {
            return true;
        }
    } else {
        return false;
    }
}

/// 64 good bits from what a hash function gave: a size_t mostly, which may have 32 bits.
template <class Hash, class Result>
constexpr std::uint64_t spread(Result given) noexcept {
    const auto bits = static_cast<std::uint64_t>(given);
    if constexpr (declares_avalanching<Hash>() && sizeof(Result) >= sizeof(std::uint64_t)) {
        return bits;
    } else {
        return finish(fold(bits ^ 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93), 0xd6e8feb86659fd93);
    }
}

}  // namespace detail

}  // namespace syncmap::inline v0
