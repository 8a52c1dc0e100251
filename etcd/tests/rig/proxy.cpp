// SPDX-License-Identifier: BSL-1.0
//
// A network that breaks: proxy.hpp.
#include "proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <utility>
#include <vector>

namespace rig {

namespace {

sockaddr_in local(std::uint16_t port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

void at_once(int fd) {
    const int yes = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

// Requests to change something, which begin in these bytes.
bool is_write(const std::string& bytes) {
    return bytes.starts_with("POST /v3/kv/txn") || bytes.starts_with("POST /v3/kv/put") ||
           bytes.starts_with("POST /v3/kv/deleterange");
}

}  // namespace

proxy::proxy(std::uint16_t to) : port_(free_port()), to_(to) {
    if (pipe2(wake_, O_CLOEXEC | O_NONBLOCK) != 0) throw std::runtime_error("proxy: no pipe");
    listen();
    thread_ = std::thread([this] { work(); });
}

void proxy::listen() {
    if (listener_ >= 0) return;
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const sockaddr_in at = local(port_);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        ::listen(listener_, 64) != 0)
        throw std::runtime_error("proxy: no port");
}

proxy::~proxy() {
    {
        const std::lock_guard held(lock_);
        over_ = true;
    }
    wake();
    thread_.join();
    for (connection& c : connections_) end(c, true);
    if (listener_ >= 0) close(listener_);
    close(wake_[0]);
    close(wake_[1]);
}

void proxy::wake() const { [[maybe_unused]] const auto n = write(wake_[1], "", 1); }

void proxy::pass() { delay(0ms); }

void proxy::delay(milliseconds by) {
    const std::lock_guard held(lock_);
    listen();
    mode_ = mode::pass;
    delay_ = by;
    to_lose_ = 0;
    wake();
}

void proxy::swallow() {
    const std::lock_guard held(lock_);
    listen();
    mode_ = mode::swallow;
    wake();
}

void proxy::refuse() {
    const std::lock_guard held(lock_);
    mode_ = mode::pass;
    if (listener_ >= 0) close(std::exchange(listener_, -1));
    for (connection& c : connections_) end(c, false);
    wake();
}

void proxy::lose_answers(int writes) {
    const std::lock_guard held(lock_);
    listen();
    mode_ = mode::pass;
    to_lose_ = writes;
    wake();
}

void proxy::cut() {
    const std::lock_guard held(lock_);
    for (connection& c : connections_) end(c, true);
    wake();
}

void proxy::half_close() {
    const std::lock_guard held(lock_);
    for (connection& c : connections_) {
        if (c.dead) continue;
        c.answer.closed = true;
        shutdown(c.client, SHUT_WR);
    }
    wake();
}

void proxy::end(connection& c, bool hard) {
    if (c.dead) return;
    c.dead = true;
    if (hard) {
        const linger none{1, 0};
        setsockopt(c.client, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    }
    close(c.client);
    if (c.server >= 0) close(c.server);
}

void proxy::accept_one() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0) return;
    at_once(fd);
    connection c;
    c.client = fd;
    c.server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    at_once(c.server);
    const sockaddr_in at = local(to_);
    if (connect(c.server, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0) {
        end(c, true);
        return;
    }
    fcntl(c.server, F_SETFL, O_NONBLOCK);
    connections_.push_back(std::move(c));
}

void proxy::read_from(connection& c, bool client) {
    char buffer[1 << 16];
    const ssize_t n = recv(client ? c.client : c.server, buffer, sizeof buffer, 0);
    direction& d = client ? c.request : c.answer;
    if (n < 0) {
        if (errno != EAGAIN && errno != EINTR) end(c, true);
        return;
    }
    if (!passes(c)) {
        c.silent = true;
        d.ended = n == 0;
        if (d.ended && client) end(c, false);
        return;
    }
    if (n == 0) {
        d.ended = true;
        d.waiting.push_back({clock::now() + delay_, {}});  // an end, in its turn
        return;
    }
    std::string bytes(buffer, static_cast<std::size_t>(n));
    if (client && bytes.starts_with("POST ")) {
        ++c.requests;
        if (is_write(bytes)) {
            ++writes_;
            if (to_lose_ > 0) {
                --to_lose_;
                c.loses_answer = true;
            }
        }
    }
    if (!client && c.loses_answer) {
        ++lost_;
        if (c.requests > 1) ++lost_on_reused_;
        end(c, false);
        return;
    }
    d.waiting.push_back({clock::now() + delay_, std::move(bytes)});
}

void proxy::write_to(connection& c, bool client) {
    direction& d = client ? c.answer : c.request;
    const int fd = client ? c.client : c.server;
    while (!c.dead && !d.waiting.empty() && d.waiting.front().due <= clock::now()) {
        std::string& bytes = d.waiting.front().bytes;
        if (d.closed) {
        } else if (bytes.empty()) {
            d.closed = true;
            shutdown(fd, SHUT_WR);
        } else {
            const ssize_t n = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (n < 0) {
                if (errno != EAGAIN && errno != EINTR) end(c, true);
                return;
            }
            bytes.erase(0, static_cast<std::size_t>(n));
            if (!bytes.empty()) return;
        }
        d.waiting.pop_front();
    }
    if (c.request.closed && c.answer.closed && !c.dead) end(c, false);
}

void proxy::work() {
    std::unique_lock held(lock_);
    while (!over_) {
        connections_.remove_if([](const connection& c) { return c.dead; });
        std::vector<pollfd> ready{{wake_[0], POLLIN, 0}, {listener_, POLLIN, 0}};
        std::vector<connection*> of;
        const auto now = clock::now();
        milliseconds wait = 1s;
        for (connection& c : connections_) {
            for (const bool client : {true, false}) {
                const direction& in = client ? c.request : c.answer;
                const direction& out = client ? c.answer : c.request;
                short events = 0;
                if (!in.ended && in.waiting.size() < 64) events |= POLLIN;
                if (!out.waiting.empty() && passes(c)) {
                    const auto due = out.waiting.front().due;
                    if (due <= now) {
                        events |= POLLOUT;
                    } else {
                        wait = std::min(wait,
                                        std::chrono::duration_cast<milliseconds>(due - now) + 1ms);
                    }
                }
                if (events == 0) continue;
                ready.push_back({client ? c.client : c.server, events, 0});
                of.push_back(&c);
            }
        }
        held.unlock();
        poll(ready.data(), ready.size(), static_cast<int>(wait.count()));
        held.lock();
        if (ready[0].revents != 0) {
            char ignored[64];
            [[maybe_unused]] const auto n = read(wake_[0], ignored, sizeof ignored);
        }
        for (std::size_t i = 2; i < ready.size(); ++i) {
            connection& c = *of[i - 2];
            const bool client = ready[i].fd == c.client;
            if (!c.dead && (ready[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 &&
                (ready[i].events & POLLIN) != 0)
                read_from(c, client);
            if (!c.dead && (ready[i].revents & POLLOUT) != 0 && passes(c)) write_to(c, client);
        }
        if (ready[1].revents != 0) accept_one();
    }
}

}  // namespace rig
