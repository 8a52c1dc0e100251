// SPDX-License-Identifier: BSL-1.0
//
// A process of several threads that do anything to few keys, and write down what they were told.
#pragma once

#include <syncmap/etcd/map.hpp>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <mutex>
#include <random>
#include <thread>

#include "history.hpp"

namespace histories {

inline constexpr std::uint32_t keys = 5;
inline constexpr std::uint32_t threads = 3;  // of a process

/// Now, for all processes of this machine.
inline std::int64_t moment() {
    timespec t{};
    clock_gettime(CLOCK_MONOTONIC, &t);
    return std::int64_t{t.tv_sec} * 1000000000 + t.tv_nsec;
}

/// One random call, as it went; nullopt: it was surely not done.
class caller {
public:
    caller(syncmap::etcd::map<value>& m, std::uint32_t lane, unsigned seed)
        : m_(m), lane_(lane), random_(seed) {}

    std::optional<call> once() {
        namespace etcd = syncmap::etcd;
        call c;
        c.lane = lane_;
        c.key = static_cast<std::uint32_t>(random_() % keys);
        const std::string key = std::to_string(c.key);
        const auto next = [&] { return lane_ * value{1000000} + ++count_; };
        c.what = static_cast<verb>(random_() % names.size());
        if (c.what == verb::clear && random_() % 8 != 0) c.what = verb::update;
        if (c.what != verb::clear) c.argument = next();
        c.expected = m_.load(key).value_or(1);  // what is likely
        std::error_code e;
        bool unchanged = false;
        const auto change = [&](const value* now) -> syncmap::change<value> {
            c.expected = now == nullptr ? 0 : *now;
            unchanged = random_() % 8 == 0;
            if (unchanged) return syncmap::unchanged;
            c.argument = random_() % 8 == 0 ? 0 : next();
            if (c.argument == 0) return std::nullopt;
            return c.argument;
        };
        c.begin = moment();
        switch (c.what) {
        case verb::load: c.result = m_.load(key, etcd::quorum, e).value_or(0); break;
        case verb::store: m_.store(key, c.argument, e); break;
        case verb::load_or_store:
            std::tie(c.result, c.yes) =
                random_() % 2 == 0 ? m_.load_or_store(key, c.argument, e)
                                   : m_.load_or_compute(key, [&] { return c.argument; }, e);
            break;
        case verb::exchange: c.result = m_.exchange(key, c.argument, e).value_or(0); break;
        case verb::compare_exchange:
            c.yes = m_.compare_exchange(key, c.expected, c.argument, e);
            break;
        case verb::compare_and_erase: c.yes = m_.compare_and_erase(key, c.expected, e); break;
        case verb::erase: c.yes = m_.erase(key, e); break;
        case verb::load_and_erase: c.result = m_.load_and_erase(key, e).value_or(0); break;
        case verb::update: c.result = m_.update(key, change, e).value_or(0); break;
        case verb::clear: m_.clear(e); break;
        }
        c.end = moment();
        if (c.what == verb::update && unchanged) {
            c.what = verb::load;  // is what it comes to
            if (!e && c.result != c.expected) ++strange;
        }
        if (!e) return c;
        if (e == etcd::error_kind::unavailable) {
            ++unavailable;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            return std::nullopt;
        }
        if (e != etcd::error_kind::uncertain) {
            std::printf("%s: %s\n", names[static_cast<std::size_t>(c.what)].data(),
                        e.message().c_str());
            ++strange;
        }
        // not too many that may be done at any time: the search would not end
        std::this_thread::sleep_for(std::chrono::milliseconds(random_() % 400));
        c.open = true;
        return c;
    }

    int unavailable = 0;
    int strange = 0;  ///< results that no map gives, and errors that there is no reason for

private:
    syncmap::etcd::map<value>& m_;
    std::uint32_t lane_;
    std::mt19937 random_;
    value count_ = 0;
};

/// Is process `number`, until `end`, and writes all calls to `file`.
inline int run_client(std::vector<std::string> endpoints, std::uint32_t number, unsigned seed,
                      std::int64_t end, const std::string& file) {
    syncmap::etcd::options how;
    how.endpoints = std::move(endpoints);
    how.deadline = std::chrono::seconds(1);
    syncmap::etcd::client client(how);
    std::error_code later;
    syncmap::etcd::map<value> m(client, "/h/", later);
    std::ofstream out(file);
    std::mutex lock;
    std::atomic<int> unavailable{0}, strange{0};
    std::vector<std::thread> all;
    for (std::uint32_t t = 0; t < threads; ++t) {
        all.emplace_back([&, t] {
            caller mine(m, 1 + number * threads + t, seed * 100 + number * threads + t);
            std::vector<call> calls;
            while (moment() < end) {
                if (const std::optional<call> c = mine.once()) calls.push_back(*c);
            }
            const std::lock_guard held(lock);
            for (const call& c : calls) write(out, c);
            unavailable += mine.unavailable;
            strange += mine.strange;
        });
    }
    for (std::thread& t : all) t.join();
    std::printf("process %u: %d calls were surely not done\n", number, unavailable.load());
    return out.flush() && strange == 0 ? 0 : 1;
}

}  // namespace histories
