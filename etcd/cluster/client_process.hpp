// SPDX-License-Identifier: BSL-1.0
//
// A client process (client.hpp), as the one that has started it sees it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "process.hpp"
#include "record.hpp"

namespace cluster {

class client_process {
public:
    /// Starts `argv`. All members throw std::runtime_error when the process has ended before it should.
    explicit client_process(const std::vector<std::string>& argv);
    client_process(const client_process&) = delete;
    client_process& operator=(const client_process&) = delete;
    ~client_process();  // kills it

    void say(const std::string& command);
    /// Waits until it has said `word`.
    void expect(const std::string& word, std::chrono::seconds limit);
    /// What it has told so far; after `end` that is all.
    const record& told() const { return told_; }

private:
    void listen();

    pipe_ends to_, from_;
    std::mutex mutex_;
    std::condition_variable something_said_;
    std::string word_;     // the last that is no record
    std::string problem_;  // why there will be nothing more
    bool ended_ = false;
    record told_;
    process runs_;
    std::thread listener_;
};

}  // namespace cluster
