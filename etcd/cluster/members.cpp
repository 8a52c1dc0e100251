// SPDX-License-Identifier: BSL-1.0
#include "members.hpp"

#include <chrono>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fmt/format.h>

#include "clock.hpp"
#include "gateway.hpp"

namespace cluster {
namespace {

using namespace std::chrono_literals;

/// Ports that nobody listens at. All are held until all are known, so that they differ.
std::vector<int> free_ports(std::size_t how_many) {
    std::vector<int> sockets, ports;
    for (std::size_t i = 0; i < how_many; ++i) {
        const int s = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockets.push_back(s);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const a = reinterpret_cast<sockaddr*>(&address);
        if (s < 0 || ::bind(s, a, size) != 0 || ::getsockname(s, a, &size) != 0)
            throw std::runtime_error(std::string("no free port: ") + std::strerror(errno));
        ports.push_back(ntohs(address.sin_port));
    }
    for (const int s : sockets) ::close(s);
    return ports;
}

std::string url(int port) { return fmt::format("http://127.0.0.1:{}", port); }

std::string last_lines(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line, last, before;
    while (std::getline(in, line)) {
        before = std::move(last);
        last = std::move(line);
    }
    return before.empty() ? last : before + '\n' + last;
}

}  // namespace

members::members(std::string program, std::filesystem::path folder)
    : program_(std::move(program)), folder_(std::move(folder)) {
    // Somebody else may take a port before etcd does.
    for (int attempt = 0; attempt < 3; ++attempt) {
        if (start_all()) return;
        for (member& m : members_) m.runs.kill();
    }
    const std::string said = last_lines(folder_ / "0.log");
    throw std::runtime_error(fmt::format("`{}' does not come up{}", program_,
                                         said.empty() ? ": is it there? (etcd-server on Debian)"
                                                      : ". It says:\n" + said));
}

bool members::start_all() {
    const std::vector<int> ports = free_ports(2 * count);
    for (std::size_t i = 0; i < count; ++i) {
        members_[i].client_port = ports[2 * i];
        members_[i].peer_port = ports[2 * i + 1];
        std::filesystem::remove_all(folder_ / std::to_string(i));
    }
    for (std::size_t i = 0; i < count; ++i) start(i);
    for (std::size_t i = 0; i < count; ++i) {
        if (!come_up(members_[i], i)) return false;
    }
    return wait_for_leader() < count;
}

bool members::come_up(member& m, std::size_t who) {
    gateway g(endpoint(who), 1000ms);
    const auto late = steady::now() + 20s;
    while (m.runs.running() && steady::now() < late) {
        try {
            const auto status = g.status();
            m.id = status.id;
            version_ = status.version;
            if (status.leader != 0) return true;
        } catch (const std::runtime_error&) {  // not yet
        }
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

std::string members::endpoint(std::size_t who) const { return url(members_[who].client_port); }

std::vector<std::string> members::endpoints() const {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < count; ++i) all.push_back(endpoint(i));
    return all;
}

std::size_t members::leader() {
    for (std::size_t i = 0; i < count; ++i) {
        if (!members_[i].answers) continue;
        try {
            const std::uint64_t led_by = gateway(endpoint(i), 300ms).status().leader;
            for (std::size_t k = 0; k < count; ++k) {
                if (led_by != 0 && members_[k].id == led_by && members_[k].answers) return k;
            }
        } catch (const std::runtime_error&) {  // the next one may know
        }
    }
    return count;
}

std::size_t members::wait_for_leader() {
    const auto late = steady::now() + 20s;
    while (steady::now() < late) {
        if (const std::size_t who = leader(); who < count) return who;
        std::this_thread::sleep_for(20ms);
    }
    return count;
}

void members::kill(std::size_t who) {
    members_[who].answers = false;
    members_[who].runs.kill();
}

void members::start(std::size_t who) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += fmt::format("{}{}={}", i == 0 ? "" : ",", i, url(members_[i].peer_port));
    const std::string name = std::to_string(who), here = endpoint(who);
    const std::string peer = url(members_[who].peer_port);
    const log_file log(folder_ / (name + ".log"));
    // clang-format off
    members_[who].runs = process({program_, "--name", name, "--data-dir", (folder_ / name).string(),
        "--listen-client-urls", here, "--advertise-client-urls", here,
        "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
        "--initial-cluster", all, "--initial-cluster-state", "new",
        "--initial-cluster-token", folder_.filename().string(), "--logger", "zap"},
        {.in = -1, .out = log.number(), .err = log.number()});
    // clang-format on
    members_[who].answers = true;
}

void members::stop(std::size_t who) {
    members_[who].answers = false;
    members_[who].runs.signal(SIGSTOP);
}

void members::go_on(std::size_t who) {
    members_[who].runs.signal(SIGCONT);
    members_[who].answers = true;
}

}  // namespace cluster
