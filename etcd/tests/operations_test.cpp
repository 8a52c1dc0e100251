// SPDX-License-Identifier: BSL-1.0
//
// What each member does and returns while all is well, on one member of etcd: as the core's where the core has it. Each
// test has a prefix of its own.
#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <mutex>
#include <random>
#include <stdexcept>
#include <thread>

#include "support.hpp"
#include <syncmap/map.hpp>

namespace {

using namespace support;

class operations : public testing::Test {
protected:
    static void SetUpTestSuite() { one = std::make_unique<cluster>(); }
    static void TearDownTestSuite() { one.reset(); }

    operations() : raw(one->direct()) {}

    const std::string prefix =
        std::string("/") + testing::UnitTest::GetInstance()->current_test_info()->name() + "/";
    gateway raw;
    etcd::client client{to(*one)};

    static std::unique_ptr<cluster> one;
};
std::unique_ptr<cluster> operations::one;

// --- all members ---

// Does the same with both, and compares what they return.
struct pair_of_maps {
    strings& m;
    syncmap::map<std::string, std::string>& core;
    std::mt19937& random;
    bool throws;

    std::string some(const char* what, int n) {
        return what + std::to_string(std::uniform_int_distribution<int>(0, n - 1)(random));
    }
    void step() {
        std::error_code code = std::make_error_code(std::errc::io_error);  // cleared by success
        const auto e = [&] { return throws ? etcd::on_error() : etcd::on_error(code); };
        const std::string key = some("k", 4), a = some("v", 3), b = some("v", 3);
        const auto twist = [&](const std::string* now) -> std::optional<std::string> {
            if (now == nullptr) return a;
            return now->size() > 6 ? std::nullopt : std::optional(*now + b);
        };
        const int verb = std::uniform_int_distribution<int>(0, 13)(random);
        SCOPED_TRACE("verb " + std::to_string(verb) + " of " + key + ", " + a + ", " + b);
        switch (verb) {
        case 0:
            m.store(key, a, e());
            core.store(key, a);
            break;
        case 1: EXPECT_EQ(m.load_or_store(key, a, e()), core.load_or_store(key, a)); break;
        case 2:
            EXPECT_EQ(m.load_or_compute(
                          key, [&] { return a; }, e()),
                      core.load_or_compute(key, [&] { return a; }));
            break;
        case 3: EXPECT_EQ(m.exchange(key, a, e()), core.exchange(key, a)); break;
        case 4:
        case 5:
            EXPECT_EQ(m.compare_exchange(key, a, b, e()), core.compare_exchange(key, a, b));
            break;
        case 6: EXPECT_EQ(m.compare_and_erase(key, a, e()), core.compare_and_erase(key, a)); break;
        case 7: EXPECT_EQ(m.erase(key, e()), core.erase(key)); break;
        case 8: EXPECT_EQ(m.load_and_erase(key, e()), core.load_and_erase(key)); break;
        case 9:
        case 10: EXPECT_EQ(m.update(key, twist, e()), core.update(key, twist)); break;
        case 11: {
            const auto same = [](const std::string*) { return syncmap::unchanged; };
            EXPECT_EQ(m.update(key, same, e()), core.update(key, same));
            break;
        }
        case 12: EXPECT_EQ(m.load(key, etcd::quorum, e()), core.load(key)); break;
        default:
            if (std::uniform_int_distribution<int>(0, 5)(random) != 0) return;
            m.clear(e());
            core.clear();
        }
        EXPECT_TRUE(throws || !code) << code.message();
        const std::optional<std::string> there = core.load(key);
        EXPECT_EQ(m.load(key), there);
        EXPECT_EQ(m.contains(key), there.has_value());
        EXPECT_EQ(m.size(), core.size());
    }
};

TEST_F(operations, give_the_results_of_the_core_and_show_their_effect_when_they_return) {
    std::mt19937 random(7);
    for (const bool throws : {true, false}) {
        strings m(client, prefix + (throws ? "t/" : "c/"));
        syncmap::map<std::string, std::string> core;
        pair_of_maps both{m, core, random, throws};
        const int steps = long_form() ? 5000 : sanitized ? 300 : 600;
        for (int i = 0; i < steps && !HasFailure(); ++i) both.step();
        words model;
        core.for_each([&](const auto& key, const auto& value) { model.emplace(key, value); });
        EXPECT_EQ(shown_by(m), model);
        EXPECT_EQ(kept_by(raw, m.prefix()), model);
    }
}

TEST_F(operations, loads_look_at_the_mirror_in_every_way_that_there_is) {
    strings m(client, prefix);
    EXPECT_TRUE(m.empty());
    EXPECT_EQ(m.load("a"), std::nullopt);
    EXPECT_FALSE(m.pin("a"));
    EXPECT_EQ(m.pin("a").revision(), 0);
    EXPECT_EQ(m.pin("a").get(), nullptr);
    EXPECT_FALSE(m.visit("a", [](const std::string&) { FAIL(); }));
    m.store("a", "one");
    m.store("b", "two");
    EXPECT_FALSE(m.empty());
    EXPECT_EQ(m.size(), 2u);
    std::string seen;
    EXPECT_TRUE(m.visit("a", [&](const std::string& value) { seen = value; }));
    EXPECT_EQ(seen, "one");
    const auto kept = m.pin("a");
    m.store("a", "three");
    EXPECT_EQ(*kept, "one");
    EXPECT_EQ(kept->size(), 3u);
    EXPECT_EQ(kept.revision() + 2, m.pin("a").revision());
    EXPECT_EQ(m.pin("a").revision(), raw.get(prefix + "a")->modified);
    EXPECT_EQ(shown_by(m), (words{{"a", "three"}, {"b", "two"}}));
    EXPECT_EQ(m.snapshot().size(), 2u);
    int calls = 0;
    m.for_each([&](const std::string&, const std::string&) {
        ++calls;
        return false;
    });
    EXPECT_EQ(calls, 1);
    const etcd::map_stats s = m.stats();
    EXPECT_EQ(s.mirror.size, 2u);
    EXPECT_EQ(s.revision, m.revision());
    EXPECT_EQ(s.bad_values, 0u);
    EXPECT_GE(s.changes, 3u);
    EXPECT_EQ(s.resyncs, 0u);
    EXPECT_EQ(m.prefix(), prefix);
    etcd::pinned<std::string> moved = m.pin("b");
    moved.reset();
    EXPECT_FALSE(moved);
}

TEST_F(operations, load_or_compute_computes_once_and_only_what_is_absent) {
    strings m(client, prefix);
    int calls = 0;
    const auto f = [&] { return "v" + std::to_string(++calls); };
    EXPECT_EQ(m.load_or_compute("a", f), std::pair(std::string("v1"), false));
    EXPECT_EQ(m.load_or_compute("a", f), std::pair(std::string("v1"), true));
    EXPECT_EQ(calls, 1);
    const auto g = []() -> std::string { throw std::out_of_range("no"); };
    EXPECT_THROW(m.load_or_compute("b", g), std::out_of_range);
    EXPECT_FALSE(raw.get(prefix + "b"));
}

TEST_F(operations, update_is_shown_what_is_there_and_may_throw) {
    strings m(client, prefix);
    EXPECT_EQ(m.update("a",
                       [](const std::string* now) {
                           EXPECT_EQ(now, nullptr);
                           return std::optional<std::string>();
                       }),
              std::nullopt);
    EXPECT_FALSE(raw.get(prefix + "a"));
    raw.put(prefix + "a", "others");  // perhaps not in the mirror yet
    EXPECT_EQ(m.update("a",
                       [](const std::string* now) {
                           return std::optional(now == nullptr ? "" : *now + "!");
                       }),
              "others!");
    EXPECT_THROW(m.update("a",
                          [](const std::string*) -> std::optional<std::string> {
                              throw std::out_of_range("no");
                          }),
                 std::out_of_range);
    EXPECT_EQ(m.update("a", [](const std::string*) { return syncmap::unchanged; }), "others!");
    EXPECT_EQ(raw.get(prefix + "a")->version, 2);
    EXPECT_EQ(m.update("a", [](const std::string*) { return std::optional<std::string>(); }),
              std::nullopt);
    EXPECT_FALSE(raw.get(prefix + "a"));
}

TEST_F(operations, clear_erases_all_below_the_prefix_and_nothing_else) {
    strings m(client, prefix + "in/");
    raw.put(prefix + "in0", "behind");
    raw.put(prefix + "in", "before");
    for (int i = 0; i < 10; ++i) m.store(std::to_string(i), "x");
    m.clear();
    EXPECT_TRUE(m.empty());
    EXPECT_EQ(kept_by(raw, prefix).size(), 2u);
    m.clear();
}

// --- keys and values ---

TEST_F(operations, keys_and_values_may_be_any_bytes) {
    std::string all;
    for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
    const std::string inside = prefix + all;
    strings m(client, inside);
    const std::string keys[] = {
        "", std::string(1, '\0'), "\xff", "\xff\xff", all, all + all, "\n", "\"\\"};
    words model;
    for (const std::string& key : keys) {
        m.store(key, key + all);
        model[key] = key + all;
    }
    EXPECT_EQ(shown_by(m), model);
    EXPECT_EQ(kept_by(raw, inside), model);
    const strings again(client, inside);
    EXPECT_EQ(shown_by(again), model);
    for (const std::string& key : keys) {
        EXPECT_EQ(m.load(key, etcd::quorum), model[key]);
        EXPECT_TRUE(m.compare_exchange(key, model[key], "")) << "an empty value";
        EXPECT_EQ(m.load(key), "");
        EXPECT_EQ(m.load_and_erase(key), "");
    }
    EXPECT_TRUE(m.empty());
    EXPECT_TRUE(again.wait_for(m.revision(), patience));
    EXPECT_TRUE(again.empty());
}

TEST_F(operations, prefixes_may_end_in_the_last_byte_and_show_nothing_beside_them) {
    raw.put("\xff", "1");
    raw.put("\xff\xff", "2");
    raw.put("\xff\xff"
            "a",
            "3");
    raw.put("\xfe", "4");
    {
        strings m(client, "\xff\xff");
        EXPECT_EQ(shown_by(m), (words{{"", "2"}, {"a", "3"}}));
        m.store("b", "5");
        raw.put("\xff\xfe", "6");
        m.clear();
        EXPECT_EQ(kept_by(raw, "\xff"), (words{{"", "1"}, {"\xfe", "6"}}));
    }
    strings m(client, prefix + "a\xff");
    raw.put(prefix + "b", "behind");
    raw.put(prefix + "a", "before");
    m.store("x", "y");
    EXPECT_EQ(shown_by(m), (words{{"x", "y"}}));
    for (const char* key : {"\xff", "\xff\xfe", "\xfe"}) raw.erase(key);
}

TEST_F(operations, an_empty_prefix_is_all_that_etcd_has) {
    raw.put(std::string(1, '\0'), "first");
    raw.put("\xff\xff\xff", "last");
    strings m(client, "");
    EXPECT_EQ(m.load(std::string(1, '\0')), "first");
    EXPECT_EQ(m.load("\xff\xff\xff"), "last");
    m.store(prefix + "a", "1");
    EXPECT_EQ(raw.get(prefix + "a")->value, "1");
    EXPECT_EQ(shown_by(m), kept_by(raw, ""));
    std::error_code code;
    m.store("", "etcd has no key like this", code);
    EXPECT_TRUE(code);
    raw.erase(std::string(1, '\0'));
    raw.erase("\xff\xff\xff");
}

TEST_F(operations, keys_outside_the_prefix_are_never_seen) {
    strings m(client, prefix + "in/");
    std::atomic<int> others{0};
    const auto s = m.on_change([&](std::string_view key, const std::string*, const std::string*) {
        if (key != "k") ++others;
    });
    for (int i = 0; i < 20; ++i) {
        raw.put(prefix + "in", "x");
        raw.put(prefix + "in/k", "x");
        raw.put(prefix + "in0", "x");
        raw.put(prefix, "x");
    }
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(m.size(), 1u);
    EXPECT_EQ(others, 0);
}

TEST_F(operations, values_of_a_megabyte_pass_and_too_large_ones_are_refused) {
    strings m(client, prefix);
    std::string large(1 << 20, 'x');
    for (std::size_t i = 0; i < large.size(); i += 3) large[i] = static_cast<char>(i * 31 >> 4);
    m.store("a", large);
    EXPECT_EQ(m.load("a"), large);
    EXPECT_EQ(m.load("a", etcd::quorum), large);
    EXPECT_TRUE(m.compare_and_erase("a", large) || raw.get(prefix + "a")->value != large);
    strings other(client, prefix);
    for (int i = 0; i < 10; ++i) m.store(std::to_string(i), large);
    EXPECT_TRUE(other.wait_for(m.revision(), patience));
    EXPECT_EQ(shown_by(other), shown_by(m));

    const std::string too_large(2 << 20, 'y');
    EXPECT_TRUE(
        is(failure_of([&](auto e) { m.store("b", too_large, e); }).code, error_kind::too_large));
    EXPECT_TRUE(
        is(code_of([&](auto e) { m.exchange("b", too_large, e); }).code, error_kind::too_large));
    EXPECT_TRUE(is(code_of([&](auto e) { m.load_or_store("b", too_large, e); }).code,
                   error_kind::too_large));
    EXPECT_FALSE(m.contains("b"));
    m.store("b", "small");
    EXPECT_EQ(m.load("b"), "small");
    m.clear();
}

// --- values that are none ---

TEST_F(operations, values_that_do_not_decode_are_kept_out_counted_and_reported) {
    raw.put(prefix + "old", "x");
    raw.put(prefix + "good", "1");
    etcd::map<int> m(client, prefix);
    std::mutex lock;
    std::vector<std::pair<std::string, std::string>> seen;
    const auto s = m.on_bad_value([&](std::string_view key, std::string_view bytes) {
        const std::lock_guard held(lock);
        seen.emplace_back(key, bytes);
    });
    const auto count = [&] {
        const std::lock_guard held(lock);
        return seen.size();
    };
    EXPECT_TRUE(eventually([&] { return count() == 1; }));
    EXPECT_EQ(m.size(), 1u);
    EXPECT_FALSE(m.contains("old"));
    EXPECT_EQ(m.stats().bad_values, 1u);
    raw.put(prefix + "new", std::string("\0y", 2));
    raw.put(prefix + "good", "12x");
    EXPECT_TRUE(eventually([&] { return count() == 3; }));
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(seen, (std::vector<std::pair<std::string, std::string>>{
                        {"old", "x"}, {"new", std::string("\0y", 2)}, {"good", "12x"}}));
    EXPECT_FALSE(m.contains("good")) << "what was there before must not stay";
    EXPECT_EQ(m.stats().bad_values, 3u);
    raw.put(prefix + "good", "2");
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(m.load("good"), 2);
    EXPECT_EQ(m.stats().bad_values, 2u);
    raw.erase(prefix + "new");
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(m.stats().bad_values, 1u);
    m.clear();
    EXPECT_EQ(m.stats().bad_values, 0u);
    EXPECT_TRUE(raw.below(prefix).empty());
}

TEST_F(operations, transactions_on_a_bad_value_say_so_and_change_nothing) {
    raw.put(prefix + "a", "x");
    etcd::map<int> m(client, prefix);
    const auto all = [&](auto fails) {
        EXPECT_TRUE(is(fails([&](auto e) { m.load_or_store("a", 1, e); }), error_kind::bad_value));
        EXPECT_TRUE(is(fails([&](auto e) { m.load_or_compute("a", [] { return 1; }, e); }),
                       error_kind::bad_value));
        EXPECT_TRUE(is(fails([&](auto e) { m.exchange("a", 1, e); }), error_kind::bad_value));
        EXPECT_TRUE(
            is(fails([&](auto e) { m.compare_exchange("a", 1, 2, e); }), error_kind::bad_value));
        EXPECT_TRUE(
            is(fails([&](auto e) { m.compare_and_erase("a", 1, e); }), error_kind::bad_value));
        EXPECT_TRUE(is(fails([&](auto e) { m.load_and_erase("a", e); }), error_kind::bad_value));
        EXPECT_TRUE(is(
            fails([&](auto e) { m.update("a", [](const int*) { return std::optional(1); }, e); }),
            error_kind::bad_value));
        EXPECT_TRUE(
            is(fails([&](auto e) { (void)m.load("a", etcd::quorum, e); }), error_kind::bad_value));
    };
    all([](auto f) { return failure_of(f).code; });
    all([](auto f) { return code_of(f).code; });
    EXPECT_EQ(raw.get(prefix + "a")->version, 1);
    EXPECT_EQ(raw.get(prefix + "a")->value, "x");
    m.store("a", 5);
    EXPECT_EQ(m.load("a"), 5);
    raw.put(prefix + "a", "x");
    EXPECT_TRUE(m.erase("a"));
    EXPECT_EQ(m.stats().bad_values, 0u);
}

TEST_F(operations, compare_exchange_compares_values_and_not_bytes) {
    etcd::map<int> m(client, prefix);
    raw.put(prefix + "a", "007");
    EXPECT_FALSE(m.compare_exchange("a", 8, 9));
    EXPECT_TRUE(m.compare_exchange("a", 7, 8));
    EXPECT_EQ(raw.get(prefix + "a")->value, "8");
    etcd::map<double> d(client, prefix + "d/");
    d.store("nan", std::nan(""));
    EXPECT_FALSE(d.compare_exchange("nan", std::nan(""), 1));
    d.store("zero", -0.0);
    EXPECT_TRUE(d.compare_and_erase("zero", 0.0));
}

// --- leases ---

TEST_F(operations, keep_the_lease_that_a_key_has_or_give_it_another_one) {
    strings m(client, prefix);
    const etcd::lease one_minute = client.lease(60s);
    const etcd::lease other = client.lease(60s);
    ASSERT_NE(one_minute.id(), 0);
    ASSERT_NE(one_minute.id(), other.id());
    const auto lease_of = [&](const char* key) { return raw.get(prefix + key)->lease; };
    const auto add = [](const std::string* now) {
        return std::optional(now == nullptr ? std::string("0") : *now + "+");
    };
    m.store("a", "1", one_minute);
    EXPECT_EQ(lease_of("a"), one_minute.id());
    EXPECT_TRUE(m.compare_exchange("a", "1", "2"));
    EXPECT_EQ(lease_of("a"), one_minute.id());
    m.update("a", add);
    EXPECT_EQ(lease_of("a"), one_minute.id());
    m.update("a", add, other);
    EXPECT_EQ(lease_of("a"), other.id());
    m.load_or_store("a", "9", one_minute);
    EXPECT_EQ(lease_of("a"), other.id());
    m.exchange("a", "3", one_minute);
    EXPECT_EQ(lease_of("a"), one_minute.id());
    m.exchange("a", "4");
    EXPECT_EQ(lease_of("a"), 0);
    m.load_or_store("b", "1", one_minute);
    EXPECT_EQ(lease_of("b"), one_minute.id());
    m.store("b", "2");
    EXPECT_EQ(lease_of("b"), 0);
    m.load_or_compute("c", [] { return "1"; }, one_minute);
    EXPECT_EQ(lease_of("c"), one_minute.id());
    m.update("d", add, other);
    EXPECT_EQ(lease_of("d"), other.id());
    m.update("e", add);
    EXPECT_EQ(lease_of("e"), 0);
    m.store("f", "1", etcd::lease());
    EXPECT_EQ(lease_of("f"), 0);
    EXPECT_TRUE(one_minute.alive());
    EXPECT_GT(one_minute.time_left(), 20s);
    EXPECT_FALSE(etcd::lease().alive());
    EXPECT_EQ(etcd::lease().time_left(), 0ms);
    EXPECT_EQ(etcd::lease().id(), 0);
}

// --- codecs ---

struct color {
    int r = 0, g = 0;
    bool operator==(const color&) const = default;
};

template <class T>
void expect_kept(const T& value, const char* as) {
    const std::string bytes = etcd::codec<T>::encode(value);
    EXPECT_EQ(bytes, as);
    const std::optional<T> back = etcd::codec<T>::decode(bytes);
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, value);
}

TEST_F(operations, numbers_are_kept_as_text_and_come_back_the_same) {
    expect_kept<int>(-42, "-42");
    expect_kept<std::uint64_t>(18446744073709551615U, "18446744073709551615");
    expect_kept<std::int64_t>(std::numeric_limits<std::int64_t>::min(), "-9223372036854775808");
    expect_kept<std::int8_t>(-128, "-128");
    expect_kept<bool>(true, "true");
    expect_kept<bool>(false, "false");
    expect_kept<double>(0.5, "0.5");
    expect_kept<std::string>("", "");
    std::mt19937_64 random(1);
    for (int i = 0; i < 1000; ++i) {
        const double d =
            std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 2000) - 1000);
        EXPECT_EQ(etcd::codec<double>::decode(etcd::codec<double>::encode(d)), d);
        const float f = static_cast<float>(random()) / 7;
        EXPECT_EQ(etcd::codec<float>::decode(etcd::codec<float>::encode(f)), f);
        const long double l = static_cast<long double>(random()) / 3;
        EXPECT_EQ(etcd::codec<long double>::decode(etcd::codec<long double>::encode(l)), l);
    }
    for (const double d :
         {std::numeric_limits<double>::infinity(), -0.0, std::numeric_limits<double>::denorm_min(),
          std::numeric_limits<double>::max()})
        EXPECT_EQ(etcd::codec<double>::decode(etcd::codec<double>::encode(d)), d);
    for (const char* bad : {"", " 1", "1 ", "+1", "0x1", "256", "-1", "1.0", "1e1"})
        EXPECT_FALSE(etcd::codec<std::uint8_t>::decode(bad)) << bad;
    for (const char* bad : {"", " 1", "1 ", "1,5", "1e999", "--1", "0.5.5"})
        EXPECT_FALSE(etcd::codec<double>::decode(bad)) << bad;
    for (const char* bad : {"", "1", "TRUE", "true ", "tru"})
        EXPECT_FALSE(etcd::codec<bool>::decode(bad)) << bad;
    etcd::map<double> m(client, prefix);
    m.store("pi", 3.25);
    EXPECT_EQ(raw.get(prefix + "pi")->value, "3.25");
    EXPECT_EQ(m.update("pi", [](const double* now) { return std::optional(*now * 2); }), 6.5);
}

}  // namespace

template <>
struct syncmap::etcd::codec<color> {
    static std::string encode(const color& c) {
        if (c.r < 0) throw std::domain_error("no such color");
        return std::to_string(c.r) + ' ' + std::to_string(c.g);
    }
    static std::optional<color> decode(std::string_view bytes) {
        color c;
        if (std::sscanf(std::string(bytes).c_str(), "%d %d", &c.r, &c.g) != 2)
            throw std::domain_error("no color");
        return c;
    }
};

namespace {

TEST_F(operations, types_of_your_own_have_codecs_of_your_own_which_may_throw) {
    raw.put(prefix + "bad", "green");
    etcd::map<color> m(client, prefix);
    EXPECT_EQ(m.stats().bad_values, 1u);
    m.store("a", {1, 2});
    EXPECT_EQ(m.load("a"), (color{1, 2}));
    EXPECT_EQ(raw.get(prefix + "a")->value, "1 2");
    EXPECT_THROW(m.store("a", {-1, 2}), std::domain_error);
    EXPECT_TRUE(m.compare_exchange("a", {1, 2}, {3, 4}));
    EXPECT_TRUE(
        is(code_of([&](auto e) { m.load_and_erase("bad", e); }).code, error_kind::bad_value));
}

// --- several maps and clients ---

TEST_F(operations, two_maps_of_a_client_have_nothing_to_do_with_each_other) {
    strings a(client, prefix + "a/");
    strings b(client, prefix + "b/");
    strings both(client, prefix);
    a.store("k", "in a");
    b.store("k", "in b");
    EXPECT_EQ(a.load("k"), "in a");
    EXPECT_EQ(b.load("k"), "in b");
    EXPECT_TRUE(both.wait_for(b.revision(), patience));
    EXPECT_EQ(shown_by(both), (words{{"a/k", "in a"}, {"b/k", "in b"}}));
    a.clear();
    EXPECT_EQ(b.size(), 1u);
}

TEST_F(operations, maps_and_leases_may_outlive_their_client) {
    auto first = std::make_unique<etcd::client>(to(*one));
    strings m(*first, prefix);
    const etcd::lease l = first->lease(5s);
    first.reset();
    m.store("a", "1", l);
    EXPECT_EQ(m.load("a"), "1");
    raw.put(prefix + "b", "2");
    EXPECT_TRUE(m.wait_for(raw.revision(), patience));
    EXPECT_EQ(m.load("b"), "2");
    std::this_thread::sleep_for(7s);
    EXPECT_TRUE(l.alive());
    EXPECT_TRUE(raw.get(prefix + "a"));
}

TEST_F(operations, no_update_of_many_threads_and_clients_is_lost) {
    etcd::client clients[] = {etcd::client(to(*one, 60s)), etcd::client(to(*one, 60s))};
    const int each = scaled(200);
    const std::function one_more = [](const int* now) {
        return std::optional(now == nullptr ? 1 : *now + 1);
    };
    std::vector<std::thread> threads;
    for (etcd::client& c : clients) {
        threads.emplace_back([&, each] {
            etcd::map<int> m(c, prefix);
            std::vector<std::thread> more;
            for (int t = 0; t < 3; ++t) {
                more.emplace_back([&] {
                    for (int i = 0; i < each; ++i) m.update("n", one_more);
                });
            }
            for (std::thread& t : more) t.join();
        });
    }
    for (std::thread& t : threads) t.join();
    EXPECT_EQ(raw.get(prefix + "n")->value, std::to_string(6 * each));
    EXPECT_EQ(raw.get(prefix + "n")->version, 6 * each);
}

TEST_F(operations, of_racing_load_or_store_one_stores_and_all_return_its_value) {
    etcd::client second(to(*one));
    strings a(client, prefix), b(second, prefix);
    for (int round = 0; round < 5; ++round) {
        const std::string key = std::to_string(round);
        std::vector<std::pair<std::string, bool>> got(8);
        std::vector<std::thread> threads;
        for (std::size_t i = 0; i < got.size(); ++i) {
            threads.emplace_back([&, i] {
                strings& m = i % 2 == 0 ? a : b;
                got[i] = i % 4 < 2 ? m.load_or_store(key, std::to_string(i))
                                   : m.load_or_compute(key, [&] { return std::to_string(i); });
                EXPECT_EQ(m.load(key), got[i].first);
            });
        }
        for (std::thread& t : threads) t.join();
        int stored = 0;
        for (const auto& [value, loaded] : got) {
            EXPECT_EQ(value, got[0].first);
            stored += loaded ? 0 : 1;
        }
        EXPECT_EQ(stored, 1);
        EXPECT_EQ(raw.get(prefix + key)->version, 1);
    }
}

// --- following ---

TEST_F(operations, on_change_shows_every_change_once_and_in_order) {
    strings m(client, prefix);
    m.store("a", "before");
    std::mutex lock;
    std::vector<std::string> seen;
    words state{{"a", "before"}};
    auto watching =
        m.on_change([&](std::string_view key, const std::string* before, const std::string* after) {
            const std::lock_guard held(lock);
            const auto now = state.find(std::string(key));
            EXPECT_EQ(before != nullptr, now != state.end());
            if (before != nullptr && now != state.end()) {
                EXPECT_EQ(*before, now->second);
            }
            seen.push_back(std::string(key) + (after != nullptr ? "=" + *after : " gone"));
            if (after != nullptr) {
                state[std::string(key)] = *after;
            } else {
                state.erase(std::string(key));
            }
        });
    etcd::client second(to(*one));
    strings other(second, prefix);
    std::mt19937 random(3);
    const std::int64_t first = raw.revision() + 1;
    for (int i = 0; i < 150; ++i) {
        const std::string key(1, static_cast<char>('a' + random() % 3));
        switch (random() % 4) {
        case 0: other.erase(key); break;
        case 1: raw.put(prefix + key, std::to_string(i)); break;
        case 2: other.store(key, std::to_string(i)); break;
        default: m.store(key, std::to_string(i));
        }
    }
    std::vector<std::string> happened;
    for (const event& e : raw.events(prefix, first, raw.revision()))
        happened.push_back(e.key.substr(prefix.size()) + (e.value ? "=" + *e.value : " gone"));
    const auto count = [&] {
        const std::lock_guard held(lock);
        return seen.size();
    };
    EXPECT_TRUE(eventually([&] { return count() >= happened.size(); }));
    std::this_thread::sleep_for(50ms);
    {
        const std::lock_guard held(lock);
        EXPECT_EQ(seen, happened);
        EXPECT_EQ(state, kept_by(raw, prefix));
    }
    watching = {};
    const std::size_t until_now = count();
    m.store("a", "unseen");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(count(), until_now);
}

TEST_F(operations, handlers_may_write_and_end_their_subscription) {
    strings m(client, prefix);
    std::atomic<int> calls{0};
    std::atomic<bool> ended{false};
    etcd::subscription mine;
    std::mutex lock;
    {
        const std::lock_guard held(lock);
        mine = m.on_change([&](std::string_view key, const std::string*, const std::string*) {
            if (key != "a") return;
            ++calls;
            m.store("copy", "b");
            EXPECT_EQ(m.load("copy"), "b");
            {
                const std::lock_guard held_too(lock);
                mine = {};
            }
            ended = true;
        });
    }
    m.store("a", "1");
    EXPECT_TRUE(eventually([&] { return ended.load(); }));
    m.store("a", "2");
    EXPECT_EQ(m.load("copy", etcd::quorum), "b");
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(calls, 1);
}

TEST_F(operations, who_waits_for_the_revision_of_a_write_sees_it_elsewhere) {
    etcd::client second(to(*one));
    strings a(client, prefix), b(second, prefix);
    for (int i = 0; i < 50; ++i) {
        a.store("k", std::to_string(i));
        ASSERT_TRUE(b.wait_for(a.revision(), patience));
        EXPECT_EQ(b.load("k"), std::to_string(i));
    }
    raw.put("/elsewhere", "x");
    EXPECT_TRUE(a.wait_for(raw.revision(), patience)) << "of a write outside of the prefix";
    EXPECT_FALSE(a.wait_for(raw.revision() + 1000, 100ms));
    EXPECT_GE(a.revision(), raw.get(prefix + "k")->modified);
}

TEST_F(operations, stale_for_is_small_grows_while_etcd_is_away_and_is_small_again) {
    strings m(client, prefix);
    std::this_thread::sleep_for(2s);
    EXPECT_TRUE(eventually([&] { return m.stale_for() < 1500ms; }));
    one->stop(0);
    EXPECT_TRUE(eventually([&] { return m.stale_for() > 4s; }, 20s));
    EXPECT_EQ(m.load("k"), std::nullopt);
    one->go_on(0);
    EXPECT_TRUE(eventually([&] { return m.stale_for() < 1500ms; }, 30s));
}

TEST_F(operations, options_that_make_no_sense_are_refused) {
    const auto make = [](etcd::options o) { const etcd::client c(std::move(o)); };
    EXPECT_THROW(make(to(std::vector<std::string>{})), std::invalid_argument);
    for (const char* url : {"", "127.0.0.1:2379", "ftp://a:1", "http://", "http:///x"})
        EXPECT_THROW(make(to({url})), std::invalid_argument) << url;
    EXPECT_THROW(make(to(*one, 0ms)), std::invalid_argument);
    etcd::options o = to(*one);
    o.tls.ca_file = "/there/is/no/such/file";
    EXPECT_THROW(make(o), std::invalid_argument);
    std::error_code code;
    etcd::client c(o, code);
    EXPECT_EQ(code, std::errc::invalid_argument);
    strings m(c, prefix, code);
    EXPECT_TRUE(is(code, error_kind::unavailable));
    m.store("a", "1", code);
    EXPECT_TRUE(is(code, error_kind::unavailable));
    const etcd::lease l = c.lease(5s, code);
    EXPECT_TRUE(is(code, error_kind::unavailable));
    EXPECT_FALSE(l.alive());
}

}  // namespace
