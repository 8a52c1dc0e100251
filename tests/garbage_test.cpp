// SPDX-License-Identifier: BSL-1.0
//
// How much a write destroys, and what is held back: by handles, by those that were dropped, by callbacks.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <syncmap/map.hpp>

namespace {

constexpr std::size_t scan_batch = 4096;  // what is unlinked before a list is looked through

// Counts the living.
template <class Tag>
class counted {
public:
    explicit counted(int n) : number_(n) { ++alive_; }
    counted(const counted& other) : number_(other.number_) { ++alive_; }
    counted& operator=(const counted&) = default;
    ~counted() { --alive_; }
    static long alive() { return alive_; }
    int number() const { return number_; }
    friend bool operator==(const counted& a, const counted& b) { return a.number_ == b.number_; }

private:
    static inline long alive_ = 0;
    int number_;
};

struct hash_by_number {
    template <class Tag>
    std::size_t operator()(const counted<Tag>& k) const {
        return std::hash<int>{}(k.number());
    }
};

// Catches: more destroyed at a time where there have been many handles.
TEST(garbage, a_write_destroys_at_most_16_objects_however_many_handles_there_were) {
    using value = counted<struct bounded>;
    syncmap::map<int, value> m;
    syncmap::map<int, value> other;
    for (const int handles : {0, 600, 20'000}) {
        std::vector<syncmap::pinned<value>> pins;
        for (int i = 0; i < handles; ++i) {
            other.store(i, value(i));
            pins.push_back(other.pin(i));
        }
        pins.clear();
        long most = 0;
        const value v(1);
        for (int i = 0; i < 20'000; ++i) {
            const long before = value::alive();
            m.store(1, v);
            most = std::max(most, before - value::alive());
        }
        EXPECT_LE(most, 16) << handles;
        EXPECT_GE(most, 1) << "the test did not see what it is about";
    }
}

// Catches: values of handles that are gone and are looked at again much later, a few with each scan_batch.
TEST(garbage, what_dropped_handles_have_kept_goes_soon) {
    constexpr int n = 90'000;
    using value = counted<struct dropped>;
    syncmap::map<int, value> m;
    for (int i = 0; i < n; ++i) m.store(i, value(i));
    {
        std::vector<syncmap::pinned<value>> pins;
        for (int i = 0; i < n; ++i) pins.push_back(m.pin(i));
        m.erase_if([](int, const value&) { return true; });
        m.reclaim();
        EXPECT_EQ(m.stats().retired_objects, std::size_t{n});
        EXPECT_EQ(value::alive(), n);
    }
    for (std::size_t i = 0; i < scan_batch; ++i) m.store(1, value(1));
    // 16 with each of these writes, but for some that have had something else to do.
    EXPECT_LT(m.stats().retired_objects, n - 10 * scan_batch);
    for (std::size_t i = 0; i < 2 * scan_batch; ++i) m.store(1, value(1));
    EXPECT_LT(m.stats().retired_objects, 3 * scan_batch);
}

// Catches: an announced object that is only looked at with the batch that it came with.
TEST(garbage, what_few_handles_have_kept_goes_with_a_later_batch) {
    using value = std::shared_ptr<int>;
    syncmap::map<int, value> m;
    std::vector<syncmap::pinned<value>> pins;
    std::vector<std::weak_ptr<int>> kept;
    for (int i = 0; i < 100; ++i) {
        m.store(i, std::make_shared<int>(i));
        pins.push_back(m.pin(i));
        kept.push_back(*pins.back());
        m.erase(i);
    }
    m.reclaim();
    const auto alive = [&] {
        return std::count_if(kept.begin(), kept.end(), [](const auto& k) { return !k.expired(); });
    };
    EXPECT_EQ(alive(), 100);
    pins.resize(10);
    for (std::size_t i = 0; i < 5 * scan_batch; ++i) m.store(0, nullptr);
    EXPECT_EQ(alive(), 10);
}

// Catches: what a thread has unlinked before it ended, and nobody feels responsible for.
TEST(garbage, what_ended_threads_have_left_behind_goes_with_others_writes) {
    using value = std::shared_ptr<int>;
    syncmap::map<int, value> m;
    m.store(0, nullptr);
    std::vector<std::weak_ptr<int>> left;
    std::vector<std::thread> threads;
    for (int t = 1; t <= 3; ++t) {
        threads.emplace_back([&m] { m.store(-1, nullptr); });  // so that the next one is another
        std::thread([&, t] {
            for (int i = 0; i < 1000; ++i) {
                auto v = std::make_shared<int>(i);
                left.emplace_back(v);
                m.store(t, std::move(v));
            }
            m.erase(t);
        }).join();
    }
    for (std::thread& t : threads) t.join();
    for (std::size_t i = 0; i < 5 * scan_batch; ++i) m.store(0, nullptr);
    EXPECT_TRUE(std::all_of(left.begin(), left.end(), [](const auto& v) { return v.expired(); }));
}

// Catches: old tables, of which there are never many, that wait for more company the more threads there are.
TEST(garbage, old_tables_go_also_where_there_are_many_threads) {
    syncmap::map<std::uint64_t, std::uint64_t> m;
    m.store(0, 0);
    std::latch all_there(32), done(1);
    std::vector<std::thread> threads;
    for (int t = 0; t < 32; ++t)
        threads.emplace_back([&] {
            m.store(0, 1);
            all_there.count_down();
            done.wait();
        });
    all_there.wait();
    for (std::uint64_t i = 0; i < 100'000; ++i) m.store(i, i);
    for (std::uint64_t i = 0; i < 20'000; ++i) m.store(i, i);
    EXPECT_LT(m.stats().retired_bytes, 2 * std::size_t{64 * 1024});
    done.count_down();
    for (std::thread& t : threads) t.join();
}

// Catches: a value and the key it was erased with that can only go together.
TEST(garbage, a_handle_keeps_the_value_and_not_the_key) {
    using key = counted<struct pinned_key>;
    using value = counted<struct pinned_value>;
    syncmap::map<key, value, hash_by_number> m;
    for (int i = 0; i < 100; ++i) m.store(key(i), value(i));
    {
        const auto first = m.pin(key(1));
        m.store(key(2), value(200));
        const auto second = m.pin(key(2));
        m.erase(key(1));
        m.clear();
        m.reclaim();
        EXPECT_EQ(key::alive(), 0);
        EXPECT_EQ(value::alive(), 2);
        EXPECT_EQ(first->number(), 1);
        EXPECT_EQ(second->number(), 200);
        EXPECT_EQ(m.stats().retired_objects, 2u);
    }
    m.reclaim();
    EXPECT_EQ(value::alive(), 0);
    EXPECT_EQ(m.stats().retired_objects, 0u);
    EXPECT_EQ(m.stats().retired_bytes, 0u);
}

// Catches: keys that hold their values back, and both together that are freed twice or not at all.
TEST(garbage, a_walk_keeps_the_keys_of_a_bucket_and_the_value_it_shows) {
    using key = counted<struct walked_key>;
    using value = counted<struct walked_value>;
    syncmap::map<key, value, hash_by_number> m;
    for (int i = 0; i < 8; ++i) m.store(key(i), value(i));
    int shown = 0;
    m.for_each([&](const key& k, const value& v) {
        ++shown;
        m.clear();
        m.reclaim();
        EXPECT_EQ(value::alive(), 1);
        EXPECT_GE(key::alive(), 1);
        EXPECT_LE(key::alive(), 8);
        EXPECT_EQ(k.number(), v.number());
    });
    EXPECT_EQ(shown, 1);
    m.reclaim();
    EXPECT_EQ(key::alive(), 0);
    EXPECT_EQ(value::alive(), 0);
}

// Catches: what is taken apart step by step and loses a part, or does not wait for one that is announced.
TEST(garbage, what_was_cleared_is_taken_apart_by_later_writes_around_handles) {
    constexpr int n = 20'000;
    using key = counted<struct cleared_key>;
    using value = counted<struct cleared_value>;
    syncmap::map<key, value, hash_by_number> m;
    for (int i = 0; i < n; ++i) m.store(key(i), value(i));
    std::vector<syncmap::pinned<value>> pins;
    for (int i = 0; i < n; i += 100) pins.push_back(m.pin(key(i)));
    m.clear();
    for (int i = 0; i < n; ++i) m.store(key(0), value(0));
    EXPECT_LT(key::alive(), static_cast<long>(scan_batch));
    EXPECT_LT(value::alive(), static_cast<long>(pins.size() + 2 * scan_batch));
    for (std::size_t i = 0; i < pins.size(); ++i)
        EXPECT_EQ(pins[i]->number(), static_cast<int>(i) * 100);
}

}  // namespace
