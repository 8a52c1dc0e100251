// SPDX-License-Identifier: BSL-1.0
//
// Folders, ports and processes: process.hpp.
#include "process.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <mutex>
#include <random>
#include <stdexcept>
#include <system_error>

namespace rig {

bool long_form() {
    static const bool is = std::getenv("SYNCMAP_ETCD_LONG") != nullptr;
    return is;
}

int scaled(int n) { return (long_form() ? n : n / 8 + 1) / (sanitized ? 4 : 1) + 1; }

folder::folder() {
    std::string name = (std::filesystem::temp_directory_path() / "syncmap-etcd-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
}

folder::~folder() {
    if (std::getenv("SYNCMAP_ETCD_KEEP") != nullptr) return;
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::uint16_t free_port() {
    static std::mutex lock;
    static std::minstd_rand random(static_cast<unsigned>(getpid()) * 2654435761U);
    const std::lock_guard held(lock);
    for (int tries = 0; tries < 1000; ++tries) {
        const auto port =
            static_cast<std::uint16_t>(std::uniform_int_distribution<int>(10000, 32000)(random));
        const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const bool free = bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
        close(fd);
        if (free) return port;
    }
    throw std::runtime_error("no port is free");
}

std::string contents(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

child::child(const std::vector<std::string>& command, const std::filesystem::path& log) {
    std::vector<char*> words;
    for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    const int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    const pid_t parent = getpid();
    const pid_t id = fork();
    if (id < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (id == 0) {  // other threads may have been anywhere: system calls only
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) _exit(127);
        dup2(in, 0);
        dup2(out, 1);
        dup2(out, 2);
        close_range(3, ~0U, 0);
        execvp(words[0], words.data());
        _exit(127);
    }
    close(in);
    close(out);
    id_ = id;
}

void child::send(int signal) const {
    if (id_ != 0) ::kill(id_, signal);
}
void child::stop() { send(SIGSTOP); }
void child::go_on() { send(SIGCONT); }
void child::ask_end() { send(SIGTERM); }

void child::kill() {
    if (id_ == 0) return;
    send(SIGKILL);
    while (waitpid(id_, nullptr, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
}

std::optional<int> child::wait(milliseconds limit) {
    if (id_ == 0) return std::nullopt;
    int status = 0;
    if (!eventually([&] { return waitpid(id_, &status, WNOHANG) == id_; }, limit))
        return std::nullopt;
    id_ = 0;
    return status;
}

void run(const std::vector<std::string>& command, const std::filesystem::path& log) {
    child c(command, log);
    if (c.wait() != 0)
        throw std::runtime_error("failed: " + command.front() + "\n" + contents(log));
}

std::string own_path() { return std::filesystem::read_symlink("/proc/self/exe").string(); }

}  // namespace rig
