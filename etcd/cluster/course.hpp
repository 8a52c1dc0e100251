// SPDX-License-Identifier: BSL-1.0
//
// What happens, in order: the members start, the clients load and write, the leader is killed and comes back, two members
// are stopped and go on.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "gateway.hpp"
#include "record.hpp"

namespace cluster {

struct course_options {
    std::string etcd = "etcd";  // the program
    std::string self{};         // this program, for client processes
    std::filesystem::path folder{};
    std::chrono::milliseconds deadline{2000};
    bool quick = false;
};

/// A stretch of time between two events.
struct phase {
    std::string name;   // for a table
    std::string event;  // what it begins with, for a picture; or nothing
    bool has_majority = true;
    std::int64_t start_us = 0, end_us = 0;
};

/// What came of it.
struct outcome {
    std::string version;  // of etcd
    std::vector<phase> phases;
    std::vector<record> clients;
    gateway::contents etcd;  // at the end
};

/// Tells on stderr what is happening. Throws std::runtime_error if it cannot go on, `interrupted` after SIGINT or SIGTERM.
outcome run_course(const course_options& how);

struct interrupted {};
/// From now on SIGINT and SIGTERM end pause() and run_course().
void catch_signals();
/// Sleeps. Throws `interrupted`.
void pause(std::chrono::milliseconds how_long);

}  // namespace cluster
