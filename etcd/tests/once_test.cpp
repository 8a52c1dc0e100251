// SPDX-License-Identifier: BSL-1.0
//
// A write is never done twice, and never after it was said not to have been done: answers are lost on the way, and etcd
// is asked what became of the key. HTTP libraries like to send a request again when a connection that was used before has
// died: that would show here.
#include <atomic>
#include <functional>
#include <random>
#include <thread>

#include "rig/proxy.hpp"
#include "support.hpp"

namespace {

using namespace support;

// A write, on a key that has the value "0", and how often etcd has put the key when it has been done once; 0: erased.
struct write {
    const char* name;
    std::function<void(strings&, const std::string& key, etcd::on_error)> does;
    std::int64_t version;
};

const write writes[] = {
    {"store", [](strings& m, const std::string& key, etcd::on_error e) { m.store(key, "1", e); },
     2},
    {"exchange",
     [](strings& m, const std::string& key, etcd::on_error e) { m.exchange(key, "1", e); }, 2},
    {"compare_exchange",
     [](strings& m, const std::string& key, etcd::on_error e) {
         m.compare_exchange(key, "0", "1", e);
     },
     2},
    {"update",
     [](strings& m, const std::string& key, etcd::on_error e) {
         m.update(key, [](const std::string* now) { return std::optional(*now + "1"); }, e);
     },
     2},
    {"load_or_store",
     [](strings& m, const std::string& key, etcd::on_error e) {
         m.load_or_store(key + "'", "1", e);
     },
     1},
    {"load_or_compute",
     [](strings& m, const std::string& key, etcd::on_error e) {
         m.load_or_compute(key + "'", [] { return "1"; }, e);
     },
     1},
    {"erase", [](strings& m, const std::string& key, etcd::on_error e) { m.erase(key, e); }, 0},
    {"load_and_erase",
     [](strings& m, const std::string& key, etcd::on_error e) { m.load_and_erase(key, e); }, 0},
    {"compare_and_erase",
     [](strings& m, const std::string& key, etcd::on_error e) { m.compare_and_erase(key, "0", e); },
     0},
    {"clear", [](strings& m, const std::string&, etcd::on_error e) { m.clear(e); }, 0},
};

void expect_done_once(const gateway& raw, const std::string& key, const write& w) {
    const auto there = raw.get("/" + key + (w.version == 1 ? "'" : ""));
    if (w.version == 0) {
        EXPECT_FALSE(there);
        return;
    }
    ASSERT_TRUE(there);
    EXPECT_EQ(there->version, w.version);
}

TEST(once, a_write_whose_answer_is_lost_is_uncertain_and_has_been_done_once) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({p.url()}, 3s));
    strings m(client, "/");
    int n = 0;
    for (const write& w : writes) {
        for (const bool throws : {true, false}) {
            SCOPED_TRACE(w.name);
            const std::string key = "k" + std::to_string(++n);
            m.store(key, "0");  // on return there is a connection to be used again
            const int lost = p.lost();
            const int sent = p.writes();
            p.lose_answers(1);
            const auto call = [&](etcd::on_error e) { w.does(m, key, e); };
            const failure f = throws ? failure_of(call) : code_of(call);
            EXPECT_TRUE(is(f.code, error_kind::uncertain));
            EXPECT_LT(f.took, 3s + slack);
            EXPECT_EQ(p.lost(), lost + 1);
            EXPECT_EQ(p.writes(), sent + 1) << "it was sent again";
            expect_done_once(raw, key, w);
            p.pass();
        }
    }
    EXPECT_GT(p.lost_on_reused(), 0) << "no connection was used again: this has tested nothing";
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(shown_by(m), kept_by(raw, "/"));
}

TEST(once, a_write_is_not_done_by_another_member_after_its_answer_was_lost) {
    cluster c;
    proxy first(c.port(0)), second(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({first.url(), second.url()}, 3s));
    strings m(client, "/");
    for (int i = 0; i < 10; ++i) {
        const std::string key = "k" + std::to_string(i);
        m.store(key, "0");
        first.lose_answers(1);
        second.lose_answers(1);
        EXPECT_TRUE(is(code_of([&](auto e) { m.store(key, "1", e); }).code, error_kind::uncertain));
        EXPECT_EQ(raw.get("/" + key)->version, 2);
        first.pass();
        second.pass();
    }
}

TEST(once, what_was_never_sent_is_unavailable_and_what_is_not_answered_uncertain) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({p.url()}, 1s));
    strings m(client, "/");
    m.store("a", "0");
    p.refuse();
    std::this_thread::sleep_for(300ms);  // that connections are closed has come through
    failure f = failure_of([&](auto e) { m.store("a", "1", e); });
    EXPECT_TRUE(is(f.code, error_kind::unavailable));
    EXPECT_LT(f.took, 1s + slack);
    EXPECT_EQ(raw.get("/a")->version, 1);
    p.pass();
    EXPECT_TRUE(eventually([&] { return !code_of([&](auto e) { m.store("a", "2", e); }).code; }));
    p.swallow();
    f = failure_of([&](auto e) { m.store("a", "3", e); });
    EXPECT_TRUE(is(f.code, error_kind::uncertain));
    EXPECT_LT(f.took, 1s + slack);
    f = code_of([&](auto e) { (void)m.load("a", etcd::quorum, e); });
    EXPECT_TRUE(is(f.code, error_kind::unavailable)) << "to load is to change nothing";
    EXPECT_LT(f.took, 1s + slack);
    EXPECT_EQ(m.load("a"), "2");
}

TEST(once, counts_are_what_was_said_to_be_done_and_at_most_what_is_uncertain_besides) {
    cluster c;
    proxy p(c.port(0));
    etcd::client client(to({p.url()}, 3s));
    etcd::map<int> m(client, "/");
    const std::function one_more = [](const int* now) {
        return std::optional(now == nullptr ? 1 : *now + 1);
    };
    std::atomic<int> done{0}, uncertain{0}, other{0};
    std::atomic<bool> over{false};
    std::vector<std::thread> threads;
    for (int t = 0; t < 3; ++t) {
        threads.emplace_back([&] {
            while (!over) {
                const std::error_code code =
                    code_of([&](auto e) { m.update("n", one_more, e); }).code;
                if (!code) {
                    ++done;
                } else if (code == error_kind::uncertain) {
                    ++uncertain;
                } else if (code != error_kind::unavailable) {
                    ++other;
                }
            }
        });
    }
    std::mt19937 random(5);
    const auto until = clock::now() + (long_form() ? 60s : 4s);
    while (clock::now() < until) {
        std::this_thread::sleep_for(milliseconds(20 + random() % 100));
        switch (random() % 4) {
        case 0: p.cut(); break;
        case 1: p.half_close(); break;
        case 2: p.lose_answers(static_cast<int>(random() % 3)); break;
        default:
            p.refuse();
            std::this_thread::sleep_for(20ms);
            p.pass();
        }
    }
    p.pass();
    over = true;
    for (std::thread& t : threads) t.join();
    const int n = std::stoi(c.direct().get("/n")->value);
    EXPECT_EQ(other, 0);
    EXPECT_GT(done, 0);
    EXPECT_GE(n, done);
    EXPECT_LE(n, done + uncertain);
    RecordProperty("done", done);
    RecordProperty("uncertain", uncertain);
    EXPECT_TRUE(m.wait_for(c.direct().revision(), patience));
    EXPECT_EQ(m.load("n"), n);
}

}  // namespace
