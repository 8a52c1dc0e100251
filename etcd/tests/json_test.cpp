// SPDX-License-Identifier: BSL-1.0
//
// Values that are JSON, and types that nlohmann-json converts.
#include <stdexcept>
#include <vector>

#include "support.hpp"
#include <syncmap/etcd/json.hpp>

namespace {

using namespace support;
using nlohmann::json;

struct flag {
    bool on = false;
    std::vector<std::string> who{};
    bool operator==(const flag&) const = default;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(flag, on, who)

TEST(json, is_kept_as_text_that_any_program_can_read) {
    cluster c;
    const gateway raw = c.direct();
    raw.put("/bad", "{\"a\":");
    raw.put("/spaced", " { \"b\" : 1, \"a\": [] } ");
    etcd::client client(to(c));
    etcd::map<json> m(client, "/");
    EXPECT_EQ(m.stats().bad_values, 1u);
    EXPECT_EQ(m.load("spaced"), json::parse(R"({"a":[],"b":1})"));
    m.store("x", {{"n", 1.5}, {"s", "\xc3\xa4"}});
    EXPECT_EQ(raw.get("/x")->value, "{\"n\":1.5,\"s\":\"\xc3\xa4\"}");
    EXPECT_TRUE(m.compare_exchange("spaced", {{"b", 1}, {"a", json::array()}}, nullptr));
    EXPECT_EQ(raw.get("/spaced")->value, "null");
    EXPECT_THROW(m.store("x", "\xff"), json::type_error);
}

TEST(json, converts_types_that_say_how) {
    cluster c;
    const gateway raw = c.direct();
    raw.put("/wrong", R"({"on":1,"who":[]})");
    raw.put("/less", R"({"on":true})");
    raw.put("/more", R"({"on":true,"who":[],"why":7})");
    etcd::client client(to(c));
    etcd::map<flag> m(client, "/");
    EXPECT_EQ(m.stats().bad_values, 2u);
    EXPECT_EQ(m.load("more"), (flag{true, {}}));
    m.store("a", {true, {"ann", "bob"}});
    EXPECT_EQ(raw.get("/a")->value, R"({"on":true,"who":["ann","bob"]})");
    m.update("a", [](const flag* now) {
        flag f = *now;
        f.who.pop_back();
        return std::optional(f);
    });
    EXPECT_EQ(m.load("a", etcd::quorum), (flag{true, {"ann"}}));
    etcd::map<std::vector<int>> lists(client, "/lists/");
    lists.store("l", {1, 2});
    EXPECT_EQ(raw.get("/lists/l")->value, "[1,2]");
}

}  // namespace
