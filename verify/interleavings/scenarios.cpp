// SPDX-License-Identifier: BSL-1.0
//
// Buckets have 3 slots and tables grow beyond 2 live entries a bucket (SYNCMAP_TINY). A key's bucket is its lowest
// bits: in a table of 4 buckets 0, 4, 8 ... share one.
#include "scenarios.hpp"

namespace {

call load(int key) { return {verb::load, key}; }
call visit(int key) { return {verb::visit, key}; }
call pin(int key) { return {verb::pin, key}; }
call contains(int key) { return {verb::contains, key}; }
call store(int key, int value) { return {verb::store, key, value}; }
call load_or_store(int key, int value) { return {verb::load_or_store, key, value}; }
call try_emplace(int key, int value) { return {verb::try_emplace, key, value}; }
call load_and_erase(int key) { return {verb::load_and_erase, key}; }
call erase(int key) { return {verb::erase, key}; }
call exchange(int key, int value) { return {verb::exchange, key, value}; }
call compare_exchange(int key, int expected, int value) {
    return {verb::compare_exchange, key, value, expected};
}
call compare_and_erase(int key, int expected) {
    return {verb::compare_and_erase, key, 0, expected};
}
call update(int key, int value) { return {verb::update, key, value}; }
call toggle(int key, int value) { return {verb::toggle, key, value}; }
call for_each() { return {verb::for_each}; }
call erase_all() { return {verb::erase_all}; }
call clear() { return {verb::clear}; }
call reclaim() { return {verb::reclaim}; }
call reserve(int n) { return {verb::reserve, 0, n}; }
call end_of_thread() { return {verb::end_of_thread}; }

/// Keys first..last, each with its number times ten.
std::vector<call> keys(int first, int last) {
    std::vector<call> calls;
    for (int key = first; key <= last; ++key) {
        calls.push_back(store(key, 10 * key));
    }
    return calls;
}
std::vector<call> operator+(std::vector<call> a, const std::vector<call>& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}
std::vector<call> erased(int first, int last) {
    std::vector<call> calls;
    for (int key = first; key <= last; ++key) {
        calls.push_back(erase(key));
    }
    return calls;
}

// Nine entries in four buckets: the last one starts a table of eight and moves two of the four.
const std::vector<call> half_moved = keys(0, 8);
// Eight entries in four buckets: one more starts the next table.
const std::vector<call> about_to_grow = keys(0, 7);
// A full bucket in a table of four, and room for more elsewhere.
const std::vector<call> full_bucket = {reserve(8),  store(0, 1), store(4, 2),
                                       store(8, 3), store(1, 5), store(2, 6)};
// Four buckets for two entries: one erasure starts a table of two buckets.
const std::vector<call> about_to_shrink = keys(0, 8) + erased(2, 8) + std::vector<call>{reclaim()};
// Eight buckets, being made four: half of them have moved, those of keys 1 and 5, which are to meet, have not.
const std::vector<call> half_shrunk =
    keys(0, 8) + std::vector<call>{erase(0), erase(2), erase(4), erase(6), erase(8), erase(7)};

}  // namespace

const std::vector<scenario>& all_scenarios() {
    static const std::vector<scenario> all = {
        {"load beside reuse of its slot",
         {store(0, 1)},
         {{load(0), load(8)}, {erase(0), store(8, 2)}}},
        {"load beside many reuses of its slot",
         {store(0, 1), store(4, 5)},
         {{load(0)},
          {erase(0), store(8, 2), erase(8), store(0, 3), erase(0), store(8, 4), erase(8),
           store(0, 6)}}},
        {"load beside versions that come round",
         full_bucket,
         {{load(0)},
          {erase(0), store(12, 4), erase(12), store(12, 5), erase(12), store(12, 6), erase(12),
           store(12, 7)}}},
        {"load that begins while a version is stamped",
         full_bucket + std::vector<call>{erase(0), store(0, 1)},
         {{load(4)},
          {erase(0), store(12, 4), erase(4), store(16, 5), erase(16), store(20, 6), erase(20),
           store(24, 7)}}},
        {"load beside erase and insertion",
         {store(0, 1), store(4, 5)},
         {{load(0), load(0)}, {erase(0), store(0, 2)}}},
        {"two writes to one bucket, one of which parks",
         {store(0, 1), store(4, 2)},
         {{store(8, 3)}, {erase(4)}}},
        {"three writes to one bucket, two of which park",
         {store(0, 1), store(4, 2)},
         {{store(8, 3)}, {erase(4)}, {erase(0)}},
         false,
         4},
        {"write that parks beside a move", half_moved, {{store(3, 1)}, {erase(7), load(3)}}},
        {"write that parks beside reclaim",
         {store(0, 1), store(4, 2)},
         {{erase(0)}, {erase(4), reclaim()}}},
        {"load beside move", half_moved, {{load(2), load(3)}, {store(3, 1)}}},
        {"load beside growth", about_to_grow, {{load(0), load(0)}, {store(16, 1), store(0, 2)}}},
        {"store beside move", half_moved, {{store(3, 1), load(3)}, {store(2, 2), load(3)}}},
        {"two movers", half_moved, {{store(3, 1)}, {store(2, 2)}, {load(3)}}},
        {"two movers of one bucket", half_moved, {{store(3, 1)}, {store(7, 2), load(3)}}},
        {"move beside loads that help",
         half_moved,
         {{load(0), load(1)}, {load(2), load(3)}, {store(3, 5)}}},
        {"erase beside compare_exchange",
         {store(0, 1)},
         {{erase(0)}, {compare_exchange(0, 1, 2), load(0)}}},
        {"load_and_erase beside compare_exchange",
         {store(0, 1)},
         {{load_and_erase(0)}, {compare_exchange(0, 1, 2)}, {load(0)}}},
        {"two compare_exchange",
         {store(0, 1)},
         {{compare_exchange(0, 1, 2), compare_exchange(0, 3, 4)},
          {compare_exchange(0, 1, 3), load(0)}}},
        {"erase and insertion beside compare_exchange",
         {store(0, 1)},
         {{erase(0), store(0, 1)}, {compare_exchange(0, 1, 2)}, {load(0)}}},
        {"compare_and_erase beside exchange",
         {store(0, 1)},
         {{compare_and_erase(0, 1)}, {exchange(0, 2)}, {load(0)}}},
        {"two updates", {store(0, 1)}, {{update(0, 10), load(0)}, {update(0, 100)}}},
        {"update beside toggle", {store(0, 1)}, {{update(0, 10)}, {toggle(0, 5)}}},
        {"two insertions of one key", {}, {{load_or_store(0, 1)}, {load_or_store(0, 2), load(0)}}},
        {"insertions in an empty map", {}, {{store(0, 1), load(1)}, {try_emplace(1, 2), load(0)}}},
        {"try_emplace beside erase", {store(0, 1)}, {{try_emplace(0, 2)}, {erase(0), load(0)}}},
        {"try_emplace beside reclaim", {}, {{try_emplace(0, 2)}, {erase(0), reclaim()}}},
        {"promotion beside load",
         half_moved,
         {{load(3), load(3)}, {store(2, 1), store(3, 2), reclaim()}}},
        {"clear beside store", {store(0, 1)}, {{clear(), load(0)}, {store(0, 2), load(0)}}},
        {"clear beside promotion",
         half_moved,
         {{clear(), load(3)}, {store(3, 1), store(2, 2)}, {load(3)}}},
        {"clear beside growth", about_to_grow, {{clear(), store(0, 1)}, {store(8, 2), load(8)}}},
        {"clear beside visit", {store(0, 1)}, {{clear(), reclaim()}, {visit(0)}}},
        {"pin beside retirement", {store(0, 1)}, {{pin(0)}, {store(0, 2), reclaim()}}},
        {"pin beside erasure", {store(0, 1)}, {{pin(0), load(0)}, {erase(0), reclaim()}}},
        {"hazard published beside scan",
         {store(0, 1), store(4, 2)},
         {{visit(0)}, {erase(0), reclaim()}, {erase(4), reclaim()}}},
        {"load beside reclaim", {store(0, 1)}, {{load(0), contains(1)}, {erase(0), reclaim()}}},
        {"load that loads from another map beside reclaim",
         {store(0, 1)},
         {{load(0)}, {erase(0), reclaim()}},
         false,
         1,
         true},
        {"replacement beside load and reclaim",
         {store(0, 1)},
         {{store(0, 2)}, {load(0)}, {reclaim()}},
         false,
         12},
        {"clear beside visit and reclaim", {store(0, 1)}, {{clear()}, {visit(0)}, {reclaim()}}},
        {"writes that sweep beside a load",
         {store(0, 1)},
         {{load(0), load(0)},
          {store(0, 2), store(0, 3), store(0, 4), store(0, 5), store(0, 6), store(0, 7),
           store(0, 8), store(0, 9), store(0, 10), store(0, 11), store(0, 12)}}},
        {"writes that go on sweeping beside two loads",
         {store(0, 1), store(0, 2), store(0, 3), store(0, 4), store(0, 5), store(0, 6), store(0, 7),
          store(0, 8)},
         {{load(0), load(0)}, {store(0, 9), store(0, 10), store(0, 11), store(0, 12)}},
         false,
         4},
        {"end of a thread beside scan",
         {store(0, 1)},
         {{visit(0), end_of_thread(), load(0)}, {erase(0), reclaim()}},
         true},
        {"a record handed on beside scan",
         {store(0, 1), store(1, 2)},
         {{visit(0), end_of_thread()}, {visit(1), end_of_thread()}, {erase(0), reclaim()}},
         true},
        {"overflow beside load", full_bucket, {{load(12), load(0)}, {store(12, 4), load(12)}}},
        {"overflow beside erase", full_bucket, {{erase(0), load(12)}, {store(12, 4), load(0)}}},
        {"reuse in an overflow bucket beside load",
         full_bucket + std::vector<call>{store(12, 4)},
         {{load(12), load(16)}, {erase(12), store(16, 5)}}},
        {"shrinking beside load", about_to_shrink, {{load(0), load(0)}, {erase(1), store(0, 1)}}},
        {"two buckets that become one, beside loads",
         half_shrunk,
         {{load(1), load(5)}, {store(5, 1)}}},
        {"two buckets that become one, beside stores",
         half_shrunk,
         {{store(1, 1), load(5)}, {store(5, 2), load(5)}}},
        {"two buckets that become one, and clear",
         half_shrunk,
         {{clear(), store(5, 1)}, {store(1, 2), load(5)}}},
        {"for_each beside erase and insertion",
         {store(0, 1), store(4, 2)},
         {{for_each()}, {erase(0), store(8, 3), store(0, 4)}}},
        {"for_each beside keys that change places",
         full_bucket,
         {{for_each()}, {erase(0), erase(8), store(12, 5), store(0, 4)}}},
        {"for_each beside reclaim", {store(0, 1)}, {{for_each()}, {erase(0), reclaim()}}},
        {"for_each beside move", half_moved, {{for_each()}, {store(3, 1), store(2, 2)}}},
        {"for_each beside shrinking", about_to_shrink, {{for_each()}, {erase(1), store(4, 1)}}},
        {"for_each beside two buckets that become one",
         half_shrunk,
         {{for_each()}, {store(1, 1), erase(5)}}},
        {"for_each beside clear",
         {store(0, 1), store(1, 2)},
         {{for_each()}, {clear(), store(1, 3), reclaim()}}},
        {"erase_if beside load",
         {store(0, 1), store(1, 2)},
         {{erase_all()}, {load(0), load(1), store(2, 3)}}},
    };
    return all;
}
