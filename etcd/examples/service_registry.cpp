// SPDX-License-Identifier: BSL-1.0
// A registry of services: each instance says where it is, and is gone from the list when it has died.
//
// Why this way: an entry is stored with a lease, which this process renews for as long as it lives. After `kill -9`, a
// power cut or a cut cable etcd erases the entry by itself, when the time to live is over: nobody has to sweep. Who looks
// for a service asks its own copy of the list, which costs nanoseconds and works while etcd is away.
// Watch out: a process that slept for longer than its time to live has lost its lease, and with it its entry, and must
// register again. And that an entry is there does not say that the service answers: it says that its process lived a
// time to live ago.
#include <syncmap/etcd/map.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

using namespace std::chrono_literals;
using registry = syncmap::etcd::map<std::string>;  // NAME/INSTANCE -> address
using syncmap::etcd::error_kind;

std::atomic<bool> stopped = false;
static_assert(std::atomic<bool>::is_always_lock_free);  // a signal handler sets it

void say(const std::string& line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);  // others may read it in a pipe
}

/// Sleeps until stop, or until `seconds` are over (0: for ever), and calls f() every now and then.
template <class F>
void stay(unsigned seconds, std::chrono::milliseconds every, F f) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    auto next = std::chrono::steady_clock::now() + every;
    while (!stopped && (seconds == 0 || std::chrono::steady_clock::now() < end)) {
        std::this_thread::sleep_for(50ms);
        if (std::chrono::steady_clock::now() < next) continue;
        f();
        next += every;
    }
}

void list(const registry& services, std::string_view name) {
    std::vector<std::pair<std::string, std::string>> alive = services.snapshot();
    std::erase_if(alive, [&](const auto& entry) { return !entry.first.starts_with(name); });
    std::ranges::sort(alive);
    for (const auto& [instance, address] : alive) say(instance + " " + address);
}

void watch(registry& services, std::string_view name, unsigned seconds) {
    // Subscribe first, then list: nothing can be missed in between.
    const auto watching = services.on_change(
        [name](std::string_view instance, const std::string* before, const std::string* after) {
            if (!instance.starts_with(name)) return;
            say(fmt::format("{} {} {}", after ? '+' : '-', instance, after ? *after : *before));
        });
    list(services, name);
    stay(seconds, 1h, [] {});
}

/// Registers, unless the place is taken. Two processes that try at once cannot both get it.
bool register_with(const syncmap::etcd::lease& alive, registry& services,
                   const std::string& instance, const std::string& address) {
    const auto [there, taken] = services.load_or_store(instance, address, alive);
    if (taken &&
        there == address) {  // left behind by our last life: that lease will end, take it over
        services.store(instance, address, alive);
        return true;
    }
    if (taken) fmt::print(stderr, "service_registry: {} is at {} already\n", instance, there);
    return !taken;
}

int serve(syncmap::etcd::client& etcd, registry& services, const std::string& instance,
          const std::string& address, std::chrono::seconds ttl, unsigned seconds) {
    syncmap::etcd::lease alive = etcd.lease(ttl);
    if (!register_with(alive, services, instance, address)) return 1;
    say("registered " + instance + " " + address);
    bool lost = false;
    stay(seconds, std::chrono::milliseconds(ttl) / 3, [&] {
        if (alive.alive()) return;
        try {  // etcd was out of reach for longer than the time to live, or this machine slept
            alive = etcd.lease(ttl);
            lost = !register_with(alive, services, instance, address);
            if (!lost) say("registered again " + instance + " " + address);
        } catch (const syncmap::etcd::error& e) {
            fmt::print(stderr, "service_registry: {}; trying again\n", e.what());
        }
        if (lost) stopped = true;
    });
    alive.revoke();  // the entry is gone at once; without this, when the lease ends
    return lost ? 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    syncmap::etcd::options how;
    std::string prefix = "/services/", instance, address, name;
    unsigned ttl = 10, seconds = 0;
    CLI::App app("A registry of services in etcd.", "service_registry");
    app.add_option("--endpoint", how.endpoints, "http://HOST:PORT of members of etcd")
        ->required()
        ->type_name("URL");
    app.add_option("--prefix", prefix, "what its keys begin with")->capture_default_str();
    app.add_option("--seconds", seconds, "end after so many; 0: when stopped")
        ->capture_default_str();
    CLI::App* const serving = app.add_subcommand("serve", "registers, and stays there");
    serving->add_option("instance", instance, "as NAME/INSTANCE")->required();
    serving->add_option("address", address, "where it is, as HOST:PORT")->required();
    serving->add_option("--ttl", ttl, "seconds after which it is gone when it has died (1 to 3600)")
        ->check(CLI::Range(1, 3600).description(""))
        ->capture_default_str();
    CLI::App* const listing = app.add_subcommand("list", "lists who is alive");
    CLI::App* const watching = app.add_subcommand("watch", "the same, and then what changes");
    for (CLI::App* const c : {listing, watching}) c->add_option("name", name, "only these");
    app.require_subcommand(1)->fallthrough();
    try {
        app.parse(argc, argv);
        for (const int number : {SIGINT, SIGTERM}) std::signal(number, [](int) { stopped = true; });
        syncmap::etcd::client etcd(how);
        registry services(etcd, prefix);  // throws where etcd is not there
        if (*serving)
            return serve(etcd, services, instance, address, std::chrono::seconds(ttl), seconds);
        *listing ? list(services, name) : watch(services, name, seconds);
        return 0;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& e) {
        fmt::print(stderr, "service_registry: {}\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        fmt::print(stderr, "service_registry: {}\n", e.what());
        return dynamic_cast<const std::invalid_argument*>(&e) ? 2 : 1;  // an endpoint that is none
    }
}
