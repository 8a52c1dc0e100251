// SPDX-License-Identifier: BSL-1.0
// Feature flags for many machines: a request asks its process's own copy, an operator changes them for all at once.
//
// Why this way: a flag is asked for in every request, and changed once a day. load() and visit() look at this process's
// mirror: nanoseconds, no lock, and the last known flags while etcd is away. Flags are changed by update(), so that of
// two operators neither undoes what the other has done without having seen it.
// Watch out: machines see a change some milliseconds apart, so one request must not ask twice; a flag that is not there
// needs a default in the code, and so does a value that is none: on_bad_value() tells of what others have written.
#include <syncmap/etcd/json.hpp>
#include <syncmap/etcd/map.hpp>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>

namespace {

struct flag {
    bool on = false;
    int percent = 100;  // of the users, if it is on
    bool operator==(const flag&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(flag, on, percent)

using flag_map = syncmap::etcd::map<flag>;

std::string text(const flag* f) {
    if (f == nullptr) return "(none)";
    return f->on ? fmt::format("on {} %", f->percent) : "off";
}

void say(std::string_view line) {
    fmt::print("{}\n", line);
    std::fflush(stdout);  // others may read it in a pipe
}

/// What a request asks. The same user gets the same answer everywhere, and keeps it while the percentage grows.
bool enabled(const flag_map& flags, std::string_view name, std::uint64_t user, bool otherwise) {
    flags.visit(name, [&](const flag& f) {
        std::uint64_t mixed =
            (user + 1) * 0x9e3779b97f4a7c15U;  // the same on all machines, unlike std::hash
        mixed ^= mixed >> 32U;
        otherwise = f.on && mixed % 100 < static_cast<std::uint64_t>(f.percent);
    });
    return otherwise;
}

/// Serves requests for some seconds: asks for the flag all the time, and tells what others change meanwhile.
void ask(flag_map& flags, const std::string& name, unsigned seconds) {
    const auto watching =
        flags.on_change([](std::string_view key, const flag* before, const flag* after) {
            say(fmt::format("{}: {} -> {}", key, text(before), text(after)));
        });
    const auto broken = flags.on_bad_value([](std::string_view key, std::string_view bytes) {
        say(fmt::format("{}: no flag, {} bytes: it is left out", key, bytes.size()));
    });
    std::uint64_t user = 0;
    for (unsigned second = 0; second < seconds; ++second) {
        constexpr std::uint64_t requests = 1'000'000;
        std::uint64_t yes = 0;
        const auto begin = std::chrono::steady_clock::now();
        for (std::uint64_t i = 0; i < requests; ++i) yes += enabled(flags, name, user++, false);
        const std::chrono::duration<double, std::nano> took =
            std::chrono::steady_clock::now() - begin;
        say(fmt::format("{}: on for {:.0f} % of {} requests, {:.0f} ns each", name,
                        100.0 * static_cast<double>(yes) / requests, requests,
                        took.count() / requests));
        std::this_thread::sleep_until(begin + std::chrono::seconds(1));
    }
}

void list(const flag_map& flags) {
    auto all = flags.snapshot();
    std::ranges::sort(all, {}, &std::pair<std::string, flag>::first);
    for (const auto& [name, f] : all) say(name + ": " + text(&f));
}

/// On if it was off, and the other way round: as it is when etcd does it, not as it was when we looked.
void flip(flag_map& flags, const std::string& name) {
    const std::optional<flag> now = flags.update(name, [](const flag* f) {
        flag other = f != nullptr ? *f : flag{};
        other.on = !other.on;
        return std::optional(other);
    });
    say(name + ": " + text(now ? &*now : nullptr));
}

/// Only from what the operator has seen: somebody else may have stopped the rollout a moment ago.
bool set_percent(flag_map& flags, const std::string& name, int percent, int seen) {
    if (flags.compare_exchange(name, flag{true, seen}, flag{true, percent})) {
        say(fmt::format("{}: on {} %", name, percent));
        return true;
    }
    const std::optional<flag> there = flags.load(name, syncmap::etcd::quorum);
    fmt::print(stderr, "feature_flags: {} is {}, not on {} %\n", name,
               text(there ? &*there : nullptr), seen);
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    syncmap::etcd::options how;
    std::string prefix = "/flags/", name;
    unsigned seconds = 10;
    int percent = 100, seen = 100;
    CLI::App app("Feature flags in etcd.", "feature_flags");
    app.add_option("--endpoint", how.endpoints, "http://HOST:PORT of members of etcd")
        ->required()
        ->type_name("URL");
    app.add_option("--prefix", prefix, "what its keys begin with")->capture_default_str();
    CLI::App* const listing = app.add_subcommand("list", "lists the flags");
    CLI::App* const flipping = app.add_subcommand("flip", "on if it was off, off if it was on");
    CLI::App* const rolling =
        app.add_subcommand("roll-out", "changes for how many percent it is on");
    CLI::App* const asking = app.add_subcommand("ask", "asks all the time, as a server would");
    for (CLI::App* const c : {flipping, rolling, asking}) c->add_option("flag", name)->required();
    rolling->add_option("percent", percent)->required()->check(CLI::Range(0, 100));
    rolling->add_option("--from", seen, "what it is now")->required()->check(CLI::Range(0, 100));
    asking->add_option("--seconds", seconds, "for how long")->capture_default_str();
    app.require_subcommand(1)->fallthrough();
    try {
        app.parse(argc, argv);
        syncmap::etcd::client etcd(how);
        flag_map flags(etcd, prefix);  // throws where etcd is not there
        if (*listing) list(flags);
        if (*flipping) flip(flags, name);
        if (*asking) ask(flags, name, seconds);
        return *rolling && !set_percent(flags, name, percent, seen) ? 1 : 0;
    } catch (const CLI::Success& help) {
        return app.exit(help);
    } catch (const CLI::ParseError& e) {
        fmt::print(stderr, "feature_flags: {}\n", e.what());
        return 2;
    } catch (const std::exception& e) {
        fmt::print(stderr, "feature_flags: {}\n", e.what());
        return dynamic_cast<const std::invalid_argument*>(&e) ? 2 : 1;  // an endpoint that is none
    }
}
