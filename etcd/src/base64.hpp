// SPDX-License-Identifier: BSL-1.0
//
// Base64, in which etcd's gateway has all keys and values (RFC 4648, section 4, with padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace syncmap::etcd::inline v0::detail {

[[nodiscard]] std::string to_base64(std::string_view bytes);

/// nullopt: that is none.
[[nodiscard]] std::optional<std::string> from_base64(std::string_view text);

}  // namespace syncmap::etcd::inline v0::detail
