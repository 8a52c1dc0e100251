// SPDX-License-Identifier: BSL-1.0
//
// Parts of a test that are a process of their own: the same program, started again. Used by tests that kill or stop one.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rig/process.hpp"

namespace rig {

using as_process = int (*)(const std::vector<std::string>& arguments);

inline std::map<std::string, as_process, std::less<>>& processes() {
    static std::map<std::string, as_process, std::less<>> all;
    return all;
}

/// At the beginning of the program: what `name` is.
inline bool define_process(const std::string& name, as_process what) {
    return processes().emplace(name, what).second;
}

/// Starts it.
inline child start_process(const std::string& name, std::vector<std::string> arguments,
                           const std::filesystem::path& log) {
    arguments.insert(arguments.begin(), {own_path(), "--as", name});
    return child(arguments, log);
}

}  // namespace rig
