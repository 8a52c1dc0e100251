// SPDX-License-Identifier: BSL-1.0
#include "workload.hpp"
#include "scripts.hpp"

namespace bench {
namespace {

constexpr op_set insert_erase = bit(op::insert) | bit(op::erase);

}  // namespace

const std::vector<workload>& workloads() {
    using enum distribution;
    static const std::vector<workload> all{
        {.name = "W1", .title = "load, all hits", .how = manner::loads, .make = scripts::loads},
        {.name = "W2",
         .title = "load, all hits, Zipf 0.99",
         .how = manner::loads,
         .usual = zipf,
         .any_distribution = false,
         .make = scripts::loads},
        {.name = "W3",
         .title = "load, all misses",
         .how = manner::loads,
         .range = 2,
         .make = scripts::misses},
        {.name = "W4",
         .title = "99 % load, 1 % store",
         .uses = bit(op::store),
         .make = scripts::w4},
        {.name = "W5",
         .title = "90 % load, 5 % insert, 5 % erase",
         .uses = insert_erase,
         .range = 2,
         .make = scripts::w5},
        {.name = "W6",
         .title = "50 % load, 50 % store",
         .uses = bit(op::store),
         .make = scripts::half_and_half},
        {.name = "W7",
         .title = "grow from empty",
         .how = manner::once,
         .uses = bit(op::insert),
         .any_distribution = false,
         .filled = 0,
         .make = scripts::grow},
        {.name = "W8",
         .title = "load_or_store of existing keys",
         .uses = bit(op::insert),
         .make = scripts::w8},
        {.name = "W9",
         .title = "iterate, for each element",
         .how = manner::iterate,
         .any_distribution = false,
         .make = scripts::nothing},
        {.name = "W10",
         .title = "erase and reinsert own keys",
         .uses = insert_erase,
         .make = scripts::churn},
        {.name = "W11",
         .title = "one hot key: one writer, the others read",
         .uses = bit(op::store),
         .any_distribution = false,
         .one_key = true,
         .least_threads = 2,
         .make = scripts::one_hot_key},
        {.name = "W12",
         .title = "one reads, the others write: 50 % store, 25 % insert, 25 % erase",
         .uses = insert_erase | bit(op::store),
         .least_threads = 2,
         .make = scripts::beside_writers},
        {.name = "batch",
         .title = "load 16 keys in one call, all hits",
         .how = manner::batches,
         .make = scripts::loads},
        {.name = "ReadHeavy",
         .title = "98 % load, 1 % insert, 1 % erase",
         .uses = insert_erase,
         .any_distribution = false,
         .filled = 0.75,
         .make = scripts::read_heavy},
        {.name = "Exchange",
         .title = "10 % load, 40 % insert, 40 % erase, 10 % update",
         .uses = insert_erase | bit(op::update),
         .any_distribution = false,
         .filled = 0.75,
         .make = scripts::exchange},
        {.name = "RapidGrow",
         .title = "80 % insert, 5 % load, 5 % erase, 10 % update, from empty",
         .how = manner::once,
         .uses = insert_erase | bit(op::update),
         .any_distribution = false,
         .filled = 0,
         .make = scripts::rapid_grow},
        {.name = "YCSB-A",
         .title = "50 % read, 50 % update, Zipf",
         .uses = bit(op::store),
         .usual = zipf,
         .make = scripts::half_and_half},
        {.name = "YCSB-B",
         .title = "95 % read, 5 % update, Zipf",
         .uses = bit(op::store),
         .usual = zipf,
         .make = scripts::ycsb_b},
        {.name = "YCSB-C",
         .title = "read only, Zipf",
         .how = manner::loads,
         .usual = zipf,
         .make = scripts::loads},
        {.name = "YCSB-D",
         .title = "95 % read the latest, 5 % insert",
         .how = manner::once,
         .uses = bit(op::insert),
         .any_distribution = false,
         .range = 1.1,
         .make = scripts::ycsb_d},
        {.name = "YCSB-F",
         .title = "50 % read, 50 % read-modify-write, Zipf",
         .uses = bit(op::update),
         .usual = zipf,
         .make = scripts::ycsb_f},
        {.name = "trace",
         .title = "count the identifiers of a source tree",
         .how = manner::once,
         .uses = bit(op::update),
         .any_distribution = false,
         .filled = 0},
        {.name = "memory",
         .title = "bytes for each entry after growing from empty",
         .how = manner::fill,
         .any_distribution = false,
         .make = scripts::nothing},
        {.name = "custom",
         .title = "--read-ratio load, the others store",
         .uses = bit(op::store),
         .make = scripts::custom},
    };
    return all;
}

const workload* find_workload(std::string_view name) {
    for (const workload& w : workloads())
        if (w.name == name) return &w;
    return nullptr;
}

std::uint64_t workload::prefilled(const cell& c) const {
    return static_cast<std::uint64_t>(static_cast<double>(c.keys) * filled);
}

std::uint64_t workload::key_numbers(const cell& c) const {
    return static_cast<std::uint64_t>(static_cast<double>(c.keys) * range);
}

std::string_view name_of(distribution d) {
    switch (d) {
    case distribution::zipf: return "zipf";
    case distribution::hot: return "hot";
    case distribution::uniform: break;
    }
    return "uniform";
}

}  // namespace bench
