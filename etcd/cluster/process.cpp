// SPDX-License-Identifier: BSL-1.0
#include "process.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace cluster {
namespace {

[[noreturn]] void failed(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

int status_of(int raw) { return WIFSIGNALED(raw) ? 128 + WTERMSIG(raw) : WEXITSTATUS(raw); }

void close_if_open(int& file) {
    if (file >= 0) ::close(file);
    file = -1;
}

/// Between fork and exec nothing is called but what may be in a process of several threads.
[[noreturn]] void become(char** argv, char** variables, const standard_files& files, pid_t parent) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // it has died already
    ::setpgid(0, 0);                          // Ctrl-C is for us, and we end it
    const int nothing = ::open("/dev/null", O_RDWR);
    const bool ready = ::dup2(files.in >= 0 ? files.in : nothing, 0) >= 0 &&
                       ::dup2(files.out >= 0 ? files.out : nothing, 1) >= 0 &&
                       ::dup2(files.err, 2) >= 0;
    if (ready) ::execvpe(argv[0], argv, variables);
    ::_exit(127);
}

}  // namespace

process::process(const std::vector<std::string>& argv, const standard_files& files) {
    std::vector<char*> arguments, variables;
    for (const std::string& word : argv) arguments.push_back(const_cast<char*>(word.c_str()));
    for (char** v = environ; *v != nullptr; ++v) {
        if (std::strncmp(*v, "ETCD_", 5) != 0) variables.push_back(*v);
    }
    arguments.push_back(nullptr);
    variables.push_back(nullptr);
    const pid_t parent = ::getpid();
    id_ = ::fork();
    if (id_ < 0) failed("cannot start " + argv[0]);
    if (id_ == 0) become(arguments.data(), variables.data(), files, parent);
}

process::process(process&& other) noexcept
    : id_(std::exchange(other.id_, -1)), status_(other.status_) {}

process& process::operator=(process&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(status_, other.status_);
    return *this;
}

process::~process() { kill(); }

bool process::running() {
    if (id_ < 0) return false;
    int raw = 0;
    if (::waitpid(id_, &raw, WNOHANG) == 0) return true;
    status_ = status_of(raw);
    id_ = -1;
    return false;
}

void process::signal(int number) const {
    if (id_ > 0) ::kill(id_, number);
}

void process::kill() {
    signal(SIGKILL);
    wait();
}

int process::wait() {
    if (id_ < 0) return status_;
    int raw = 0;
    while (::waitpid(id_, &raw, 0) < 0 && errno == EINTR) {
    }
    id_ = -1;
    status_ = status_of(raw);
    return status_;
}

pipe_ends::pipe_ends() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) failed("cannot make a pipe");
}
pipe_ends::~pipe_ends() {
    close_read_end();
    close_write_end();
}
void pipe_ends::close_read_end() { close_if_open(ends_[0]); }
void pipe_ends::close_write_end() { close_if_open(ends_[1]); }

log_file::log_file(const std::filesystem::path& path)
    : number_(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644)) {
    if (number_ < 0) failed("cannot write " + path.string());
}
log_file::~log_file() { ::close(number_); }

}  // namespace cluster
