// SPDX-License-Identifier: BSL-1.0
//
// A process that we have started, and that does not outlive us: it is killed with its owner, and by the kernel if we
// die. Start processes in the main thread: the kernel takes the end of the thread that did for ours.
#pragma once

#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace cluster {

/// Where a process gets its commands, and where it says what it has done.
struct standard_files {
    int in = -1;   // -1: /dev/null
    int out = -1;  // likewise
    int err = 2;
};

class process {
public:
    process() = default;  // none
    /// Starts argv[0], found by PATH. Variables of ours called ETCD_... are kept from it.
    /// Throws std::runtime_error if it cannot be started.
    process(const std::vector<std::string>& argv, const standard_files& files);
    process(process&& other) noexcept;
    process& operator=(process&& other) noexcept;
    ~process();  // kill -9

    bool running();                 // whether it has not ended yet
    void signal(int number) const;  // does nothing if there is none
    void kill();                    // kill -9, and waits for the end
    int wait();                     // for its end: its status, or 128 + signal
    pid_t id() const { return id_; }

private:
    pid_t id_ = -1;
    int status_ = 0;
};

/// Two ends of a pipe, closed with it. Only the process that is given one of them by its number inherits it.
class pipe_ends {
public:
    pipe_ends();
    pipe_ends(const pipe_ends&) = delete;
    pipe_ends& operator=(const pipe_ends&) = delete;
    ~pipe_ends();
    int read_end() const { return ends_[0]; }
    int write_end() const { return ends_[1]; }
    void close_read_end();
    void close_write_end();

private:
    int ends_[2];
};

/// A file that is written to, closed with it.
class log_file {
public:
    explicit log_file(const std::filesystem::path& path);  // appends
    log_file(const log_file&) = delete;
    log_file& operator=(const log_file&) = delete;
    ~log_file();
    int number() const { return number_; }

private:
    int number_;
};

}  // namespace cluster
