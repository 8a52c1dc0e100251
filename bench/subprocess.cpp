// SPDX-License-Identifier: BSL-1.0
#include "subprocess.hpp"

#include <array>
#include <cerrno>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {
namespace {

/// For the child, between fork and exec: everything that allocates has been done before.
struct prepared {
    explicit prepared(const std::vector<std::string>& argv, const environment& changes) {
        for (const auto& word : argv) words.push_back(const_cast<char*>(word.c_str()));
        words.push_back(nullptr);
        for (char** variable = environ; *variable; ++variable) {
            const std::string_view text = *variable;
            bool changed = false;
            for (const auto& [name, value] : changes) changed |= text.starts_with(name + "=");
            if (!changed) variables.push_back(*variable);
        }
        for (const auto& [name, value] : changes) own.push_back(name + "=" + value);
        for (auto& text : own) variables.push_back(text.data());
        variables.push_back(nullptr);
    }
    std::vector<char*> words, variables;
    std::vector<std::string> own;
};

[[noreturn]] void become(const prepared& p, const char* folder, int out) {
    ::dup2(out, STDOUT_FILENO);
    ::dup2(out, STDERR_FILENO);
    const int nothing = ::open("/dev/null", O_RDONLY);
    ::dup2(nothing, STDIN_FILENO);
    if (*folder == '\0' || ::chdir(folder) == 0)
        ::execvpe(p.words[0], p.words.data(), p.variables.data());
    ::_exit(127);
}

}  // namespace

program_result run_program(const std::vector<std::string>& argv,
                           const std::filesystem::path& folder, const environment& changes) {
    const prepared p(argv, changes);
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    const pid_t child = ::fork();
    if (child == 0) become(p, folder.c_str(), ends[1]);
    ::close(ends[1]);
    program_result result;
    std::array<char, 4096> part{};
    for (;;) {
        const auto got = ::read(ends[0], part.data(), part.size());
        if (got > 0)
            result.output.append(part.data(), static_cast<std::size_t>(got));
        else if (got == 0 || errno != EINTR)
            break;
    }
    ::close(ends[0]);
    if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    result.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

bool in_path(const std::string& name) {
    const char* path = std::getenv("PATH");
    std::istringstream folders(path ? path : "");
    for (std::string folder; std::getline(folders, folder, ':');)
        if (::access((std::filesystem::path(folder) / name).c_str(), X_OK) == 0) return true;
    return false;
}

}  // namespace bench
