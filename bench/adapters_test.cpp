// SPDX-License-Identifier: BSL-1.0
//
// What the benchmark takes for granted of an adapter: it does what its members say, for every pair of
// types, and by two threads at a time. Compiled once for each adapter: BENCH_HEADER is its file,
// BENCH_ADAPTER its template. Members that an adapter does not have are not asked for.
#include <atomic>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "types.hpp"
#include BENCH_HEADER

namespace bench {
namespace {

struct nothing {};
template <class Map>
struct guard_of {
    using type = nothing;
};
template <class Map>
    requires requires { typename Map::thread_guard; }
struct guard_of<Map> {
    using type = typename Map::thread_guard;
};

template <class Map>
class adapter : public testing::Test {
protected:
    using K = typename Map::key_type;
    using T = typename Map::mapped_type;

    static constexpr bool has_store = requires(Map m, const K& k, const T& v) { m.store(k, v); };
    static constexpr bool has_update =
        requires(Map m, const K& k, const T& v) { m.update(k, v, bump<T>); };
    static constexpr bool has_for_each = requires(Map m) { m.for_each([](const K&, const T&) {}); };

    static K key(std::uint64_t i) { return make_key<K>(i); }
    static T value(std::uint64_t i) { return make_value<T>(i); }

    static bool holds(Map& m, std::uint64_t k, std::uint64_t v) {
        unsigned seen = 0;
        bool right = false;
        const bool there = m.visit(key(k), [&](const T& found) {
            ++seen;
            right = found == value(v);
        });
        return there && seen == 1 && right;
    }
    static bool lacks(Map& m, std::uint64_t k) {
        return !m.visit(key(k), [](const T&) { ADD_FAILURE() << "visits a key that is absent"; });
    }
    static void expect_size(Map& m, std::size_t n) {
        if constexpr (requires { m.size(); }) {
            EXPECT_EQ(m.size(), n);
        }
    }

    /// Runs f(0) and f(1) on two threads.
    template <class F>
    static void by_two_threads(F f) {
        std::atomic<unsigned> ready{0};
        const auto run = [&](unsigned id) {
            [[maybe_unused]] const typename guard_of<Map>::type guard;
            ++ready;
            while (ready < 2) std::this_thread::yield();
            f(id);
        };
        std::jthread other(run, 1U);
        run(0);
    }

private:
    [[no_unique_address]] typename guard_of<Map>::type guard_;
};

/// A list of maps and one more, if the adapter takes these types.
template <class Maps, class K, class T>
struct with {
    using type = Maps;
};
template <class... Map, class K, class T>
    requires requires { typename BENCH_ADAPTER<K, T>; }
struct with<testing::Types<Map...>, K, T> {
    using type = testing::Types<Map..., BENCH_ADAPTER<K, T>>;
};

using none = testing::Types<>;
using numbers = with<none, std::uint64_t, std::uint64_t>::type;
using and_strings = with<numbers, std::string, std::string>::type;
using and_pointers = with<and_strings, pointer, std::uint64_t>::type;
using and_mixed = with<and_pointers, std::uint64_t, std::string>::type;
using and_records = with<and_mixed, std::uint64_t, record>::type;
using maps = with<and_records, std::string, std::uint64_t>::type;

struct names {
    template <class Map>
    static std::string GetName(int) {
        return std::string(type_name<typename Map::key_type, typename Map::mapped_type>);
    }
};
TYPED_TEST_SUITE(adapter, maps, names);

TYPED_TEST(adapter, insert_tells_whether_it_inserted_and_leaves_the_old_value) {
    TypeParam m(0);
    EXPECT_TRUE(this->lacks(m, 1));
    EXPECT_TRUE(m.insert(this->key(1), this->value(1)));
    EXPECT_FALSE(m.insert(this->key(1), this->value(2)));
    EXPECT_TRUE(this->holds(m, 1, 1));
    EXPECT_TRUE(this->lacks(m, 2));
    this->expect_size(m, 1);
}

TYPED_TEST(adapter, erase_tells_whether_the_key_was_there) {
    TypeParam m(0);
    EXPECT_FALSE(m.erase(this->key(1)));
    EXPECT_TRUE(m.insert(this->key(1), this->value(1)));
    EXPECT_TRUE(m.erase(this->key(1)));
    EXPECT_FALSE(m.erase(this->key(1)));
    EXPECT_TRUE(this->lacks(m, 1));
    EXPECT_TRUE(m.insert(this->key(1), this->value(2)));
    EXPECT_TRUE(this->holds(m, 1, 2));
    this->expect_size(m, 1);
}

TYPED_TEST(adapter, store_inserts_and_assigns) {
    if constexpr (TestFixture::has_store) {
        TypeParam m(0);
        m.store(this->key(1), this->value(1));
        EXPECT_TRUE(this->holds(m, 1, 1));
        m.store(this->key(1), this->value(2));
        EXPECT_TRUE(this->holds(m, 1, 2));
        this->expect_size(m, 1);
    } else {
        GTEST_SKIP() << "no store";
    }
}

TYPED_TEST(adapter, update_inserts_the_initial_value_or_changes_what_is_there) {
    if constexpr (TestFixture::has_update) {
        using mapped_type = typename TypeParam::mapped_type;
        TypeParam m(0);
        unsigned calls = 0;
        const auto change = [&](mapped_type& v) {
            ++calls;
            bump(v);
        };
        m.update(this->key(1), this->value(1), change);
        EXPECT_TRUE(this->holds(m, 1, 1)) << "the initial value is not changed";
        EXPECT_EQ(calls, 0U);
        m.update(this->key(1), this->value(7), change);
        EXPECT_EQ(calls, 1U);
        mapped_type expected = this->value(1);
        bump(expected);
        EXPECT_TRUE(m.visit(this->key(1), [&](const mapped_type& v) { EXPECT_EQ(v, expected); }));
        this->expect_size(m, 1);
    } else {
        GTEST_SKIP() << "no update";
    }
}

// Grown from empty, and made with room for all.
TYPED_TEST(adapter, many_keys_are_all_there_and_for_each_sees_each_once) {
    using key_type = typename TypeParam::key_type;
    using mapped_type = typename TypeParam::mapped_type;
    constexpr std::uint64_t many = 20'000;
    for (const std::size_t capacity : {std::size_t{0}, std::size_t{many}}) {
        TypeParam m(capacity);
        for (std::uint64_t i = 0; i < many; ++i)
            ASSERT_TRUE(m.insert(this->key(i), this->value(i)));
        for (std::uint64_t i = 0; i < many; i += 2) ASSERT_TRUE(m.erase(this->key(i)));
        for (std::uint64_t i = 0; i < many; ++i)
            ASSERT_TRUE(i % 2 == 0 ? this->lacks(m, i) : this->holds(m, i, i)) << i;
        this->expect_size(m, many / 2);
        if constexpr (TestFixture::has_for_each) {
            std::map<key_type, std::uint64_t> first;
            for (std::uint64_t i = 1; i < many; i += 2)
                first[this->key(i)] = first_bytes(this->value(i));
            std::set<key_type> seen;
            m.for_each([&](const key_type& k, const mapped_type& v) {
                EXPECT_TRUE(seen.insert(k).second);
                EXPECT_EQ(first_bytes(v), first.at(k));
            });
            EXPECT_EQ(seen.size(), many / 2);
        }
    }
}

TYPED_TEST(adapter, visit_many_sees_what_is_there) {
    using key_type = typename TypeParam::key_type;
    using mapped_type = typename TypeParam::mapped_type;
    if constexpr (requires(TypeParam m, std::vector<key_type> k) {
                      m.visit_many(k, [](const mapped_type&) {});
                  }) {
        constexpr std::uint64_t many = 1000;
        TypeParam m(0);
        std::vector<key_type> keys;
        std::uint64_t expected = 0;
        for (std::uint64_t i = 0; i < many; ++i) {
            keys.push_back(this->key(i));
            if (i % 2 == 0) {
                m.insert(keys.back(), this->value(i));
                expected += first_bytes(this->value(i));
            }
        }
        std::uint64_t sum = 0;
        EXPECT_EQ(m.visit_many(keys, [&](const mapped_type& v) { sum += first_bytes(v); }),
                  many / 2);
        EXPECT_EQ(sum, expected);
    } else {
        GTEST_SKIP() << "no visit_many";
    }
}

// Memory is measured in processes of their own. Some libraries have threads, which a child lacks.
TYPED_TEST(adapter, a_forked_child_can_use_maps) {
    const auto use = [&] {
        TypeParam m(0);
        for (std::uint64_t i = 0; i < 5000; ++i) m.insert(this->key(i), this->value(i));
        for (std::uint64_t i = 0; i < 5000; ++i) m.erase(this->key(i));
        return this->lacks(m, 1);
    };
    ASSERT_TRUE(use());
    const pid_t child = fork();
    if (child == 0) {
        alarm(60);
        _exit(use() ? 0 : 1);
    }
    ASSERT_GT(child, 0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "status " << status;
}

// Each thread changes its own keys and reads those of both.
TYPED_TEST(adapter, two_threads_see_only_values_that_were_stored) {
    if constexpr (TypeParam::unsynchronised) {
        GTEST_SKIP() << "for one thread";
    } else {
        using mapped_type = typename TypeParam::mapped_type;
        constexpr std::uint64_t keys = 3000;  // thread t writes those with i % 2 == t
        constexpr std::uint64_t rounds = 20'000;
        TypeParam m(0);
        std::atomic<std::uint64_t> wrong{0};
        this->by_two_threads([&](unsigned id) {
            for (std::uint64_t n = 0; n < rounds; ++n) {
                const std::uint64_t own = scrambled(n) % (keys / 2) * 2 + id;
                const auto key = this->key(own);
                if (!m.insert(key, this->value(own))) wrong += m.erase(key) ? 0 : 1;
                if constexpr (TestFixture::has_store) {
                    const std::uint64_t other = scrambled(~n) % (keys / 2) * 2 + id;
                    m.store(this->key(other), this->value(other));
                }
                const std::uint64_t any = scrambled(n + rounds) % keys;
                m.visit(this->key(any),
                        [&](const mapped_type& v) { wrong += v == this->value(any) ? 0 : 1; });
            }
        });
        EXPECT_EQ(wrong, 0U);
        std::size_t there = 0;
        for (std::uint64_t i = 0; i < keys; ++i)
            there += m.visit(this->key(i), [](const mapped_type&) {}) ? 1 : 0;
        this->expect_size(m, there);
    }
}

TYPED_TEST(adapter, of_two_threads_one_inserts_and_one_erases_each_key) {
    if constexpr (TypeParam::unsynchronised) {
        GTEST_SKIP() << "for one thread";
    } else {
        constexpr std::uint64_t keys = 20'000;
        TypeParam m(0);
        std::atomic<std::uint64_t> inserted{0};
        std::atomic<std::uint64_t> erased{0};
        this->by_two_threads([&](unsigned) {
            for (std::uint64_t i = 0; i < keys; ++i)
                inserted += m.insert(this->key(i), this->value(i)) ? 1 : 0;
        });
        EXPECT_EQ(inserted, keys);
        this->expect_size(m, keys);
        this->by_two_threads([&](unsigned) {
            for (std::uint64_t i = 0; i < keys; ++i) erased += m.erase(this->key(i)) ? 1 : 0;
        });
        EXPECT_EQ(erased, keys);
        this->expect_size(m, 0);
    }
}

TYPED_TEST(adapter, no_update_of_two_threads_is_lost) {
    using mapped_type = typename TypeParam::mapped_type;
    if constexpr (TypeParam::unsynchronised || !TestFixture::has_update ||
                  !std::is_same_v<mapped_type, std::uint64_t>) {
        GTEST_SKIP() << "no update, not of numbers, or for one thread";
    } else {
        constexpr std::uint64_t keys = 16;
        constexpr std::uint64_t rounds = 20'000;
        TypeParam m(0);
        this->by_two_threads([&](unsigned) {
            for (std::uint64_t n = 0; n < rounds; ++n)
                m.update(this->key(n % keys), 1, bump<mapped_type>);
        });
        std::uint64_t sum = 0;
        for (std::uint64_t i = 0; i < keys; ++i)
            m.visit(this->key(i), [&](const mapped_type& v) { sum += v; });
        EXPECT_EQ(sum, 2 * rounds);
    }
}

}  // namespace
}  // namespace bench
