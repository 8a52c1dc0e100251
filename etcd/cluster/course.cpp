// SPDX-License-Identifier: BSL-1.0
#include "course.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <list>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>

#include "client_process.hpp"
#include "clock.hpp"
#include "members.hpp"
#include "workload.hpp"

namespace cluster {
namespace {

using namespace std::chrono_literals;

volatile std::sig_atomic_t stop_signal = 0;

/// How long each phase is, and when a member that leads now can be trusted to be found.
struct lengths {
    std::chrono::milliseconds quiet, killed, back, halted, healed;
};
constexpr lengths full{5000ms, 7000ms, 6000ms, 7000ms, 7000ms};
constexpr lengths quick{2000ms, 3500ms, 2000ms, 3000ms,
                        8000ms};  // a busy machine elects for seconds

class course {
public:
    explicit course(const course_options& how) : how_(how), members_(how.etcd, how.folder) {}

    outcome run() {
        say(fmt::format("three members of etcd {}, in {}", members_.version(),
                        how_.folder.string()));
        start_clients();
        const lengths& take = how_.quick ? quick : full;
        begin("all is well", "");
        for (client_process& c : clients_) c.say("go");
        pause(take.quiet);

        const std::size_t leader = find_leader();
        begin("leader killed", "leader killed (kill -9)");
        members_.kill(leader);
        pause(take.killed);

        begin("it is back", "started again");
        members_.start(leader);
        pause(take.back);

        const std::size_t first = find_leader();
        const std::size_t second = (first + 1) % members::count;
        begin("no quorum", "two members stopped", false);
        members_.stop(first);
        members_.stop(second);
        pause(take.halted);

        begin("two go on", "they go on");
        members_.go_on(first);
        members_.go_on(second);
        pause(take.healed);
        return finish();
    }

private:
    void start_clients() {
        std::vector<std::pair<std::string, std::string>> table;
        for (std::size_t i = 0; i < table_size; ++i)
            table.emplace_back(prefix + table_key(i), first_value);
        gateway(members_.endpoint(0)).put_all(table);

        std::vector<std::string> endpoints = members_.endpoints();
        for (std::size_t i = 0; i < processes; ++i) {
            std::vector<std::string> argv{how_.self,
                                          "--client",
                                          std::to_string(i),
                                          "--deadline",
                                          std::to_string(how_.deadline.count()),
                                          "--endpoint"};
            argv.insert(argv.end(), endpoints.begin(), endpoints.end());
            clients_.emplace_back(argv);
            std::rotate(endpoints.begin(), endpoints.begin() + 1,
                        endpoints.end());  // each has another one first
        }
        for (client_process& c : clients_) c.expect("ready", 20s);
        say(fmt::format("{} client processes, each with a mirror of {} keys", processes,
                        table_size));
    }

    outcome finish() {
        close_phase();
        say("the end: nobody writes any more");
        for (client_process& c : clients_) c.say("stop");
        for (client_process& c : clients_) c.expect("stopped", 30s);
        result_.etcd = gateway(members_.endpoint(find_leader())).all_below(prefix);
        for (client_process& c : clients_) c.say(fmt::format("show {}", result_.etcd.revision));
        for (client_process& c : clients_) c.expect("end", 40s);
        for (client_process& c : clients_) result_.clients.push_back(c.told());
        result_.version = members_.version();
        return std::move(result_);
    }

    std::size_t find_leader() {
        const std::size_t who = members_.wait_for_leader();
        if (who == members::count) throw std::runtime_error("the members have no leader");
        return who;
    }

    void begin(const char* name, const char* event, bool has_majority = true) {
        close_phase();
        result_.phases.push_back({name, event, has_majority, now_us(), 0});
        say(*event != '\0' ? event : "the clients load and write");
    }
    void close_phase() {
        if (!result_.phases.empty()) result_.phases.back().end_us = now_us();
    }

    void say(const std::string& what) const {
        const auto seconds = std::chrono::duration<double>(steady::now() - started_).count();
        fmt::print(stderr, "{:5.1f} s  {}\n", seconds, what);
    }

    const course_options how_;
    const steady::time_point started_ = steady::now();
    members members_;
    std::list<client_process> clients_;
    outcome result_;
};

}  // namespace

void catch_signals() {
    struct sigaction action{};
    action.sa_handler = [](int number) { stop_signal = number; };
    ::sigaction(SIGINT, &action, nullptr);
    ::sigaction(SIGTERM, &action, nullptr);
    ::sigaction(SIGHUP, &action, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // of a client process that has ended: write() tells
}

void pause(std::chrono::milliseconds how_long) {
    const steady::time_point end = steady::now() + how_long;
    while (steady::now() < end) {
        if (stop_signal != 0) throw interrupted();
        std::this_thread::sleep_for(std::min<steady::duration>(10ms, end - steady::now()));
    }
}

outcome run_course(const course_options& how) { return course(how).run(); }

}  // namespace cluster
