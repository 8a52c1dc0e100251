// SPDX-License-Identifier: BSL-1.0
//
// What the client processes do, and what a value must be at the end: known to those who write and to those who check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace cluster {

inline const std::string prefix = "/cluster/";
inline constexpr std::size_t processes = 3;
inline constexpr std::size_t writers = 2;  // threads of each process; one more counts
inline constexpr std::size_t table_size = 1000;

/// Keys that are there from the beginning: loads look at them, and each writer overwrites those that are its own.
inline std::string table_key(std::size_t i) { return "table/" + std::to_string(i); }
inline const std::string first_value = "first";  // of those
/// Keys that are written once: whether each of them is there can be told at the end.
inline const std::string log_keys = "log/";
/// What all processes increment.
inline const std::string counter_key = "counter";

/// The `n`th write of a writer is of this value, to a key of its own.
struct nth_write {
    std::string key, value;
};
inline nth_write write_of(std::size_t process, std::size_t writer, std::size_t n) {
    const std::size_t who = process * writers + writer;
    std::string value = std::to_string(who) + '.' + std::to_string(n);
    if (n % 2 == 0) return {log_keys + value, value};
    constexpr std::size_t all = processes * writers;
    const std::size_t mine = (table_size - 1 - who) / all + 1;
    return {table_key(who + n / 2 % mine * all), value};
}

}  // namespace cluster
