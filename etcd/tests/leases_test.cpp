// SPDX-License-Identifier: BSL-1.0
//
// Keys that are gone when the process that stored them is, whatever becomes of it, and not before.
#include <cstdio>
#include <memory>
#include <thread>

#include "as_process.hpp"
#include "support.hpp"

namespace {

using namespace support;

// ENDPOINT SECONDS: stores "me" with a lease, and says when that has ended, and what becomes of a store with it then.
int holder(const std::vector<std::string>& arguments) {
    etcd::client client(to({arguments[0]}));
    strings m(client, "/");
    const etcd::lease mine = client.lease(std::chrono::seconds(std::stoi(arguments[1])));
    m.store("me", "here", mine);
    while (mine.alive()) std::this_thread::sleep_for(10ms);
    const std::error_code code = code_of([&](auto e) { m.store("me", "again", mine, e); }).code;
    std::printf("the lease has ended: %s\n", code.message().c_str());
    return code == error_kind::lease_expired ? 0 : 1;
}
const bool defined = define_process("holder", holder);

bool is_there(const gateway& raw, const char* key) { return raw.get(key).has_value(); }

TEST(leases, end_soon_after_their_process_is_killed_and_not_before) {
    cluster c;
    const gateway raw = c.direct();
    const folder f;
    ASSERT_TRUE(defined);
    child process = start_process("holder", {c.endpoint(0), "4"}, f.path() / "log");
    ASSERT_TRUE(eventually([&] { return is_there(raw, "/me"); })) << contents(f.path() / "log");
    const auto until = clock::now() + 8s;
    while (clock::now() < until) {
        ASSERT_TRUE(is_there(raw, "/me"));
        std::this_thread::sleep_for(100ms);
    }
    process.kill();
    EXPECT_TRUE(eventually([&] { return !is_there(raw, "/me"); }, 4s + 2s + slack));
}

TEST(leases, are_known_to_have_ended_by_a_process_that_has_slept_too_long) {
    cluster c;
    const gateway raw = c.direct();
    const folder f;
    child process = start_process("holder", {c.endpoint(0), "2"}, f.path() / "log");
    ASSERT_TRUE(eventually([&] { return is_there(raw, "/me"); })) << contents(f.path() / "log");
    process.stop();
    EXPECT_TRUE(eventually([&] { return !is_there(raw, "/me"); }, 2s + 2s + slack));
    process.go_on();
    const std::optional<int> status = process.wait(30s);
    EXPECT_EQ(status, 0) << contents(f.path() / "log");
    EXPECT_FALSE(is_there(raw, "/me"));
}

// No leader stands still for as long as the lease lives: what it believes to have expired when it goes on, it may have erased,
// though another one leads by then (https://github.com/etcd-io/etcd/issues/15247).
TEST(leases, live_on_while_the_leader_changes) {
    cluster c({.members = 3});
    const gateway raw = c.direct();
    etcd::client client(to(c));
    strings m(client, "/");
    const etcd::lease l = client.lease(8s);
    m.store("me", "here", l);

    const std::size_t killed = c.leader();
    c.kill(killed);
    EXPECT_NE(c.leader(), killed);
    c.start(killed);
    c.await_all();
    bool has_changed = false;
    for (int tries = 0; tries < 5 && !has_changed; ++tries) {
        const std::size_t stopped = c.leader();
        c.stop(stopped);
        std::this_thread::sleep_for(2s);
        c.go_on(stopped);
        c.await_all();
        has_changed = c.leader() != stopped;
    }
    EXPECT_TRUE(has_changed);

    // By then a lease is over that only former leaders have renewed.
    std::this_thread::sleep_for(12s);
    EXPECT_TRUE(l.alive());
    const std::optional<entry> me = raw.get("/me");
    ASSERT_TRUE(me.has_value());
    EXPECT_EQ(me->version, 1);
}

TEST(leases, are_revoked_when_they_are_destroyed_or_assigned_to) {
    cluster c;
    const gateway raw = c.direct();
    etcd::client client(to(c));
    strings m(client, "/");
    {
        const etcd::lease l = client.lease(600s);
        m.store("a", "1", l);
        EXPECT_EQ(raw.leases(), 1u);
    }
    EXPECT_TRUE(eventually([&] { return !is_there(raw, "/a"); }, 5s + slack));
    EXPECT_TRUE(eventually([&] { return !m.contains("a"); }));
    etcd::lease l = client.lease(600s);
    etcd::lease other = client.lease(600s);
    m.store("b", "1", l);
    m.store("c", "1", other);
    l = std::move(other);
    EXPECT_FALSE(other.alive());
    EXPECT_TRUE(eventually([&] { return !is_there(raw, "/b"); }, 5s + slack));
    EXPECT_TRUE(l.alive());
    EXPECT_TRUE(is_there(raw, "/c"));
    l.revoke();
    EXPECT_FALSE(is_there(raw, "/c")) << "revoke() returns when it has been done";
    EXPECT_FALSE(l.alive());
    EXPECT_EQ(l.time_left(), 0ms);
    l.revoke();
    etcd::lease().revoke();
    EXPECT_TRUE(
        is(failure_of([&](auto e) { m.store("d", "1", l, e); }).code, error_kind::lease_expired));
    EXPECT_TRUE(
        is(code_of([&](auto e) { m.exchange("d", "1", l, e); }).code, error_kind::lease_expired));
    EXPECT_FALSE(is_there(raw, "/d"));
    {
        auto last = std::make_unique<etcd::client>(to(c));
        const etcd::lease outlives = last->lease(600s);
        last.reset();
        EXPECT_TRUE(outlives.alive());
        EXPECT_EQ(raw.leases(), 1u);
    }
    EXPECT_TRUE(eventually([&] { return raw.leases() == 0; }, 5s + slack))
        << "a lease that is the last to hold the connection is revoked, too";
}

TEST(leases, are_lost_when_etcd_has_been_out_of_reach_for_too_long_and_others_can_be_had) {
    cluster c;
    const gateway raw = c.direct();
    etcd::client client(to(c, 2s));
    strings m(client, "/");
    etcd::lease l = client.lease(2s);
    m.store("a", "1", l);
    c.stop(0);
    EXPECT_TRUE(eventually([&] { return !l.alive(); }, 2s + 2s + slack));
    const failure f = failure_of([&](auto e) { (void)client.lease(5s, e); });
    EXPECT_TRUE(is_one_of(f.code, error_kind::unavailable, error_kind::uncertain));
    EXPECT_LT(f.took, 2s + slack);
    std::this_thread::sleep_for(1s);
    c.go_on(0);
    c.await(0);
    EXPECT_TRUE(eventually([&] { return !is_there(raw, "/a"); }));
    EXPECT_TRUE(
        is(code_of([&](auto e) { m.store("a", "2", l, e); }).code, error_kind::lease_expired));
    EXPECT_FALSE(l.alive());
    EXPECT_TRUE(eventually([&] {
        std::error_code code;
        l = client.lease(600s, code);
        return !code;
    }));
    m.store("a", "3", l);
    EXPECT_EQ(raw.get("/a")->lease, l.id());
}

TEST(leases, that_others_revoke_are_noticed) {
    cluster c;
    const gateway raw = c.direct();
    etcd::client client(to(c));
    strings m(client, "/");
    const etcd::lease l = client.lease(3s);
    m.store("a", "1", l);
    raw.call("lease/revoke", "{\"ID\":\"" + std::to_string(l.id()) + "\"}");
    EXPECT_TRUE(eventually([&] { return !l.alive(); }, 10s));
    EXPECT_TRUE(
        is(code_of([&](auto e) { m.store("a", "2", l, e); }).code, error_kind::lease_expired));
    EXPECT_FALSE(is_there(raw, "/a"));
}

}  // namespace
