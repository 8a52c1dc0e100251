// SPDX-License-Identifier: BSL-1.0
//
// What can be wrong with the other side: nobody there, somebody else, no trust, no right, no room, nonsense. Errors are of
// the right kind, in time, and say no secret; nothing crashes, and nothing hangs when it is destroyed.
#include <algorithm>
#include <atomic>
#include <fstream>
#include <functional>
#include <memory>
#include <random>
#include <thread>

#include "rig/nonsense_server.hpp"
#include "rig/proxy.hpp"
#include "support.hpp"

namespace {

using namespace support;

constexpr milliseconds deadline = sanitized ? 3s : 1s;
const std::string secret = "correct-horse-battery";

// How long `f` takes.
template <class F>
milliseconds time_of(F f) {
    const auto before = clock::now();
    f();
    return std::chrono::duration_cast<milliseconds>(clock::now() - before);
}

// Everything that can be tried with these options fails in time with one of these kinds, of which the first must be seen, and
// can be destroyed.
void expect_all_to_fail(const etcd::options& how, std::vector<error_kind> kinds) {
    auto client = std::make_unique<etcd::client>(how);
    bool seen = false;
    const auto expect = [&](const failure& f) {
        EXPECT_TRUE(
            std::any_of(kinds.begin(), kinds.end(), [&](error_kind k) { return f.code == k; }))
            << f.code << ' ' << f.message;
        seen = seen || f.code == kinds.front();
        EXPECT_LT(f.took, how.deadline + slack);
        EXPECT_EQ(f.message.find(secret), std::string::npos) << f.message;
    };
    const failure thrown = failure_of([&](auto e) { const strings m(*client, "/p/", e); });
    expect(thrown);
    EXPECT_GT(thrown.message.size(), 20u) << thrown.message;
    testing::Test::RecordProperty("message", thrown.message);
    std::optional<strings> m;
    expect(code_of([&](auto e) { m.emplace(*client, "/p/", e); }));
    EXPECT_TRUE(m->empty());
    EXPECT_EQ(m->revision(), 0);
    expect(failure_of([&](auto e) { m->store("a", "1", e); }));
    expect(code_of(
        [&](auto e) { m->update("a", [](auto*) { return std::optional<std::string>("x"); }, e); }));
    expect(failure_of([&](auto e) { (void)m->load("a", etcd::quorum, e); }));
    expect(code_of([&](auto e) { m->clear(e); }));
    // a lease may have been granted, where the answer is lost; and etcd grants one to nobody
    std::optional<etcd::lease> l;
    const failure f = code_of([&](auto e) { l = client->lease(5s, e); });
    if (f.code || kinds.front() != error_kind::denied || !how.user.empty()) {
        kinds.push_back(error_kind::uncertain);
        expect(f);
        EXPECT_FALSE(l->alive());
    }
    EXPECT_TRUE(seen);
    EXPECT_FALSE(m->wait_for(1, 50ms));
    EXPECT_LT(time_of([&] {
                  l.reset();
                  m.reset();
                  client.reset();
              }),
              slack);
}
// --- nobody, or somebody else ---

TEST(bad_input, no_server) {
    expect_all_to_fail(to({"http://127.0.0.1:" + std::to_string(free_port())}, 500ms),
                       {error_kind::unavailable});
    expect_all_to_fail(to({"http://no-such-host.invalid:2379"}, 500ms), {error_kind::unavailable});
}

TEST(bad_input, a_server_that_is_found_after_others_that_are_not) {
    cluster c;
    proxy silent(c.port(0));
    silent.swallow();
    etcd::client client(to({"http://127.0.0.1:" + std::to_string(free_port()), silent.url(),
                            "http://no-such-host.invalid:1", c.endpoint(0)},
                           8s));
    std::optional<strings> m;
    EXPECT_TRUE(
        eventually([&] { return !code_of([&](auto e) { m.emplace(client, "/", e); }).code; }));
    EXPECT_TRUE(eventually([&] { return !code_of([&](auto e) { m->store("a", "1", e); }).code; }));
    EXPECT_EQ(c.direct().get("/a")->value, "1");
}

TEST(bad_input, something_that_is_no_etcd) {
    const std::pair<std::string, reply::after> others[] = {
        {"SSH-2.0-OpenSSH_9.2\r\n", reply::after::silence},
        {http(404, "404 page not found"), reply::after::go_on},
        {http(200, "<html>hello</html>"), reply::after::go_on},
        {http(302, ""), reply::after::go_on},
        {http(200, "{}"), reply::after::go_on},
        {"", reply::after::hang_up},
        {"", reply::after::silence},
    };
    for (const auto& [bytes, then] : others) {
        SCOPED_TRACE(bytes);
        nonsense_server s([&, b = bytes, t = then](auto&, auto&) { return reply{b, t}; });
        etcd::client client(to({s.url()}, 500ms));
        std::error_code code;
        std::optional<strings> m;
        EXPECT_LT(time_of([&] { m.emplace(client, "/", code); }), 500ms + slack);
        if (bytes != http(200, "{}")) {
            EXPECT_TRUE(is(code, error_kind::unavailable));
        }
        EXPECT_LT(time_of([&] { m->store("a", "1", code); }), 500ms + slack);
        EXPECT_TRUE(is_one_of(code, error_kind::unavailable, error_kind::uncertain));
        EXPECT_FALSE(m->contains("a"));
        EXPECT_LT(time_of([&] { m.reset(); }), slack);
    }
}

TEST(bad_input, a_server_that_says_nothing) {
    cluster c;
    proxy silent(c.port(0));
    silent.swallow();
    expect_all_to_fail(to({silent.url()}, 500ms), {error_kind::unavailable, error_kind::uncertain});
}

// --- no trust ---

TEST(bad_input, certificates_that_are_not_trusted) {
    const folder files;
    const certificates certs(files.path());
    cluster c({.tls = &certs});
    etcd::options o = to(c, deadline);
    o.tls.ca_file = certs.ca;
    {
        etcd::client client(o);
        strings m(client, "/p/");
        m.store("a", "1");
        EXPECT_EQ(m.load("a"), "1");
        EXPECT_EQ(c.direct().get("/p/a")->value, "1");
    }
    o.tls.ca_file = certs.other_ca;
    expect_all_to_fail(o, {error_kind::denied});
    o.tls.ca_file.clear();  // the authorities that the system knows do not know ours
    expect_all_to_fail(o, {error_kind::denied});
    o.tls.verify = false;
    {
        etcd::client client(o);
        EXPECT_EQ(strings(client, "/p/").load("a"), "1");
    }
    o.tls.verify = true;
    o.tls.ca_file = certs.ca;
    o.endpoints = {"https://localhost:" + std::to_string(c.port(0))};
    {
        etcd::client client(o);
        EXPECT_EQ(strings(client, "/p/").load("a"), "1");
    }
    o.endpoints = {"http://127.0.0.1:" + std::to_string(c.port(0))};
    expect_all_to_fail(o, {error_kind::unavailable, error_kind::uncertain});
    o.tls.ca_file = certs.client_key;  // is no certificate
    o.endpoints = c.endpoints();
    std::error_code code;
    etcd::client client(o, code);
    if (!code) {
        expect_all_to_fail(o, {error_kind::denied, error_kind::unavailable});
    }
}

TEST(bad_input, a_server_whose_name_is_not_in_its_certificate) {
    const folder files;
    certificates certs(files.path());
    certs.server = certs.elsewhere;
    certs.server_key = certs.elsewhere_key;
    cluster c({.tls = &certs});
    etcd::options o = to(c, deadline);
    o.tls.ca_file = certs.ca;
    expect_all_to_fail(o, {error_kind::denied});
}

TEST(bad_input, certificates_that_the_server_does_not_trust) {
    const folder files;
    const certificates certs(files.path());
    cluster c({.tls = &certs, .client_certificates = true});
    etcd::options o = to(c, deadline);
    o.tls.ca_file = certs.ca;
    // The server says so after the handshake only: with bad luck what is sent before that just fails.
    const std::vector<error_kind> refused{error_kind::denied, error_kind::unavailable,
                                          error_kind::uncertain};
    expect_all_to_fail(o, refused);  // none
    o.tls.certificate_file = certs.stranger;
    o.tls.key_file = certs.stranger_key;
    expect_all_to_fail(o, refused);
    o.tls.key_file = certs.client_key;  // not of this certificate
    {
        std::error_code code;
        const etcd::client client(o, code);
        if (!code) expect_all_to_fail(o, {error_kind::denied, error_kind::unavailable});
    }
    o.tls.certificate_file = certs.client;
    etcd::client client(o);
    strings m(client, "/p/");
    m.store("a", "1");
    EXPECT_EQ(c.direct().get("/p/a")->value, "1");
}

// --- no right ---

TEST(bad_input, passwords_and_permissions) {
    cluster c({.token_seconds = 1});
    gateway raw = c.direct();
    raw.add_user("ann", secret, "/p/");
    raw.add_user("bob", secret, "/q/");
    etcd::client nobody(to(c, deadline));
    strings before(nobody, "/p/");
    before.store("a", "1");
    raw.protect(secret);

    EXPECT_TRUE(is(code_of([&](auto e) { before.store("a", "2", e); }).code, error_kind::denied));
    EXPECT_EQ(before.load("a"), "1");
    etcd::options o = to(c, deadline);
    expect_all_to_fail(o, {error_kind::denied});
    o.user = "ann";
    o.password = secret + "!";
    expect_all_to_fail(o, {error_kind::denied});
    o.user = "nobody";
    expect_all_to_fail(o, {error_kind::denied});
    o.user = "bob";
    o.password = secret;
    {
        etcd::client bob(o);
        const failure f = failure_of([&](auto e) { const strings m(bob, "/p/", e); });
        EXPECT_TRUE(is(f.code, error_kind::denied));
        EXPECT_EQ(f.message.find(secret), std::string::npos);
        strings his(bob, "/q/");
        his.store("a", "1");
        EXPECT_EQ(his.load("a"), "1");
        std::error_code code;
        strings hers(bob, "/p/", code);
        EXPECT_TRUE(is(code_of([&](auto e) { hers.store("a", "2", e); }).code, error_kind::denied));
        EXPECT_TRUE(is(code_of([&](auto e) { (void)hers.load("a", etcd::quorum, e); }).code,
                       error_kind::denied));
        EXPECT_TRUE(is(code_of([&](auto e) { hers.clear(e); }).code, error_kind::denied));
        EXPECT_LT(time_of([&] { his.store("a", "2"); }), 5s) << "beside one that is refused";
    }
    o.user = "ann";
    etcd::client ann(o);
    strings m(ann, "/p/");
    for (int i = 1; i < 3; ++i) {
        m.store("a", std::to_string(i));
        EXPECT_EQ(m.load("a"), std::to_string(i));
        std::this_thread::sleep_for(2500ms);  // the token expires
    }
    EXPECT_EQ(m.load("a", etcd::quorum), "2");
    std::this_thread::sleep_for(2500ms);
    const etcd::lease l = ann.lease(5s);
    m.store("b", "1", l);
    raw.put("/p/c", "3");
    EXPECT_TRUE(m.wait_for(raw.get("/p/c")->modified, patience));
    c.kill(0);  // tokens are not kept
    c.start(0);
    EXPECT_TRUE(eventually([&] { return !code_of([&](auto e) { m.store("a", "4", e); }).code; }));
    EXPECT_EQ(m.load("a"), "4");
    raw.call("auth/user/revoke", R"({"name":"ann","role":"ann"})");
    EXPECT_TRUE(is(code_of([&](auto e) { m.store("a", "5", e); }).code, error_kind::denied));
    EXPECT_EQ(m.load("a"), "4");
}

// --- no room ---

TEST(bad_input, a_member_whose_disk_is_full) {
    cluster c({.quota = 4 << 20});
    const gateway raw = c.direct();
    etcd::client client(to(c, deadline));
    strings m(client, "/p/");
    m.store("a", "1");
    const std::string large(1 << 20, 'x');
    EXPECT_TRUE(eventually([&] {
        const failure f = code_of([&](auto e) { m.store("large", large, e); });
        if (!f.code) return false;
        EXPECT_TRUE(is(f.code, error_kind::unavailable));
        return true;
    }));
    const failure f = failure_of([&](auto e) { m.store("a", "2", e); });
    EXPECT_TRUE(is(f.code, error_kind::unavailable));
    EXPECT_LT(f.took, deadline + slack);
    EXPECT_TRUE(is(code_of([&](auto e) {
                       m.update("a", [](auto*) { return std::optional<std::string>("2"); }, e);
                   }).code,
                   error_kind::unavailable));
    EXPECT_EQ(raw.get("/p/a")->version, 1);
    EXPECT_EQ(m.load("a"), "1");
    EXPECT_EQ(m.load("a", etcd::quorum), "1");
    EXPECT_TRUE(m.erase("large"));
    EXPECT_FALSE(m.contains("large"));
    raw.compact(raw.revision());
    raw.call("maintenance/defragment", "{}");
    raw.disarm();
    EXPECT_EQ(failure_of([&](auto e) { m.store("a", "3", e); }).message, "");
    EXPECT_EQ(m.load("a"), "3");
}

// --- nonsense ---

// All verbs once. Whatever is answered, each ends in time.
void use(etcd::client& client, etcd::map<int>& m, milliseconds limit) {
    const std::function<void(etcd::on_error)> verbs[] = {
        [&](auto e) { m.store("a", 1, e); },
        [&](auto e) { m.load_or_store("a", 1, e); },
        [&](auto e) { m.load_or_compute("a", [] { return 1; }, e); },
        [&](auto e) { m.exchange("a", 2, e); },
        [&](auto e) { m.compare_exchange("a", 2, 3, e); },
        [&](auto e) { m.compare_and_erase("a", 2, e); },
        [&](auto e) { m.erase("a", e); },
        [&](auto e) { m.load_and_erase("a", e); },
        [&](auto e) { m.update("a", [](const int*) { return std::optional(4); }, e); },
        [&](auto e) { m.clear(e); },
        [&](auto e) { (void)m.load("a", etcd::quorum, e); },
        [&](auto e) {
            etcd::lease l = client.lease(5s, e);
            if (l.alive()) m.store("a", 5, l, e);
        },
    };
    for (const auto& verb : verbs) {
        const failure f = code_of(verb);
        EXPECT_LT(f.took, 2 * limit + slack);
        if (f.code) {
            EXPECT_EQ(&f.code.category(), &etcd::category());
        }
    }
    (void)m.load("a");
    (void)m.stale_for();
    m.for_each([](const std::string&, int) {});
}

TEST(bad_input, nonsense_is_survived_whatever_it_is) {
    const auto until = clock::now() + (long_form() ? 120s : 6s);
    const unsigned seed = std::random_device()();
    std::atomic<unsigned> rounds{0};
    const auto work = [&] {
        while (clock::now() < until) {
            const unsigned n = seed + rounds++;
            SCOPED_TRACE("seed " + std::to_string(n));
            std::mt19937 random(n);
            nonsense_server s([&](const std::string& path, const std::string&) {
                return nonsense(path, random);
            });
            auto client = std::make_unique<etcd::client>(to({s.url()}, 60ms));
            std::error_code code;
            std::optional<etcd::map<int>> m;
            m.emplace(*client, "/r/", code);
            const auto a = m->on_change([](std::string_view, const int*, const int*) {});
            const auto b = m->on_bad_value([](std::string_view, std::string_view) {});
            use(*client, *m, 60ms);
            EXPECT_LT(time_of([&] {
                          m.reset();
                          client.reset();
                      }),
                      slack);
        }
    };
    std::thread beside(work);
    work();
    beside.join();
    testing::Test::RecordProperty("rounds", static_cast<int>(rounds));
}

// Of this process, in KiB, at most so far.
long peak_memory() {
    std::ifstream in("/proc/self/status");
    for (std::string word; in >> word;) {
        long n = 0;
        if (word == "VmHWM:" && in >> n) return n;
    }
    return 0;
}

TEST(bad_input, an_answer_without_end_is_not_kept_without_end) {
    const long before = peak_memory();
    for (const char* path : {"/range", "/watch", "/txn", "/grant"}) {
        SCOPED_TRACE(path);
        nonsense_server s([&](const std::string& asked, const std::string&) -> reply {
            if (asked.ends_with(path))
                return {"HTTP/1.1 200 OK\r\n\r\n" + std::string(1 << 20, '['), reply::after::flood};
            if (asked.ends_with("/range"))
                return {http(200, R"({"header":{"revision":"5"}})"), reply::after::go_on};
            return {http(200, "{}"), reply::after::go_on};
        });
        auto client = std::make_unique<etcd::client>(to({s.url()}, deadline));
        std::error_code code;
        std::optional<strings> m;
        m.emplace(*client, "/", code);
        const failure f = code_of([&](auto e) { m->store("a", "1", e); });
        EXPECT_TRUE(is_one_of(f.code, error_kind::unavailable, error_kind::uncertain));
        EXPECT_LT(f.took, deadline + slack);
        (void)client->lease(5s, code);
        std::this_thread::sleep_for(500ms);
        EXPECT_LT(time_of([&] {
                      m.reset();
                      client.reset();
                  }),
                  3 * slack);  // what has been received is not read for nothing
    }
    if (!sanitized) {
        EXPECT_LT(peak_memory() - before, 600 << 10) << "KiB";
    }
}

TEST(bad_input, destructors_do_not_wait_for_a_server_that_says_nothing) {
    cluster c;
    proxy p(c.port(0));
    etcd::options o = to({p.url()}, 30s);
    auto client = std::make_unique<etcd::client>(o);
    auto m = std::make_unique<strings>(*client, "/");
    auto l = std::make_unique<etcd::lease>(client->lease(60s));
    m->store("a", "1", *l);
    p.swallow();
    EXPECT_LT(time_of([&] { l.reset(); }), slack);
    EXPECT_LT(time_of([&] { m.reset(); }), slack);
    EXPECT_LT(time_of([&] { client.reset(); }), slack);
    p.pass();
    // and where calls are at work in other threads, of a map that outlives the client
    client = std::make_unique<etcd::client>(to({p.url()}, 2s));
    m = std::make_unique<strings>(*client, "/");
    p.swallow();
    std::thread waits([&] {
        const failure f = code_of([&](auto e) { m->store("a", "2", e); });
        EXPECT_TRUE(is(f.code, error_kind::uncertain));
        EXPECT_LT(f.took, 2s + slack);
    });
    std::this_thread::sleep_for(200ms);
    client.reset();
    waits.join();
    EXPECT_LT(time_of([&] { m.reset(); }), slack);
}

}  // namespace
