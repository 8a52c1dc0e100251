// SPDX-License-Identifier: BSL-1.0
#include "client.hpp"

#include <atomic>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <random>
#include <stop_token>
#include <string_view>
#include <thread>

#include <sys/resource.h>

#include <syncmap/etcd/map.hpp>

#include "clock.hpp"
#include "record.hpp"
#include "workload.hpp"

namespace cluster {
namespace {

using namespace std::chrono_literals;
using shared_map = syncmap::etcd::map<std::string>;
using syncmap::etcd::error_kind;

/// How often the system has taken the processor from this thread, and how often the thread has given it up.
struct switches {
    long taken, given_up;
    static switches now() {
        rusage usage{};
        ::getrusage(RUSAGE_THREAD, &usage);
        return {usage.ru_nivcsw, usage.ru_nvcsw};
    }
};

class client {
public:
    explicit client(const client_options& how)
        : how_(how), etcd_({.endpoints = how.endpoints, .deadline = how.deadline}),
          map_(etcd_, prefix),
          watching_(map_.on_change(
              [this](std::string_view key, const std::string* before, const std::string* after) {
                  if (!key.starts_with(log_keys)) return;
                  ++(before == nullptr && after != nullptr ? announced_ : announced_wrongly_);
              })) {}

    void go() {
        threads_.emplace_back([this](const std::stop_token& stop) { load(stop); });
        for (std::size_t w = 0; w < writers; ++w)
            threads_.emplace_back([this, w](const std::stop_token& stop) { write_own(w, stop); });
        threads_.emplace_back([this](const std::stop_token& stop) { count(stop); });
    }

    void stop() {
        for (std::jthread& t : threads_) t.request_stop();
        threads_.clear();
    }

    void show(std::int64_t revision) {
        if (!map_.wait_for(revision, 10s))
            all_.problems.push_back("the mirror does not reach what etcd has");
        std::uint64_t new_keys = 0;
        for (auto& [key, value] : map_.snapshot()) {
            new_keys += key.starts_with(log_keys);
            all_.mirror.emplace(key, value);
        }
        // Handlers are called by another thread.
        for (int i = 0; i < 500 && announced_ < new_keys; ++i) std::this_thread::sleep_for(10ms);
        const syncmap::etcd::map_stats stats = map_.stats();
        all_.revision = map_.revision();
        all_.announced = announced_;
        all_.announced_wrongly = announced_wrongly_;
        all_.reconnects = stats.reconnects;
        all_.resyncs = stats.resyncs;
        tell_rest(std::cout, all_);
    }

private:
    /// Bursts of 1 ms, and 9 ms of sleep: this machine has to carry all members of etcd as well. A batch is timed as a
    /// whole: reading the clock takes longer than a load. Nothing else happens while it is.
    void load(const std::stop_token& stop) {
        std::vector<std::string> keys;
        for (std::size_t i = 0; i < table_size; ++i) keys.push_back(table_key(i));
        std::minstd_rand random(static_cast<unsigned>(how_.process) + 1);
        steady::time_point next = steady::now();
        load_slot slot;
        slot.start_us = now_us() / slot_us * slot_us;
        while (!stop.stop_requested()) {
            std::this_thread::sleep_until(next += 10ms);
            if (next < steady::now() - 10ms) next = steady::now();  // it has been late
            if (const std::int64_t begin = now_us() / slot_us * slot_us; begin != slot.start_us) {
                const std::scoped_lock lock(output_);
                tell(std::cout, slot);
                std::cout.flush();
                slot = load_slot();
                slot.start_us = begin;
            }
            burst(keys, random, slot);
            slot.stale_ms = std::max<std::int64_t>(slot.stale_ms, map_.stale_for().count());
        }
        const std::scoped_lock lock(output_);
        tell(std::cout, slot);
    }

    void burst(const std::vector<std::string>& keys, std::minstd_rand& random, load_slot& slot) {
        switches before = switches::now();
        const steady::time_point end = steady::now() + 1ms;
        for (steady::time_point begin{}; begin < end;) {
            std::size_t key = random() % table_size, found = 0;
            begin = steady::now();
            for (std::uint64_t i = 0; i < batch_size; ++i) {
                const std::optional<std::string> value = map_.load(keys[key]);
                found += value.has_value();
                key = key + 379 < table_size ? key + 379 : key + 379 - table_size;
            }
            const auto took = static_cast<std::uint64_t>((steady::now() - begin).count());
            const switches after = switches::now();
            slot.batches.add(took);
            slot.loads += batch_size;
            slot.missing += batch_size - found;
            slot.waits += static_cast<std::uint64_t>(after.given_up - before.given_up);
            slot.interruptions += static_cast<std::uint64_t>(after.taken - before.taken);
            if (after.taken == before.taken && after.given_up == before.given_up)
                slot.undisturbed.add(took);
            before = after;
        }
    }

    void write_own(std::size_t writer, const std::stop_token& stop) {
        for (std::size_t n = 0; !stop.stop_requested(); ++n) {
            const nth_write w = write_of(how_.process, writer, n);
            const int outcome = transact([&] { map_.store(w.key, w.value); });
            const std::scoped_lock lock(output_);
            if (outcome == 0) {
                all_.keys[w.key].acknowledged = w.value;
            } else if (outcome == static_cast<int>(error_kind::uncertain)) {
                all_.keys[w.key].uncertain.push_back(w.value);
            }
        }
    }

    void count(const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            const int outcome = transact([&] {
                map_.update(counter_key, [](const std::string* now) {
                    return std::optional(std::to_string(now != nullptr ? std::stoll(*now) + 1 : 1));
                });
            });
            const std::scoped_lock lock(output_);
            all_.increments += outcome == 0;
            all_.uncertain_increments += outcome == static_cast<int>(error_kind::uncertain);
        }
    }

    /// Does it, and tells how long that took; returns 0 or the kind of the error.
    template <class F>
    int transact(F f) {
        write w;
        w.start_us = now_us();
        std::string problem;
        try {
            f();
        } catch (const syncmap::etcd::error& e) {
            w.outcome = static_cast<int>(e.kind());
            const bool expected =
                e.kind() == error_kind::uncertain || e.kind() == error_kind::unavailable;
            if (!expected) problem = e.what();
        } catch (const std::exception& e) {
            w.outcome = static_cast<int>(error_kind::unavailable);
            problem = e.what();
        }
        w.took_us = now_us() - w.start_us;
        {
            const std::scoped_lock lock(output_);
            tell(std::cout, w);
            if (!problem.empty() && all_.problems.size() < 10) all_.problems.push_back(problem);
        }
        if (w.outcome != 0) std::this_thread::sleep_for(20ms);  // as a program would
        return w.outcome;
    }

    const client_options how_;
    std::mutex output_;
    record all_;  // but for what has been told already
    std::atomic<std::uint64_t> announced_ = 0, announced_wrongly_ = 0;
    syncmap::etcd::client etcd_;
    shared_map map_;
    syncmap::etcd::subscription watching_;
    std::vector<std::jthread> threads_;
};

void say(const char* word) { std::cout << word << std::endl; }

}  // namespace

int be_client(const client_options& how) {
    std::ios::sync_with_stdio(false);
    client c(how);
    say("ready");
    for (std::string command; std::cin >> command;) {
        if (command == "go") {
            c.go();
        } else if (command == "stop") {
            c.stop();
            say("stopped");
        } else if (command == "show") {
            std::int64_t revision = 0;
            std::cin >> revision;
            c.show(revision);
            say("end");
        }
    }
    return 0;
}

}  // namespace cluster
