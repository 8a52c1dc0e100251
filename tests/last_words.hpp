// SPDX-License-Identifier: BSL-1.0
//
// For test programs: what a process says that ends itself.
#pragma once

#include <cstddef>
#include <string>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.hpp"

/// What a child says before it ends itself; empty if it does not.
template <class F>
std::string last_words(F f) {
    int ends[2];
    check(::pipe(ends) == 0, "there is a pipe");
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(ends[1], STDERR_FILENO);
        ::alarm(120);
        f();
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string said;
    char buffer[256];
    for (ssize_t n; (n = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
        said.append(buffer, static_cast<std::size_t>(n));
    }
    ::close(ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? said : std::string();
}
