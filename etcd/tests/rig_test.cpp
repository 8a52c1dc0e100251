// SPDX-License-Identifier: BSL-1.0
//
// The tests' own tools: that the proxy, the members and the nonsense do what other tests take for granted. Nothing of the
// library is used.
#include <gtest/gtest.h>

#include <future>
#include <random>
#include <thread>

#include "rig/cluster.hpp"
#include "rig/nonsense_server.hpp"
#include "rig/proxy.hpp"

namespace {

using namespace rig;

const std::string read_a = R"({"key":"YQ=="})";
const std::string write_a = R"({"key":"YQ==","value":"Yg=="})";

TEST(rig, base64_gives_back_what_it_was_given) {
    std::string bytes;
    for (int n = 0; n < 600; ++n) {
        EXPECT_EQ(from_base64(to_base64(bytes)), bytes);
        bytes += static_cast<char>(n * 7);
    }
    EXPECT_EQ(to_base64("a"), "YQ==");
    EXPECT_EQ(end_of("a\xff\xff"), "b");
}

TEST(rig, a_member_keeps_what_it_is_given_and_tells_what_happened) {
    cluster c;
    const gateway g = c.direct();
    const std::int64_t first = g.put("/x/a", "1");
    g.put("/y", "other");
    g.put("/x/b", std::string("\0\xff", 2));
    const std::int64_t last = g.erase("/x/a");
    ASSERT_EQ(g.below("/x/").size(), 1u);
    EXPECT_EQ(g.get("/x/b")->value, std::string("\0\xff", 2));
    EXPECT_FALSE(g.get("/x/a"));
    const std::vector<event> all = g.events("/x/", first, last);
    ASSERT_EQ(all.size(), 3u);
    EXPECT_EQ(all[0].value, "1");
    EXPECT_EQ(all[2].key, "/x/a");
    EXPECT_FALSE(all[2].value);
    c.kill(0);
    c.start(0);
    c.await(0);
    EXPECT_EQ(g.get("/x/b")->version, 1);
    g.compact(last);
    EXPECT_THROW((void)g.events("/x/", first, last), std::runtime_error);
}

TEST(rig, three_members_have_a_leader_and_another_one_when_it_is_killed) {
    cluster c({.members = 3});
    const gateway g = c.direct();
    const std::size_t first = c.leader();
    c.kill(first);
    g.put("a", "1");
    EXPECT_NE(c.leader(), first);
    c.start(first);
    c.await_all();
    const std::size_t second = c.leader();
    c.stop(second);
    g.put("a", "2");
    c.go_on(second);
    c.await_all();
    EXPECT_EQ(g.get("a")->value, "2");  // perhaps more than once
}

TEST(rig, a_proxy_passes_delays_swallows_and_refuses) {
    cluster c;
    proxy p(c.port(0));
    EXPECT_EQ(post(p.url() + "/v3/kv/put", write_a, 5s).status, 200);
    p.delay(300ms);
    const auto before = clock::now();
    EXPECT_EQ(post(p.url() + "/v3/kv/range", read_a, 5s).status, 200);
    EXPECT_GE(clock::now() - before, 600ms);
    p.swallow();
    EXPECT_EQ(post(p.url() + "/v3/kv/put", write_a, 500ms).status, 0);
    p.refuse();
    EXPECT_EQ(post(p.url() + "/v3/kv/put", write_a, 500ms).status, 0);
    p.pass();
    EXPECT_EQ(post(p.url() + "/v3/kv/range", read_a, 5s).status, 200);
    EXPECT_EQ(c.direct().get("a")->version, 1);
}

TEST(rig, a_proxy_that_has_swallowed_something_passes_nothing_of_what_follows_it) {
    cluster c;
    proxy p(c.port(0));
    const gateway raw = c.direct();
    const std::string watch_a = R"({"create_request":{"key":"YQ=="}})";
    std::future<answer> seen =
        std::async(std::launch::async, [&] { return post(p.url() + "/v3/watch", watch_a, 3s); });
    const auto put = [&](const char* value) {
        std::this_thread::sleep_for(500ms);
        raw.put("a", value);
        std::this_thread::sleep_for(200ms);
    };
    put("first");
    p.swallow();
    put("second");
    p.pass();
    put("third");
    const std::string body = seen.get().body;
    EXPECT_NE(body.find(to_base64("first")), std::string::npos);
    EXPECT_EQ(body.find(to_base64("second")), std::string::npos);
    EXPECT_EQ(body.find(to_base64("third")), std::string::npos);
    EXPECT_EQ(post(p.url() + "/v3/kv/range", read_a, 5s).status, 200);
}

TEST(rig, a_proxy_loses_the_answer_of_a_write_that_was_done) {
    cluster c;
    proxy p(c.port(0));
    p.lose_answers(1);
    EXPECT_EQ(post(p.url() + "/v3/kv/put", write_a, 5s).status, 0);
    EXPECT_EQ(p.lost(), 1);
    EXPECT_EQ(p.lost_on_reused(), 0);
    EXPECT_EQ(c.direct().get("a")->version, 1);
    EXPECT_EQ(post(p.url() + "/v3/kv/put", write_a, 5s).status, 200);
    EXPECT_EQ(c.direct().get("a")->version, 2);
}

TEST(rig, certificates_are_good_for_those_who_have_them) {
    const folder f;
    const certificates certs(f.path());
    cluster c({.tls = &certs, .client_certificates = true});
    c.direct().put("a", "1");
    rig::access with{.ca = certs.ca, .certificate = certs.client, .key = certs.client_key};
    EXPECT_EQ(post(c.endpoint(0) + "/v3/kv/range", read_a, 5s, with).status, 200);
    with.ca = certs.other_ca;
    EXPECT_EQ(post(c.endpoint(0) + "/v3/kv/range", read_a, 5s, with).status, 0);
    EXPECT_EQ(post(c.endpoint(0) + "/v3/kv/range", read_a, 5s, {.ca = certs.ca}).status, 0);
}

TEST(rig, users_may_do_what_they_may) {
    cluster c;
    gateway g = c.direct();
    g.add_user("ann", "secret", "/ann/");
    g.protect("root's");
    g.put("/ann/a", "1");
    EXPECT_EQ(g.get("/ann/a")->value, "1");
    EXPECT_NE(post(c.endpoint(0) + "/v3/kv/range", read_a, 5s).status, 200);
}

TEST(rig, a_server_answers_nonsense_until_it_has_had_enough) {
    std::mt19937 random(1);
    nonsense_server s(
        [&](const std::string& path, const std::string&) { return nonsense(path, random); });
    int well = 0;
    for (int i = 0; i < 100; ++i)
        well += post(s.url() + "/v3/kv/range", read_a, 50ms).status == 200 ? 1 : 0;
    EXPECT_GT(well, 10);
    EXPECT_GE(s.requests(), 100);
}

}  // namespace
