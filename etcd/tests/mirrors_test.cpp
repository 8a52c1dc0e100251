// SPDX-License-Identifier: BSL-1.0
//
// What mirrors show is what etcd says has happened, in that order: never back, nothing missed, nothing twice, also where
// etcd has forgotten what happened meanwhile.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "as_process.hpp"
#include "rig/proxy.hpp"
#include "support.hpp"

namespace {

using namespace support;

// What a thread has seen, in the order in which it looked.
struct sight {
    int key;
    std::int64_t revision;  // 0: there was none
    std::string value;
};

// What really happened to the keys, by an account that has nothing to do with the library.
class chronicle {
public:
    chronicle(const std::vector<event>& events, const std::string& prefix, int keys)
        : of_(static_cast<std::size_t>(keys)) {
        std::map<std::int64_t, int> touched;
        for (const event& e : events) {
            of_[std::stoul(e.key.substr(prefix.size()))].push_back(e);
            ++touched[e.revision];
        }
        for (const auto& [revision, count] : touched)
            if (count > 1) with_others_.insert(revision);
    }

    // Is there, for each of the sights, a moment not before that of the one before, at which it is true? `since` is the
    // earliest: all changes up to it have been shown. What one transaction does to several keys may be shown one after
    // the other.
    [[nodiscard]] testing::AssertionResult explains(const std::vector<sight>& sights) const {
        std::int64_t since = 0;
        for (std::size_t i = 0; i < sights.size(); ++i) {
            const sight& s = sights[i];
            const std::vector<event>& all = of_[static_cast<std::size_t>(s.key)];
            const auto wrong = [&](const char* what) {
                return testing::AssertionFailure()
                       << "sight " << i << " of key " << s.key << " at revision " << s.revision
                       << " after " << since << ": " << what;
            };
            // the last of its events that must have been shown
            auto next = std::upper_bound(
                all.begin(), all.end(), since,
                [](std::int64_t revision, const event& e) { return revision < e.revision; });
            const event* const last = next == all.begin() ? nullptr : &*(next - 1);
            if (s.revision == 0) {
                if (last == nullptr || !last->value) continue;
                next = std::find_if(next, all.end(), [](const event& e) { return !e.value; });
                if (next == all.end()) return wrong("it was never erased");
                since = up_to(next->revision);
                continue;
            }
            const auto seen = std::find_if(
                all.begin(), all.end(), [&](const event& e) { return e.revision == s.revision; });
            if (seen == all.end() || !seen->value) return wrong("nothing was put then");
            if (*seen->value != s.value) return wrong("it is another value");
            if (last != nullptr && last->revision > s.revision) return wrong("it went back");
            since = std::max(since, up_to(s.revision));
        }
        return testing::AssertionSuccess();
    }

private:
    [[nodiscard]] std::int64_t up_to(std::int64_t revision) const {
        return with_others_.contains(revision) ? revision - 1 : revision;
    }
    std::vector<std::vector<event>> of_;  // in order, by key
    std::set<std::int64_t> with_others_;  // revisions that changed several keys
};

TEST(mirrors, a_chronicle_tells_what_cannot_have_been_seen) {
    const std::vector<event> events{{2, "/0", "a"},          {3, "/1", "b"}, {4, "/0", "c"},
                                    {5, "/1", std::nullopt}, {6, "/0", "d"}, {6, "/1", "e"}};
    const chronicle truth(events, "/", 2);
    EXPECT_TRUE(truth.explains({{0, 0, ""},
                                {0, 2, "a"},
                                {1, 0, ""},
                                {0, 4, "c"},
                                {1, 0, ""},
                                {1, 6, "e"},
                                {0, 4, "c"},
                                {0, 6, "d"}}));
    EXPECT_FALSE(truth.explains({{0, 4, "c"}, {0, 2, "a"}}));
    EXPECT_FALSE(truth.explains({{0, 4, "c"}, {1, 0, ""}, {1, 3, "b"}}));
    EXPECT_FALSE(truth.explains({{1, 3, "b"}, {0, 0, ""}}));
    EXPECT_FALSE(truth.explains({{1, 6, "e"}, {0, 2, "a"}}));
    EXPECT_FALSE(truth.explains({{0, 2, "x"}}));
    EXPECT_FALSE(truth.explains({{0, 3, "b"}}));
}

// Writers of two clients, and a thread for each client that looks at its mirror.
void write_and_watch(cluster& c, const std::vector<std::string>& endpoints, milliseconds length,
                     const std::function<void()>& meanwhile) {
    constexpr int keys = 8;
    const gateway raw = c.direct();
    const std::int64_t first = raw.revision() + 1;
    std::atomic<bool> over{false};
    std::vector<std::vector<sight>> sights(2);
    std::vector<std::unique_ptr<etcd::client>> clients;
    std::vector<std::unique_ptr<strings>> maps;
    std::vector<std::thread> writers, watchers;
    for (std::size_t n = 0; n < 2; ++n) {
        clients.push_back(std::make_unique<etcd::client>(to(endpoints, 3s)));
        maps.push_back(std::make_unique<strings>(*clients[n], "/w/"));
        for (unsigned t = 0; t < 2; ++t) {
            writers.emplace_back([&, n, t] {
                std::mt19937 random(static_cast<unsigned>(n) * 2 + t);
                strings& m = *maps[n];
                for (int i = 0; !over; ++i) {
                    const std::string key = std::to_string(random() % keys);
                    const std::string value =
                        std::to_string(n) + "." + std::to_string(t) + "." + std::to_string(i);
                    std::error_code ignored;
                    switch (random() % 16) {
                    case 0: m.clear(ignored); break;
                    case 1:
                    case 2: m.erase(key, ignored); break;
                    case 3:
                    case 4:
                    case 5:
                        m.update(
                            key,
                            [&](const std::string* now) {
                                return now == nullptr || now->size() > 40
                                           ? std::optional(value)
                                           : std::optional(*now + "+");
                            },
                            ignored);
                        break;
                    default: m.store(key, value, ignored);
                    }
                }
            });
        }
    }
    for (std::size_t n = 0; n < 2; ++n) {
        watchers.emplace_back([&, n] {
            std::mt19937 random(static_cast<unsigned>(n));
            std::vector<sight>& mine = sights[n];
            std::vector<sight> last(keys, sight{-1, 0, {}});
            while (!over) {
                const int key = static_cast<int>(random() % keys);
                const auto now = maps[n]->pin(std::to_string(key));
                mine.push_back({key, now.revision(), now ? *now : std::string()});
                if (mine.size() % 64 == 0) std::this_thread::yield();
                if (mine.size() > 2000000) break;
            }
        });
    }
    const auto until = clock::now() + length;
    while (clock::now() < until) meanwhile();
    over = true;
    for (std::thread& t : writers) t.join();
    for (std::thread& t : watchers) t.join();
    const std::int64_t last = raw.revision();
    const chronicle truth(raw.events("/w/", first, last), "/w/", keys);
    for (std::size_t n = 0; n < 2; ++n) {
        EXPECT_TRUE(truth.explains(sights[n]));
        EXPECT_GT(sights[n].size(), 1000u);
        EXPECT_TRUE(maps[n]->wait_for(last, patience));
        EXPECT_EQ(shown_by(*maps[n]), kept_by(raw, "/w/"));
    }
}

TEST(mirrors, never_go_back_whichever_keys_are_looked_at) {
    cluster c;
    write_and_watch(c, c.endpoints(), long_form() ? 60s : 3s,
                    [] { std::this_thread::sleep_for(100ms); });
}

TEST(mirrors, never_go_back_while_members_and_connections_die) {
    cluster c({.members = 3});
    proxy p(c.port(0));
    std::mt19937 random(2);
    write_and_watch(c, {p.url(), c.endpoint(1), c.endpoint(2)}, long_form() ? 120s : 8s, [&] {
        switch (random() % 4) {
        case 0: p.cut(); break;
        case 1: p.half_close(); break;
        case 2: {
            const std::size_t i = random() % 3;
            c.kill(i);
            std::this_thread::sleep_for(200ms);
            c.start(i);
            c.await(i);
            break;
        }
        default: p.delay(milliseconds(random() % 100));
        }
        std::this_thread::sleep_for(milliseconds(random() % 500));
    });
}

// What handlers are told, and whether it fits together.
class listener {
public:
    explicit listener(strings& m) {
        m.for_each([&](const std::string& key, const std::string& value) { state_[key] = value; });
        kept_ = m.on_change(
            [this](std::string_view k, const std::string* before, const std::string* after) {
                const std::lock_guard held(lock_);
                const std::string key(k);
                const auto now = state_.find(key);
                EXPECT_EQ(before == nullptr, now == state_.end()) << key;
                if (before != nullptr && now != state_.end()) {
                    EXPECT_EQ(*before, now->second);
                }
                ++calls_;
                if (after == nullptr) {
                    state_.erase(key);
                } else {
                    state_[key] = *after;
                }
            });
    }
    words state() {
        const std::lock_guard held(lock_);
        return state_;
    }
    int calls() {
        const std::lock_guard held(lock_);
        return calls_;
    }

private:
    std::mutex lock_;
    words state_;
    int calls_ = 0;
    etcd::subscription kept_;
};

TEST(mirrors, are_right_again_when_etcd_has_forgotten_what_they_missed) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({p.url()}));
    strings m(client, "/");
    etcd::map<int> numbers(client, "/n/");
    raw.put("/n/bad", "x");
    for (int round = 0; round < 3; ++round) {
        raw.put_all({{"/same", "1"},
                     {"/changed", "1"},
                     {"/gone", "1"},
                     {"/back", "1"},
                     {"/n/good", "1"},
                     {"/n/worse", "1"}});
        EXPECT_TRUE(m.wait_for(raw.revision(), patience));
        EXPECT_TRUE(numbers.wait_for(raw.revision(), patience));
        listener heard(m);
        const std::uint64_t before = m.stats().resyncs;
        p.swallow();
        raw.erase("/gone");
        raw.erase("/back");
        raw.put("/back", "2");
        raw.put("/changed", "2");
        raw.put("/n/worse", "y");
        raw.put("/n/bad", round % 2 == 0 ? "7" : "x");
        for (int i = 0; i < 20; ++i) raw.put("/new" + std::to_string(i), std::to_string(round));
        EXPECT_EQ(m.load("changed"), "1");
        EXPECT_EQ(heard.calls(), 0);
        raw.compact(raw.revision());
        p.cut();
        p.pass();
        ASSERT_TRUE(m.wait_for(raw.revision(), patience));
        EXPECT_EQ(shown_by(m), kept_by(raw, "/"));
        EXPECT_FALSE(m.contains("gone"));
        EXPECT_GT(m.stats().resyncs, before);
        EXPECT_EQ(m.pin("changed").revision(), raw.get("/changed")->modified);
        EXPECT_TRUE(eventually([&] { return heard.state() == kept_by(raw, "/"); }));
        std::this_thread::sleep_for(50ms);
        EXPECT_EQ(heard.state(), kept_by(raw, "/"));
        EXPECT_LE(heard.calls(), 27) << "what is the same is no change";
        ASSERT_TRUE(numbers.wait_for(raw.revision(), patience));
        EXPECT_EQ(numbers.stats().bad_values, round % 2 == 0 ? 1u : 2u);
        EXPECT_EQ(numbers.load("good"), 1);
        EXPECT_EQ(numbers.load("bad"), round % 2 == 0 ? std::optional(7) : std::nullopt);
        m.store("same", "3");
        EXPECT_EQ(m.load("same"), "3");
    }
}

// Two histories of etcd's with the same numbers for different values.
void begin_history(const gateway& raw, const std::string& name) {
    for (const char* key : {"/a", "/b", "/c"}) raw.put(key, name);
}

TEST(mirrors, follow_etcd_back_to_an_earlier_revision) {
    cluster c;
    const gateway raw = c.direct();
    etcd::client client(to(c));
    strings m(client, "/");
    begin_history(raw, "old");
    raw.put("/lost", "1");
    ASSERT_TRUE(m.wait_for(raw.revision(), patience));
    const std::int64_t before = m.revision();
    c.start_anew(c.token());
    begin_history(raw, "new");
    EXPECT_TRUE(eventually([&] { return m.revision() < before; }));
    EXPECT_TRUE(eventually([&] { return shown_by(m) == kept_by(raw, "/"); }));
    m.store("d", "1");
    EXPECT_EQ(shown_by(m), kept_by(raw, "/"));
}

TEST(mirrors, notice_another_history_whose_revisions_have_overtaken_theirs) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({p.url()}));
    strings m(client, "/");
    begin_history(raw, "old");
    ASSERT_TRUE(m.wait_for(raw.revision(), patience));
    listener heard(m);
    p.refuse();
    c.start_anew("another");
    begin_history(raw, "new");
    raw.put("/d", "1");
    EXPECT_EQ(m.load("a"), "old");
    p.pass();
    ASSERT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_TRUE(eventually([&] { return shown_by(m) == kept_by(raw, "/"); }));
    EXPECT_TRUE(eventually([&] { return heard.state() == kept_by(raw, "/"); }));
}

// ENDPOINT FILE: follows, and when there is a key "end", writes what is shown with which revision to FILE.
int follower(const std::vector<std::string>& arguments) {
    etcd::client client(to({arguments[0]}));
    strings m(client, "/");
    m.store("following", "1");
    while (!m.contains("end")) std::this_thread::sleep_for(1ms);
    std::ofstream out(arguments[1]);
    for (const auto& [key, value] : shown_by(m)) {
        out << key << ' ' << m.pin(key).revision() << '\n';
    }
    return 0;
}
const bool follower_is_defined = define_process("follower", follower);

TEST(mirrors, miss_nothing_that_etcd_forgets_while_their_process_sleeps) {
    ASSERT_TRUE(follower_is_defined);
    cluster c;
    const gateway raw = c.direct();
    const folder f;
    child process =
        start_process("follower", {c.endpoint(0), (f.path() / "shown").string()}, f.path() / "log");
    ASSERT_TRUE(eventually([&] { return raw.get("/following").has_value(); }))
        << contents(f.path() / "log");
    process.stop();
    // More than all that is in between can hold.
    const std::string value(100000, 'x');
    for (int i = 0; i < 400; ++i) raw.put("/" + std::to_string(i % 100), value);
    raw.compact(raw.revision());
    std::this_thread::sleep_for(1s);
    process.go_on();
    std::this_thread::sleep_for(2s);
    for (int i = 0; i < 10; ++i) raw.put("/" + std::to_string(i), value);
    raw.put("/end", "1");
    EXPECT_EQ(process.wait(30s), 0) << contents(f.path() / "log");
    std::string expected;
    for (const entry& e : raw.below("/")) {
        expected += e.key.substr(1) + ' ' + std::to_string(e.modified) + '\n';
    }
    EXPECT_EQ(contents(f.path() / "shown"), expected);
}

TEST(mirrors, catch_up_with_what_etcd_remembers_without_reading_all_again) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    etcd::client client(to({p.url()}));
    strings m(client, "/");
    listener heard(m);
    p.refuse();
    for (int i = 0; i < 200; ++i) raw.put("/" + std::to_string(i % 5), std::to_string(i));
    p.pass();
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(shown_by(m), kept_by(raw, "/"));
    EXPECT_TRUE(eventually([&] { return heard.calls() >= 200; }));
    EXPECT_EQ(heard.calls(), 200);
    EXPECT_EQ(m.stats().resyncs, 0u);
    EXPECT_GE(m.stats().reconnects, 1u);
}

TEST(mirrors, a_map_that_could_not_be_filled_is_filled_later) {
    cluster c;
    const gateway raw = c.direct();
    raw.put("/a", "1");
    proxy p(c.port(0));
    p.refuse();
    etcd::client client(to({p.url()}, 500ms));
    std::error_code code;
    strings m(client, "/", code);
    EXPECT_TRUE(is(code, error_kind::unavailable));
    EXPECT_EQ(m.revision(), 0);
    EXPECT_TRUE(m.empty());
    EXPECT_FALSE(m.wait_for(1, 100ms));
    listener heard(m);
    p.pass();
    ASSERT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(m.load("a"), "1");
    EXPECT_TRUE(eventually([&] { return heard.calls() == 1; }));
}

TEST(mirrors, of_a_hundred_thousand_keys_are_filled_while_others_write) {
    cluster c;
    const gateway raw = c.direct();
    const int n = sanitized ? 20000 : 100000;
    std::vector<std::pair<std::string, std::string>> all;
    for (int i = 0; i < n; ++i) all.emplace_back("/m/" + std::to_string(i), std::to_string(i * 7));
    raw.put_all(all);
    etcd::client client(to(c, 30s));
    strings writer(client, "/m/w/");
    std::atomic<bool> over{false};
    std::thread writing([&] {
        for (int i = 0; !over; ++i) writer.store(std::to_string(i % 50), std::to_string(i));
    });
    strings m(client, "/m/");
    over = true;
    writing.join();
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_TRUE(std::all_of(all.begin(), all.end(),
                            [&](const auto& e) { return m.load(e.first.substr(3)) == e.second; }));
    EXPECT_EQ(shown_by(writer), kept_by(raw, "/m/w/"));
    EXPECT_EQ(m.size(), all.size() + writer.size());
    raw.erase_below("/m/1");
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_TRUE(shown_by(m) == kept_by(raw, "/m/"));
    m.clear();
    EXPECT_TRUE(m.empty());
}

TEST(mirrors, of_large_values_are_filled) {
    cluster c;
    const gateway raw = c.direct();
    std::string large(1 << 20, 'x');
    for (int i = 0; i < 24; ++i) {
        large[static_cast<std::size_t>(i)] = 'y';
        raw.put("/" + std::to_string(i), large);
    }
    etcd::client client(to(c, 30s));
    const strings m(client, "/");
    EXPECT_EQ(m.size(), 24u);
    EXPECT_EQ(shown_by(m), kept_by(raw, "/"));
}

}  // namespace
