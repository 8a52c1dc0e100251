// SPDX-License-Identifier: BSL-1.0
//
// The words that scenarios are written in: calls, and what is in a map before.
//
// Buckets have 3 slots and tables grow beyond 2 live entries a bucket (SYNCMAP_TINY). A key's bucket is its lowest
// bits: in a table of 4 buckets 0, 4, 8 ... share one.
#pragma once

#include "history.hpp"

namespace calls {

inline call load(int key) { return {verb::load, key}; }
inline call visit(int key) { return {verb::visit, key}; }
inline call pin(int key) { return {verb::pin, key}; }
inline call contains(int key) { return {verb::contains, key}; }
inline call store(int key, int value) { return {verb::store, key, value}; }
inline call load_or_store(int key, int value) { return {verb::load_or_store, key, value}; }
inline call try_emplace(int key, int value) { return {verb::try_emplace, key, value}; }
inline call load_and_erase(int key) { return {verb::load_and_erase, key}; }
inline call erase(int key) { return {verb::erase, key}; }
inline call exchange(int key, int value) { return {verb::exchange, key, value}; }
inline call compare_exchange(int key, int expected, int value) {
    return {verb::compare_exchange, key, value, expected};
}
inline call compare_and_erase(int key, int expected) {
    return {verb::compare_and_erase, key, 0, expected};
}
inline call update(int key, int value) { return {verb::update, key, value}; }
inline call toggle(int key, int value) { return {verb::toggle, key, value}; }
inline call keep(int key) { return {verb::keep, key}; }
inline call erase_if(int key) { return {verb::erase_if, key}; }
inline call erase_one(int key, int expected) { return {verb::erase_one, key, 0, expected}; }
inline call for_each() { return {verb::for_each}; }
inline call for_each_in_parts(int parts) { return {verb::for_each_in_parts, parts}; }
inline call erase_all() { return {verb::erase_all}; }
inline call clear() { return {verb::clear}; }
inline call reclaim() { return {verb::reclaim}; }
inline call reserve(int n) { return {verb::reserve, 0, n}; }
inline call shrink() { return {verb::shrink}; }
inline call end_of_thread() { return {verb::end_of_thread}; }

/// Keys first..last, each with its number times ten.
inline std::vector<call> keys(int first, int last) {
    std::vector<call> calls;
    for (int key = first; key <= last; ++key) {
        calls.push_back(store(key, 10 * key));
    }
    return calls;
}
inline std::vector<call> operator+(std::vector<call> a, const std::vector<call>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
inline std::vector<call> erased(int first, int last) {
    std::vector<call> calls;
    for (int key = first; key <= last; ++key) {
        calls.push_back(erase(key));
    }
    return calls;
}

// Nine entries in four buckets: the last one starts a table of eight and moves two of the four.
inline const std::vector<call> half_moved = keys(0, 8);
// Eight entries in four buckets: one more starts the next table.
inline const std::vector<call> about_to_grow = keys(0, 7);
// A full bucket in a table of four, and room for more elsewhere.
inline const std::vector<call> full_bucket = {reserve(8),  store(0, 1), store(4, 2),
                                              store(8, 3), store(1, 5), store(2, 6)};
// Four buckets for two entries: one erasure starts a table of two buckets.
inline const std::vector<call> about_to_shrink =
    keys(0, 8) + erased(2, 8) + std::vector<call>{reclaim()};
// Eight buckets, being made four: half of them have moved, those of keys 1 and 5, which are to meet, have not.
inline const std::vector<call> half_shrunk =
    keys(0, 8) + std::vector<call>{erase(0), erase(2), erase(4), erase(6), erase(8), erase(7)};

}  // namespace calls
