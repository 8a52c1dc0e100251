// SPDX-License-Identifier: BSL-1.0
//
// The keys and values that maps are measured with. Key i and value i are the same in every run and
// for every map; keys of different numbers differ.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace bench {

/// A value of 256 bytes.
struct record {
    std::uint64_t first = 0;
    std::array<std::uint64_t, 31> rest{};
    friend bool operator==(const record&, const record&) = default;
};

/// What a pointer key points to. Nothing is ever there: only the address counts.
struct object;
using pointer = const object*;

/// One to one, and neighbours land far apart (the finalizer of splitmix64).
constexpr std::uint64_t scrambled(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27U)) * 0x94d049bb133111eb;
    return x ^ (x >> 31U);
}

/// 16 hexadecimal digits of a number that is scrambled, and as many further ones as it takes.
inline std::string digits(std::uint64_t i, std::size_t length) {
    constexpr std::string_view alphabet = "0123456789abcdef";
    std::string text(length, '\0');
    std::uint64_t bits = scrambled(i);
    for (std::size_t at = 0; at < length; ++at) {
        if (at == 16) bits = scrambled(~i);
        text[at] = alphabet[bits >> 60U];
        bits <<= 4U;
    }
    return text;
}

template <class Key>
Key make_key(std::uint64_t i) {
    if constexpr (std::is_same_v<Key, std::string>) {
        return digits(i, 16 + scrambled(i) % 9);  // 16 to 24: none fits into the string itself
    } else if constexpr (std::is_pointer_v<Key>) {
        // As from an allocator: blocks of 48 bytes, one after the other.
        return reinterpret_cast<Key>(std::uintptr_t{0x7f1200000000} + 48 * i);
    } else {
        return scrambled(i);
    }
}

template <class T>
T make_value(std::uint64_t i) {
    if constexpr (std::is_same_v<T, std::string>) {
        return digits(~i, 32);
    } else if constexpr (std::is_same_v<T, record>) {
        record r;
        r.first = i + 1;
        r.rest.fill(i);
        return r;
    } else {
        return i + 1;
    }
}

/// Looks at a value as a user would: at its first eight bytes.
template <class T>
std::uint64_t first_bytes(const T& value) {
    std::uint64_t bytes = 0;
    if constexpr (std::is_same_v<T, std::string>) {
        std::memcpy(&bytes, value.data(), sizeof(bytes));
    } else {
        std::memcpy(&bytes, &value, sizeof(bytes));
    }
    return bytes;
}

/// The change that an update makes.
template <class T>
void bump(T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        value.front() = static_cast<char>(value.front() ^ 1);
    } else if constexpr (std::is_same_v<T, record>) {
        ++value.first;
    } else {
        ++value;
    }
}

/// The pairs of types that every adapter is instantiated with, and their names on the command line.
template <class Key, class T>
inline constexpr std::string_view type_name{};
template <>
inline constexpr std::string_view type_name<std::uint64_t, std::uint64_t> = "u64:u64";
template <>
inline constexpr std::string_view type_name<std::string, std::string> = "string:string";
template <>
inline constexpr std::string_view type_name<pointer, std::uint64_t> = "pointer:u64";
template <>
inline constexpr std::string_view type_name<std::uint64_t, std::string> = "u64:string";
template <>
inline constexpr std::string_view type_name<std::uint64_t, record> = "u64:struct";
template <>
inline constexpr std::string_view type_name<std::string, std::uint64_t> = "string:u64";

/// Calls f.template operator()<Key, T>() for each pair.
template <class F>
void for_each_type(F&& f) {
    f.template operator()<std::uint64_t, std::uint64_t>();
    f.template operator()<std::string, std::string>();
    f.template operator()<pointer, std::uint64_t>();
    f.template operator()<std::uint64_t, std::string>();
    f.template operator()<std::uint64_t, record>();
    f.template operator()<std::string, std::uint64_t>();
}

}  // namespace bench
