// SPDX-License-Identifier: BSL-1.0
//
// syncmap::any_map, whose hash and equality are those of what is in the keys.
#include <syncmap/any_map.hpp>

#include "map_members.hpp"

namespace litmus {
namespace {

struct any_key {
    std::uint64_t number;
    friend bool operator==(const any_key& a, const any_key& b) noexcept {
        return lingering_equal()(a.number, b.number);
    }
};

}  // namespace

template <>
struct number<syncmap::any> {
    static syncmap::any make(std::uint64_t n) { return n; }
    static std::uint64_t of(const syncmap::any& a) {
        const std::uint64_t* const n = syncmap::any_cast<std::uint64_t>(&a);
        return n != nullptr ? *n : 0;
    }
};
template <>
struct number<any_key> {
    static any_key make(std::uint64_t n) { return {n}; }
    static std::uint64_t of(const any_key& k) { return k.number; }
};

}  // namespace litmus

template <>
struct std::hash<litmus::any_key> {
    std::size_t operator()(const litmus::any_key& k) const noexcept {
        return litmus::hash<litmus::any_key>()(k);
    }
};

namespace litmus {

std::vector<layout> any_layouts() {
    std::vector<layout> layouts = {
        layout_of<syncmap::any_map, any_key, syncmap::any, map_members>("any_map")};
    layouts.back().halts = true;
    return layouts;
}

}  // namespace litmus
