// SPDX-License-Identifier: BSL-1.0
// The same as consumer.cpp for syncmap::etcd: it must be linked, and say in time that there is no etcd.
#include <chrono>
#include <cstdio>
#include <string>

#include <syncmap/etcd/map.hpp>
#include <syncmap/version.hpp>

int main() {
    using namespace std::chrono_literals;
    const auto start = std::chrono::steady_clock::now();
    syncmap::etcd::client nobody({.endpoints = {"http://127.0.0.1:1"}, .deadline = 300ms});
    try {
        const syncmap::etcd::map<std::string> routes(nobody, "/routes/");
    } catch (const syncmap::etcd::error& e) {
        const bool in_time = std::chrono::steady_clock::now() - start < 3s;
        if (e.kind() == syncmap::etcd::error_kind::unavailable && in_time) {
            std::printf("syncmap %s: etcd is unavailable\n", syncmap::version_string);
            return 0;
        }
        std::printf("%s\n", e.what());
    }
    return 1;
}
