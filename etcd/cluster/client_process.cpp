// SPDX-License-Identifier: BSL-1.0
#include "client_process.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>

#include <unistd.h>

namespace cluster {

client_process::client_process(const std::vector<std::string>& argv)
    : runs_(argv, {.in = to_.read_end(), .out = from_.write_end()}) {
    to_.close_read_end();
    from_.close_write_end();
    listener_ = std::thread([this] { listen(); });
}

client_process::~client_process() {
    runs_.kill();
    listener_.join();
}

void client_process::say(const std::string& command) {
    const std::string line = command + '\n';
    if (::write(to_.write_end(), line.data(), line.size()) != static_cast<ssize_t>(line.size()))
        throw std::runtime_error("a client process has ended");
}

void client_process::expect(const std::string& word, std::chrono::seconds limit) {
    std::unique_lock lock(mutex_);
    something_said_.wait_for(lock, limit, [&] { return word_ == word || ended_; });
    if (word_ == word) return;
    throw std::runtime_error(ended_ ? "a client process has ended" + problem_
                                    : "a client process does not say `" + word + "' in time");
}

void client_process::listen() {
    std::FILE* const in = ::fdopen(::dup(from_.read_end()), "r");
    std::string line;
    try {
        for (int c = std::fgetc(in); c != EOF; c = std::fgetc(in)) {
            if (c != '\n') {
                line += static_cast<char>(c);
                continue;
            }
            const std::scoped_lock lock(mutex_);
            if (line == "ready" || line == "stopped" || line == "end") {
                word_ = line;
                something_said_.notify_all();
            } else {
                understand(line, told_);
            }
            line.clear();
        }
    } catch (const std::exception& e) {
        problem_ = std::string(": ") + e.what();
    }
    std::fclose(in);
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    something_said_.notify_all();
}

}  // namespace cluster
