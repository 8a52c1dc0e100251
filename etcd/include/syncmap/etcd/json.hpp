// SPDX-License-Identifier: BSL-1.0
//
// Values that etcd keeps as JSON: nlohmann::json itself, and types that nlohmann-json converts.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "codec.hpp"

namespace syncmap::etcd::inline v0 {

/// Any JSON. Text that is none, does not decode. `value`, `bytes`: as of any codec.
/// @progress Wait-free but for the allocator. @complexity O(size).
template <>
struct codec<nlohmann::json> {
    /// Compact, with the keys of objects in order. @may_throw `nlohmann::json::type_error` of a string that is
    /// not UTF-8.
    static std::string encode(const nlohmann::json& value) { return value.dump(); }
    /// All of `bytes` must be one JSON value. @may_throw `std::bad_alloc`.
    static std::optional<nlohmann::json> decode(std::string_view bytes) {
        nlohmann::json value = nlohmann::json::parse(bytes, nullptr, false);
        if (value.is_discarded()) return std::nullopt;
        return value;
    }
};

namespace detail {
template <class T>
concept json_class =
    std::is_class_v<T> && !std::is_same_v<T, std::string> && !std::is_same_v<T, nlohmann::json> &&
    requires(const nlohmann::json& j, const T& value) {
        nlohmann::json(value);
        j.template get<T>();
    };
}  // namespace detail

/// Classes that nlohmann-json converts: those with to_json() and from_json() (also by
/// NLOHMANN_DEFINE_TYPE_...), and standard containers of what it converts. Members that are missing are as
/// from_json() treats them. `value`, `bytes`: as of any codec.
/// @progress That of the conversion. @complexity O(size).
template <detail::json_class T>
struct codec<T> {
    /// As of nlohmann::json. @may_throw What to_json() throws.
    static std::string encode(const T& value) {
        return codec<nlohmann::json>::encode(nlohmann::json(value));
    }
    /// What is no JSON, or what from_json() refuses, does not decode. @may_throw What from_json() throws.
    static std::optional<T> decode(std::string_view bytes) {
        const std::optional<nlohmann::json> value = codec<nlohmann::json>::decode(bytes);
        if (!value) return std::nullopt;
        return value->template get<T>();
    }
};

}  // namespace syncmap::etcd::inline v0
