// SPDX-License-Identifier: BSL-1.0
//
// A library that uses maps it has not made.
#include "change.hpp"

void change_in_b(shared_maps& maps, std::uint64_t seed, std::size_t rounds) {
    change_all(maps, seed, rounds);
}

syncmap::pinned<std::string> pin_in_b(const shared_maps& maps, std::uint64_t n) {
    return maps.texts.pin(text(n));
}

void drop_in_b(syncmap::pinned<std::string> pin) { pin.reset(); }

bool visit_in_b(const shared_maps& maps, std::uint64_t n, void (*callback)(void*), void* data) {
    return maps.texts.visit(text(n), [&](const std::string& s) {
        callback(data);
        check(s == text(n + 1), "a value is good as long as its callback runs");
    });
}
