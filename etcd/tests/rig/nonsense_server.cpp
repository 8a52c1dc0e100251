// SPDX-License-Identifier: BSL-1.0
//
// A server that answers whatever a test likes: nonsense_server.hpp.
#include "nonsense_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <stdexcept>

namespace rig {

namespace {

std::size_t below(std::mt19937& random, std::size_t n) {
    return std::uniform_int_distribution<std::size_t>(0, n - 1)(random);
}

template <class List>
std::string one_of(std::mt19937& random, const List& list) {
    return *(std::begin(list) +
             static_cast<std::ptrdiff_t>(below(random, static_cast<std::size_t>(std::size(list)))));
}

const std::string header =
    R"("header":{"cluster_id":"1","member_id":"2","revision":"7","raft_term":"3"})";
const std::string kv =
    R"({"key":"L3IvYQ==","create_revision":"5","mod_revision":"6","version":"2","value":"eA==","lease":"77"})";

// What a member answers.
std::string sense(const std::string& path, std::mt19937& random) {
    if (path.ends_with("/range")) return "{" + header + R"(,"kvs":[)" + kv + R"(],"count":"1"})";
    if (path.ends_with("/txn")) {
        static const std::string answers[] = {
            "{" + header + R"(,"succeeded":true,"responses":[{"response_put":{)" + header + "}}]}",
            "{" + header + R"(,"responses":[{"response_range":{)" + header + R"(,"kvs":[)" + kv +
                R"(],"count":"1"}}]})",
            "{" + header + R"(,"succeeded":true,"responses":[{"response_delete_range":{)" + header +
                R"(,"deleted":"1"}}]})",
        };
        return one_of(random, answers);
    }
    if (path.ends_with("/put")) return "{" + header + "}";
    if (path.ends_with("/deleterange")) return "{" + header + R"(,"deleted":"1"})";
    if (path.ends_with("/watch")) {
        std::string all = R"({"result":{)" + header +
                          R"(,"created":true}})"
                          "\n";
        static const std::string more[] = {
            R"({"result":{)" + header + R"(,"events":[{"kv":)" + kv + "}]}}\n",
            R"({"result":{)" + header +
                R"(,"events":[{"type":"DELETE","kv":{"key":"L3IvYQ==","mod_revision":"7"}}]}})"
                "\n",
            R"({"result":{)" + header + "}}\n",
            R"({"result":{)" + header +
                R"(,"canceled":true,"compact_revision":"9"}})"
                "\n",
            R"({"error":{"grpc_code":14,"http_code":503,"message":"etcdserver: no leader","http_status":"Service Unavailable"}})"
            "\n",
        };
        for (std::size_t i = below(random, 5); i > 0; --i) all += one_of(random, more);
        return all;
    }
    if (path.ends_with("/grant")) return "{" + header + R"(,"ID":"77","TTL":"10"})";
    if (path.ends_with("/keepalive"))
        return R"({"result":{)" + header +
               R"(,"ID":"77","TTL":"10"}})"
               "\n";
    if (path.ends_with("/authenticate")) return "{" + header + R"(,"token":"abc.1"})";
    return "{" + header + "}";
}

const std::string scraps[] = {
    "null",
    "true",
    "-1",
    "0",
    "1e999",
    "9223372036854775808",
    "-9223372036854775809",
    "\"9223372036854775807\"",
    "\"99999999999999999999999\"",
    "\"-5\"",
    "\"\"",
    "\"a\"",
    "\"====\"",
    "\"YQ=\"",
    "\"\\u0000\"",
    "\"\\ud800\"",
    "[]",
    "{}",
    "[[[[]]]]",
    "{\"kvs\":7}",
    "NaN",
    "\xff\xfe",
    "\"revision\":\"x\"",
    "0.5",
    "\"0x10\"",
    "\" 7\"",
    ",",
    "}",
    "]",
    "\n",
};

// The same with something else in one place.
std::string changed(std::string text, std::mt19937& random) {
    const std::size_t at = below(random, text.size() + 1);
    switch (below(random, 7)) {
    case 0:  // one byte
        if (at < text.size()) text[at] = static_cast<char>(below(random, 256));
        return text;
    case 1: return text.substr(0, at);
    case 2: return text.insert(at, one_of(random, scraps));
    case 3: return text.erase(at, 1 + below(random, 20));
    case 4: {  // one value
        std::vector<std::size_t> colons;
        for (std::size_t i = text.find(':'); i < text.size(); i = text.find(':', i + 1))
            colons.push_back(i);
        if (colons.empty()) return text;
        const std::size_t from = colons[below(random, colons.size())] + 1;
        std::size_t to = std::min(text.find_first_of(",}", from), text.size());
        if (from < text.size() && (text[from] == '{' || text[from] == '['))
            to = std::min(text.rfind(text[from] == '{' ? '}' : ']') + 1, text.size());
        return text.replace(from, std::max(from, to) - from, one_of(random, scraps));
    }
    case 5: {  // a part, once more
        const std::string part = text.substr(at, below(random, 60));
        return text.insert(at, part);
    }
    default:  // deep, or long
        return text.insert(
            at, std::string(below(random, 2) == 0 ? 100000 : 50, "[{\"\\"[below(random, 4)]));
    }
}

const std::string failures[] = {
    R"({"error":"etcdserver: request timed out","message":"etcdserver: request timed out","code":14})",
    R"({"error":"etcdserver: mvcc: database space exceeded","code":8})",
    R"({"error":"etcdserver: permission denied","code":7})",
    R"({"error":"etcdserver: invalid auth token","code":16})",
    R"({"error":"etcdserver: mvcc: required revision has been compacted","code":11})",
    R"({"error":"etcdserver: request is too large","code":3})",
    R"({"error":7,"code":"x"})",
    R"({"error":{"message":[]}})",
    "<html>502 Bad Gateway</html>",
    "",
};

const std::string heads[] = {
    "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\n{",
    "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
    "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
    "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 307 Temporary Redirect\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n",
    "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 999 \r\n\r\n",
    "HTTP/9.9 200 OK\r\n\r\n",
    "SSH-2.0-OpenSSH_9.2\r\n",
    "\r\n\r\n\r\n",
    "\x16\x03\x01\x02",
    "",
};

}  // namespace

std::string http(int status, const std::string& body) {
    return "HTTP/1.1 " + std::to_string(status) +
           " Whatever\r\nContent-Type: application/json\r\nContent-Length: " +
           std::to_string(body.size()) + "\r\n\r\n" + body;
}

reply nonsense(const std::string& path, std::mt19937& random) {
    const auto any = [&] { return static_cast<reply::after>(below(random, 4)); };
    const auto mostly = [&] { return below(random, 4) == 0 ? any() : reply::after::go_on; };
    switch (below(random, 10)) {
    case 0: return {http(200, sense(path, random)), mostly()};
    case 1:
        return {http(static_cast<int>(400 + below(random, 105)), one_of(random, failures)),
                reply::after::go_on};
    case 2: return {one_of(random, heads), any()};
    case 3: {
        std::string noise;
        for (std::size_t n = below(random, 300); n > 0; --n)
            noise += static_cast<char>(below(random, 256));
        return {below(random, 2) == 0 ? noise : http(200, noise), any()};
    }
    case 4: {
        const std::string whole = http(200, sense(path, random));
        return {whole.substr(0, below(random, whole.size())), any()};
    }
    default: {
        std::string body = sense(path, random);
        for (std::size_t n = 1 + below(random, 3); n > 0; --n) body = changed(body, random);
        return {http(200, body), mostly()};
    }
    }
}

nonsense_server::nonsense_server(
    std::function<reply(const std::string&, const std::string&)> answers)
    : answers_(std::move(answers)), port_(free_port()),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int yes = 1;
    setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_port = htons(port_);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 ||
        listen(listener_, 64) != 0)
        throw std::runtime_error("nonsense_server: no port");
    accepting_ = std::thread([this] {
        while (!over_) {
            pollfd ready{listener_, POLLIN, 0};
            if (poll(&ready, 1, 50) <= 0) continue;
            const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) continue;
            ++connections_;
            std::thread([this, fd] {
                serve(fd);
                close(fd);
                --connections_;
            }).detach();
        }
    });
}

nonsense_server::~nonsense_server() {
    over_ = true;
    accepting_.join();
    while (connections_ != 0) std::this_thread::sleep_for(1ms);
    close(listener_);
}

void nonsense_server::serve(int fd) {
    std::string in;
    // Whether there is something to read, or room to write, before the end.
    const auto await = [&](short events) {
        pollfd ready{fd, events, 0};
        while (!over_) {
            if (poll(&ready, 1, 20) > 0) return true;
        }
        return false;
    };
    const auto say = [&](const std::string& bytes) {
        for (std::size_t sent = 0; sent < bytes.size();) {
            if (!await(POLLOUT)) return false;
            const ssize_t n =
                send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL | MSG_DONTWAIT);
            if (n < 0 && errno == EAGAIN) continue;
            if (n <= 0) return false;
            sent += static_cast<std::size_t>(n);
        }
        return true;
    };
    const auto hear = [&] {
        char buffer[1 << 16];
        if (!await(POLLIN)) return false;
        const ssize_t n = recv(fd, buffer, sizeof buffer, MSG_DONTWAIT);
        if (n <= 0) return false;
        in.append(buffer, static_cast<std::size_t>(n));
        return true;
    };
    for (;;) {
        std::size_t head = 0;
        while ((head = in.find("\r\n\r\n")) == std::string::npos) {
            if (!hear()) return;
        }
        std::string lower = in.substr(0, head);
        std::transform(lower.begin(), lower.end(), lower.begin(),
                       [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
        const std::size_t length = lower.find("content-length:");
        const std::size_t size =
            length == std::string::npos
                ? 0
                : std::strtoul(lower.c_str() + length + sizeof "content-length:" - 1, nullptr, 10);
        if (lower.find("expect: 100") != std::string::npos)
            if (!say("HTTP/1.1 100 Continue\r\n\r\n")) return;
        while (in.size() < head + 4 + size) {
            if (!hear()) return;
        }
        const std::size_t space = in.find(' ');
        const std::string path = in.substr(space + 1, in.find(' ', space + 1) - space - 1);
        const std::string body = in.substr(head + 4, size);
        in.erase(0, head + 4 + size);
        ++requests_;
        reply r;
        {
            const std::lock_guard held(lock_);
            r = answers_(path, body);
        }
        if (!say(r.bytes)) return;
        switch (r.then) {
        case reply::after::go_on: break;
        case reply::after::hang_up: return;
        case reply::after::flood:
            if (r.bytes.empty()) r.bytes = "[";
            while (say(r.bytes)) {
            }
            return;
        case reply::after::silence:
            while (hear()) in.clear();
            return;
        }
    }
}

}  // namespace rig
