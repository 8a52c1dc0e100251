// SPDX-License-Identifier: BSL-1.0
//
// Three members, of which some are killed, stopped, or cut off: calls end in time with the right kind of error, loads go
// on meanwhile, and the mirrors catch up.
#include <atomic>
#include <list>
#include <memory>
#include <random>
#include <thread>

#include "rig/proxy.hpp"
#include "support.hpp"

namespace {

using namespace support;

constexpr milliseconds call_limit = 3s;

// A thread that loads from the mirror all the time.
class loads {
public:
    explicit loads(const strings& m)
        : thread_([this, &m] {
              while (!over_) {
                  if (m.load("k") && m.size() > 0) ++count_;
                  std::this_thread::sleep_for(100us);
              }
          }) {}
    ~loads() {
        over_ = true;
        thread_.join();
    }
    // Whether there are any while `f` runs.
    template <class F>
    void expect_to_go_on_during(F f) {
        const long before = count_;
        f();
        EXPECT_GT(count_, before);
    }

private:
    std::atomic<bool> over_{false};
    std::atomic<long> count_{0};
    std::thread thread_;
};

class faults : public testing::Test {
protected:
    faults() {
        m.store("k", "0");
        EXPECT_TRUE(other.wait_for(m.revision(), patience));
    }

    // Stores until that succeeds. Each try ends in time, and is unavailable or uncertain.
    void store_in_the_end(strings& into, const std::string& key, const std::string& value) {
        EXPECT_TRUE(eventually([&] {
            const failure f = code_of([&](auto e) { into.store(key, value, e); });
            EXPECT_LT(f.took, call_limit + slack);
            if (f.code) {
                EXPECT_TRUE(is_one_of(f.code, error_kind::unavailable, error_kind::uncertain));
            }
            return !f.code;
        })) << c.log();
    }
    void expect_all_to_be_equal() {
        c.await_all();
        const gateway raw = c.direct();
        for (strings* each : {&m, &other}) {
            EXPECT_TRUE(each->wait_for(raw.revision(), patience));
            EXPECT_EQ(shown_by(*each), kept_by(raw, "/"));
            EXPECT_TRUE(eventually([&] { return each->stale_for() < 1500ms; }));
        }
    }

    cluster c{{.members = 3}};
    etcd::client client{to(c, call_limit)}, second{to(c, call_limit)};
    strings m{client, "/"}, other{second, "/"};
};

TEST_F(faults, the_leader_is_killed_and_another_one_takes_over) {
    loads l(other);
    for (int round = 0; round < (long_form() ? 5 : 1); ++round) {
        const std::size_t leader = c.leader();
        l.expect_to_go_on_during([&] {
            c.kill(leader);
            store_in_the_end(m, "k", "while it was dead");
            EXPECT_TRUE(other.wait_for(m.revision(), patience));
            EXPECT_EQ(other.load("k"), "while it was dead");
            c.start(leader);
        });
        store_in_the_end(other, "k2", std::to_string(round));
        expect_all_to_be_equal();
    }
}

TEST_F(faults, a_member_is_stopped_and_continued_whoever_it_is) {
    loads l(other);
    for (std::size_t i = 0; i < c.size(); ++i) {
        l.expect_to_go_on_during([&] {
            c.stop(i);
            store_in_the_end(m, "k", std::to_string(i));
            store_in_the_end(other, "k2", std::to_string(i));
            // also if it was the one that told them what happens
            EXPECT_TRUE(other.wait_for(m.revision(), patience));
            EXPECT_TRUE(m.wait_for(other.revision(), patience));
            EXPECT_EQ(other.load("k"), std::to_string(i));
            EXPECT_TRUE(eventually([&] { return other.stale_for() < 1500ms; }));
            c.go_on(i);
        });
        expect_all_to_be_equal();
    }
}

TEST_F(faults, all_members_are_restarted_and_nothing_is_lost) {
    m.store("kept", "1");
    loads l(other);
    l.expect_to_go_on_during([&] {
        c.kill_all();
        std::this_thread::sleep_for(500ms);
        const failure f = failure_of([&](auto e) { m.store("k", "1", e); });
        EXPECT_TRUE(is(f.code, error_kind::unavailable));
        EXPECT_LT(f.took, call_limit + slack);
        c.start_all();
    });
    store_in_the_end(m, "k", "2");
    EXPECT_EQ(m.load("kept"), "1");
    expect_all_to_be_equal();
}

TEST_F(faults, a_majority_is_lost_and_comes_back) {
    const std::size_t a = c.leader(), b = (a + 1) % 3;
    loads l(other);
    l.expect_to_go_on_during([&] {
        c.kill(a);
        c.kill(b);
        const auto until = clock::now() + (long_form() ? 20s : 6s);
        while (clock::now() < until) {
            failure f = failure_of([&](auto e) { m.store("k", "1", e); });
            EXPECT_TRUE(is_one_of(f.code, error_kind::unavailable, error_kind::uncertain));
            EXPECT_LT(f.took, call_limit + slack);
            f = failure_of([&](auto e) { (void)m.load("k", etcd::quorum, e); });
            EXPECT_TRUE(is(f.code, error_kind::unavailable));
            EXPECT_LT(f.took, call_limit + slack);
        }
        EXPECT_GT(m.stale_for(), 3s) << "a member that is cut off from the others proves nothing";
        EXPECT_GT(other.stale_for(), 3s);
        EXPECT_TRUE(m.contains("k"));
        c.start(a);
        c.start(b);
    });
    store_in_the_end(m, "k", "2");
    expect_all_to_be_equal();
}

TEST_F(faults, the_network_breaks_in_all_ways_and_mirrors_catch_up) {
    std::list<proxy> net;
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < c.size(); ++i) {
        net.emplace_back(c.port(i));
        urls.push_back(net.back().url());
    }
    std::vector<std::unique_ptr<etcd::client>> clients;
    std::vector<std::unique_ptr<strings>> maps;
    std::vector<std::thread> writers;
    std::atomic<bool> over{false};
    std::atomic<int> done{0};
    for (int n = 0; n < 2; ++n) {
        clients.push_back(std::make_unique<etcd::client>(to(urls, call_limit)));
        maps.push_back(std::make_unique<strings>(*clients.back(), "/"));
    }
    for (int n = 0; n < 2; ++n) {
        writers.emplace_back([&, n] {
            strings& mine = *maps[static_cast<std::size_t>(n)];
            for (int i = 0; !over; ++i) {
                const std::string key = std::to_string(n) + std::to_string(i % 10);
                const failure f = code_of([&](auto e) {
                    if (i % 7 == 0) {
                        mine.erase(key, e);
                    } else {
                        mine.store(key, std::to_string(i), e);
                    }
                });
                EXPECT_LT(f.took, call_limit + slack);
                if (f.code) {
                    EXPECT_TRUE(is_one_of(f.code, error_kind::unavailable, error_kind::uncertain));
                }
                done += f.code ? 0 : 1;
            }
        });
    }
    std::mt19937 random(11);
    const auto until = clock::now() + (long_form() ? 60s : 8s);
    while (clock::now() < until) {
        auto it = net.begin();
        std::advance(it, static_cast<int>(random() % 3));
        switch (random() % 6) {
        case 0: it->cut(); break;
        case 1: it->half_close(); break;
        case 2: it->delay(milliseconds(random() % 300)); break;
        case 3: it->swallow(); break;
        case 4: it->refuse(); break;
        default: it->pass();
        }
        std::this_thread::sleep_for(milliseconds(random() % 300));
    }
    for (proxy& p : net) {
        p.pass();
        p.cut();
    }
    std::this_thread::sleep_for(500ms);
    over = true;
    for (std::thread& t : writers) t.join();
    EXPECT_GT(done, 0);
    for (auto& each : maps) store_in_the_end(*each, "k", "the end");
    const gateway raw = c.direct();
    for (auto& each : maps) {
        EXPECT_TRUE(each->wait_for(raw.revision(), patience));
        EXPECT_EQ(shown_by(*each), kept_by(raw, "/"));
    }
    expect_all_to_be_equal();
}

}  // namespace
