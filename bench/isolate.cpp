// SPDX-License-Identifier: BSL-1.0
#include "isolate.hpp"
#include "clock.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <sstream>
#include <stdexcept>
#include <string>

#include <malloc.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

// A result as text, a line for each figure; roles have no tabs.

std::string written(const run_result& result) {
    std::ostringstream out;
    out.precision(17);
    for (const figure& f : result.figures)
        out << "figure\t" << f.role << '\t' << f.metric << '\t' << f.value << '\n';
    out << "preempted\t" << result.preempted << '\n';
    if (!result.failure.empty()) out << "failure\t" << result.failure << '\n';
    out << "end\n";
    return out.str();
}

run_result read_back(const std::string& text) {
    run_result result;
    std::istringstream in(text);
    bool complete = false;
    for (std::string line; std::getline(in, line);) {
        std::istringstream fields(line);
        std::string kind;
        std::getline(fields, kind, '\t');
        if (kind == "figure") {
            figure f;
            std::getline(fields, f.role, '\t');
            std::getline(fields, f.metric, '\t');
            fields >> f.value;
            result.figures.push_back(f);
        } else if (kind == "preempted") {
            fields >> result.preempted;
        } else if (kind == "failure") {
            std::getline(fields, result.failure);
        } else if (kind == "end") {
            complete = true;
        }
    }
    if (!complete) result.failure = "it ended without a result";
    return result;
}

[[noreturn]] void be_child(const std::function<run_result()>& work, int pipe_end, pid_t parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    std::signal(SIGINT, SIG_IGN);  // the parent decides what an interrupt means
    malloc_trim(0);
    run_result result;
    try {
        result = work();
    } catch (const std::exception& e) {
        result.failure = e.what();
    }
    const std::string text = written(result);
    for (std::size_t done = 0; done < text.size();) {
        const ssize_t n = write(pipe_end, text.data() + done, text.size() - done);
        if (n <= 0) _exit(1);
        done += static_cast<std::size_t>(n);
    }
    _exit(0);
}

/// All that comes through the pipe; nothing more after `patience` seconds.
std::string read_all(int pipe_end, double patience, bool& in_time) {
    std::string text;
    std::array<char, 4096> part{};
    const std::uint64_t begin = now_ns();
    for (;;) {
        const double left = patience - static_cast<double>(now_ns() - begin) / 1e9;
        pollfd one{pipe_end, POLLIN, 0};
        const int ready = left <= 0 ? 0 : poll(&one, 1, static_cast<int>(left * 1000) + 1);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) {
            in_time = false;
            return text;
        }
        const ssize_t n = read(pipe_end, part.data(), part.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return text;
        text.append(part.data(), static_cast<std::size_t>(n));
    }
}

}  // namespace

run_result isolated(const std::function<run_result()>& work, double patience) {
    std::array<int, 2> ends{};
    if (pipe(ends.data()) != 0)
        throw std::runtime_error(std::string("cannot make a pipe: ") + std::strerror(errno));
    const pid_t self = getpid();
    const pid_t child = fork();
    if (child < 0)
        throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
    if (child == 0) {
        close(ends[0]);
        be_child(work, ends[1], self);
    }
    close(ends[1]);
    bool in_time = true;
    const std::string text = read_all(ends[0], patience, in_time);
    close(ends[0]);
    if (!in_time) kill(child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    run_result result = read_back(text);
    if (!in_time)
        result.failure = "no result after " + std::to_string(static_cast<int>(patience)) + " s";
    else if (WIFSIGNALED(status))
        result.failure = std::string("killed by signal: ") + strsignal(WTERMSIG(status));
    return result;
}

}  // namespace bench
