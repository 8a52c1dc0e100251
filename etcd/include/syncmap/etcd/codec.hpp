// SPDX-License-Identifier: BSL-1.0
//
// syncmap::etcd::codec: how a value becomes the bytes that etcd keeps, and back.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>

namespace syncmap::etcd::inline v0 {

namespace detail {
/// Decimal or exponential, in the "C" locale, all of `text`.
bool parse(std::string_view text, float& number) noexcept;
bool parse(std::string_view text, double& number) noexcept;
bool parse(std::string_view text, long double& number) noexcept;
std::string print(float number);
std::string print(double number);
std::string print(long double number);

template <class T>
concept character = std::same_as<T, char> || std::same_as<T, wchar_t> || std::same_as<T, char8_t> ||
                    std::same_as<T, char16_t> || std::same_as<T, char32_t>;
}  // namespace detail

/// How a T is kept. Specialise it for types of your own, with two static functions:
///
///     template <>
///     struct syncmap::etcd::codec<color> {
///         static std::string encode(const color& value);
///         static std::optional<color> decode(std::string_view bytes);  // nullopt: these are no color
///     };
///
/// Other programs see what encode() returns; decode() is given whatever they have written. Equal values should
/// encode to equal bytes: compare_exchange() needs a second round trip where they do not. What encode() throws
/// passes through; what decode() throws counts as nullopt. Both are called from several threads at once,
/// decode() also from the client's.
///
/// There are codecs of `std::string` (as it is), of numbers and bool (as text: `42`, `0.5`, `true`; what reads
/// back as the same number), and with `<syncmap/etcd/json.hpp>` of nlohmann::json and of types that convert to
/// and from it.
template <class T>
struct codec;

/// Strings are kept as they are. `value`, `bytes`: as of any codec.
/// @progress Wait-free but for the allocator. @complexity O(size).
template <>
struct codec<std::string> {
    /// `value` itself. @may_throw `std::bad_alloc`.
    static std::string encode(const std::string& value) { return value; }
    /// `bytes` themselves. @may_throw `std::bad_alloc`.
    static std::optional<std::string> decode(std::string_view bytes) { return std::string(bytes); }
};

/// Truth is kept as `true` or `false`. `value`, `bytes`: as of any codec.
/// @progress Wait-free. @complexity O(1).
template <>
struct codec<bool> {
    /// `true` or `false`. @may_throw Nothing.
    static std::string encode(bool value) { return value ? "true" : "false"; }
    /// Nothing but `true` and `false`. @may_throw Nothing.
    static std::optional<bool> decode(std::string_view bytes) {
        if (bytes == "true") return true;
        if (bytes == "false") return false;
        return std::nullopt;
    }
};

/// Integers are kept in decimal. `value`, `bytes`: as of any codec.
/// @progress Wait-free but for the allocator. @complexity O(1).
template <std::integral T>
    requires(!detail::character<T>)
struct codec<T> {
    /// `value` in decimal. @may_throw `std::bad_alloc`.
    static std::string encode(T value) { return std::to_string(value); }
    /// All of `bytes` must be one integer in the range of T. @may_throw Nothing.
    static std::optional<T> decode(std::string_view bytes) {
        T value{};
        const auto [stop, problem] =
            std::from_chars(bytes.data(), bytes.data() + bytes.size(), value);
        if (problem != std::errc() || stop != bytes.data() + bytes.size()) return std::nullopt;
        return value;
    }
};

/// Other numbers are kept in the fewest decimal digits that read back as the same number. `value`, `bytes`: as
/// of any codec.
/// @progress Wait-free but for the allocator. @complexity O(1).
template <std::floating_point T>
struct codec<T> {
    /// `value` in decimal. @may_throw `std::bad_alloc`.
    static std::string encode(T value) { return detail::print(value); }
    /// All of `bytes` must be one number in the range of T. @may_throw Nothing.
    static std::optional<T> decode(std::string_view bytes) {
        T value{};
        if (!detail::parse(bytes, value)) return std::nullopt;
        return value;
    }
};

/// What can be the value of an etcd::map: what there is a codec of.
template <class T>
concept encodable = requires(const T& value, std::string_view bytes) {
    { codec<T>::encode(value) } -> std::convertible_to<std::string>;
    { codec<T>::decode(bytes) } -> std::convertible_to<std::optional<T>>;
};

}  // namespace syncmap::etcd::inline v0
