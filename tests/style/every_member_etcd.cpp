// SPDX-License-Identifier: BSL-1.0
//
// Instantiates every member of syncmap::etcd for each kind of codec, for clang-tidy to look at. Is not run.
#include <syncmap/etcd/json.hpp>
#include <syncmap/etcd/map.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace etcd = syncmap::etcd;

namespace {

template <class T>
void use(etcd::client& c, const T& value) {
    using namespace std::chrono_literals;
    std::error_code problem;
    etcd::map<T> m(c, "/values/");
    etcd::lease alive = c.lease(10s);
    const etcd::subscription changes = m.on_change([](std::string_view, const T*, const T*) {});
    const etcd::subscription refused = m.on_bad_value([](std::string_view, std::string_view) {});
    m.store("key", value);
    m.store("key", value, alive, problem);
    m.load_or_store("key", value);
    m.load_or_store("key", value, alive, problem);
    m.load_or_compute("key", [&] { return value; });
    m.load_or_compute("key", [&] { return value; }, alive, problem);
    m.exchange("key", value);
    m.exchange("key", value, alive, problem);
    m.compare_exchange("key", value, value);
    m.update("key", [&](const T* current) { return std::optional(current ? *current : value); });
    m.update("key", [](const T*) { return syncmap::unchanged; }, alive, problem);
    if (m.load("key") && m.load("key", etcd::quorum, problem) && m.contains("key")) {
        m.visit("key", [](const T&) {});
    }
    if (const etcd::pinned<T> kept = m.pin("key")) m.store("other", *kept);
    m.for_each([](const std::string&, const T&) { return true; });
    m.compare_and_erase("key", value);
    m.load_and_erase("key");
    m.erase("key");
    if (m.empty() || m.size() + m.snapshot().size() == 0 || m.stats() == etcd::map_stats{}) return;
    if (m.wait_for(m.revision(), 1s) && m.stale_for() < 1s) m.store(m.prefix(), value);
    m.clear();
    if (alive.alive() && alive.id() != 0 && alive.time_left() > 1s) alive.revoke(problem);
}

}  // namespace

int main() {
    etcd::client c({.endpoints = {"http://127.0.0.1:2379"}});
    use<std::string>(c, "value");
    use(c, true);
    use(c, 42);
    use(c, 0.5);
    use(c, nlohmann::json());
    return 0;
}
