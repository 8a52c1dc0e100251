// SPDX-License-Identifier: BSL-1.0
//
// One of the client processes: a map, a thread that loads, some that write. It is told what to do on its standard input,
// and tells there (record.hpp) what has happened.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace cluster {

struct client_options {
    std::size_t process = 0;
    std::vector<std::string> endpoints{};
    std::chrono::milliseconds deadline{2000};
};

/// Says `ready`; after `go` loads and writes; after `stop` does not any more, and says `stopped`; after `show REVISION`
/// waits for the mirror to have that, and tells the rest. Returns the exit status.
int be_client(const client_options& how);

}  // namespace cluster
