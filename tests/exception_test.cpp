// SPDX-License-Identifier: BSL-1.0
//
// The strong guarantee: whenever Hash, KeyEqual, a copy, an allocation or a callback throws, the
// map is as it was before. Each operation runs again and again on a map built for it, and the
// k-th point where user code can throw does, for k = 0, 1, ... until the operation meets fewer.
#include <algorithm>
#include <map>
#include <optional>
#include <span>
#include <stdexcept>
#include <utility>
#include <vector>

#include "support.hpp"
#include "support_faults.hpp"

namespace {

using namespace support;

using fragile_key = fragile<struct key_tag>;
using fragile_value = fragile<struct value_tag>;

// Node-based and flat: in a flat map it is Hash that a move of buckets may throw from.
struct fragile_node {
    using key = fragile_key;
    using value = fragile_value;
};
struct fragile_flat {
    using key = std::uint64_t;
    using value = std::uint64_t;
};

template <class Kind>
using fragile_map =
    syncmap::map<typename Kind::key, typename Kind::value, fragile_hash, fragile_equal,
                 fragile_allocator<std::pair<const typename Kind::key, typename Kind::value>>>;

using fault_model = std::map<std::uint64_t, std::uint64_t>;

// Where a map is when an operation meets it.
enum class situation { empty, small, growing, shrinking, overflowing, overflowing_growing };

constexpr auto all_situations = {situation::empty,       situation::small,
                                 situation::growing,     situation::shrinking,
                                 situation::overflowing, situation::overflowing_growing};

template <class Kind>
fragile_map<Kind> build(situation s) {
    const bool colliding = s == situation::overflowing || s == situation::overflowing_growing;
    fragile_map<Kind> m(0, fragile_hash{colliding ? 1u : 0u});
    if (s == situation::empty) return m;
    if (s == situation::growing || s == situation::shrinking) m.reserve(80);
    const std::uint64_t n = s == situation::small || s == situation::shrinking ? 8
                            : colliding                                        ? 40
                                                                               : 70;
    for (std::uint64_t i = 0; i < n; ++i) m.store(i, 10 * i);
    if (s == situation::growing || s == situation::overflowing_growing) m.reserve(400);
    if (s == situation::shrinking) m.shrink_to_fit();
    EXPECT_EQ(m.stats().amended, s != situation::small && s != situation::overflowing);
    return m;
}

// Contents, by for_each and by loading each key, which must agree.
template <class Map>
fault_model holdings(const Map& m) {
    fault_model all;
    m.for_each([&](const auto& key, const auto& value) {
        EXPECT_TRUE(all.emplace(number_of(key), number_of(value)).second) << "shown twice";
    });
    EXPECT_EQ(m.size(), all.size());
    for (const auto& [key, value] : all) {
        const auto loaded = m.load(key);
        EXPECT_TRUE(loaded && number_of(*loaded) == value) << "key " << key;
    }
    return all;
}

constexpr std::uint64_t absent = 1000;

// The heart of this file. `keeps` says what a map that threw may hold: for nearly all operations
// exactly what it held before.
template <class Kind, class Operation>
void survives_every_fault(const char* name, Operation operation) {
    SCOPED_TRACE(name);
    for (const situation s : all_situations) {
        SCOPED_TRACE(static_cast<int>(s));
        fault_model before, after;
        {
            auto m = build<Kind>(s);
            before = holdings(m);
            operation(m);
            after = holdings(m);
        }
        for (long k = 0;; ++k) {
            SCOPED_TRACE(k);
            ASSERT_LT(k, 10000) << "throws without end";
            auto m = build<Kind>(s);
            bool threw = false;
            faults::arm(k);
            try {
                operation(m);
            } catch (const injected&) {
                threw = true;
            } catch (const std::bad_alloc&) {
                threw = true;
            }
            faults::disarm();
            // A fault may be swallowed (by a move of buckets that can wait): the operation is then
            // complete. If it was not, nothing has happened.
            ASSERT_EQ(holdings(m), threw ? before : after);
            ASSERT_FALSE(threw && !faults::fired()) << "threw by itself";
            operation(m);
            ASSERT_TRUE(!threw || holdings(m) == after) << "not as usable as before";
            for (std::uint64_t i = 2000; i < 2100; ++i) m.store(i, i);
            for (std::uint64_t i = 2000; i < 2100; ++i) m.erase(i);
            ASSERT_TRUE(!threw || holdings(m) == after) << "after further use";
            if (!faults::fired()) break;
        }
    }
    EXPECT_EQ(fragile_key::live, 0);
    EXPECT_EQ(fragile_value::live, 0);
    EXPECT_EQ(fragile_memory::bytes, 0);
}

template <class Kind>
class exception_safety : public ::testing::Test {
protected:
    ~exception_safety() override { faults::disarm(); }
};
using kinds = ::testing::Types<fragile_node, fragile_flat>;
TYPED_TEST_SUITE(exception_safety, kinds);

TYPED_TEST(exception_safety, storing) {
    survives_every_fault<TypeParam>("store, present", [](auto& m) { m.store(3u, 1u); });
    survives_every_fault<TypeParam>("store, absent", [](auto& m) { m.store(absent, 1u); });
    survives_every_fault<TypeParam>("exchange, present", [](auto& m) { (void)m.exchange(3u, 1u); });
    survives_every_fault<TypeParam>("exchange, absent",
                                    [](auto& m) { (void)m.exchange(absent, 1u); });
    // Growth starts at some of these.
    survives_every_fault<TypeParam>("load_or_store, then present",
                                    [](auto& m) { (void)m.load_or_store(absent + 1, 1u); });
}

TYPED_TEST(exception_safety, loading) {
    survives_every_fault<TypeParam>("load, present", [](auto& m) { (void)m.load(3u); });
    survives_every_fault<TypeParam>("load, absent", [](auto& m) { (void)m.load(absent); });
    survives_every_fault<TypeParam>("contains", [](auto& m) { (void)m.contains(absent); });
    survives_every_fault<TypeParam>("pin", [](auto& m) { (void)m.pin(3u); });
    survives_every_fault<TypeParam>("visit", [](auto& m) {
        m.visit(3u, [](const auto&) { faults::point(fault_kind::copy); });
    });
    survives_every_fault<TypeParam>("load_many", [](auto& m) {
        const std::vector<std::uint64_t> keys{1, 2, absent, 3, 4};
        std::vector<std::optional<typename TypeParam::value>> out(5);
        (void)m.load_many(keys, std::span(out));
    });
    survives_every_fault<TypeParam>("visit_many", [](auto& m) {
        const std::vector<std::uint64_t> keys{1, 2, absent, 3, 4};
        m.visit_many(keys, [](std::size_t, const auto&) { faults::point(fault_kind::copy); });
    });
}

TYPED_TEST(exception_safety, inserting_if_absent) {
    survives_every_fault<TypeParam>("load_or_store",
                                    [](auto& m) { (void)m.load_or_store(absent, 1u); });
    survives_every_fault<TypeParam>("load_or_compute", [](auto& m) {
        (void)m.load_or_compute(absent, [] {
            faults::point(fault_kind::copy);
            return typename TypeParam::value(1u);
        });
    });
    survives_every_fault<TypeParam>("try_emplace",
                                    [](auto& m) { (void)m.try_emplace(absent, 1u); });
    survives_every_fault<TypeParam>("try_emplace, present",
                                    [](auto& m) { (void)m.try_emplace(3u, 1u); });
}

TYPED_TEST(exception_safety, erasing) {
    survives_every_fault<TypeParam>("erase", [](auto& m) { m.erase(3u); });
    survives_every_fault<TypeParam>("load_and_erase", [](auto& m) { (void)m.load_and_erase(3u); });
    survives_every_fault<TypeParam>("compare_and_erase",
                                    [](auto& m) { m.compare_and_erase(3u, 30u); });
    survives_every_fault<TypeParam>("erase_if of one key", [](auto& m) {
        m.erase_if(3u, [](const auto&) {
            faults::point(fault_kind::copy);
            return true;
        });
    });
    survives_every_fault<TypeParam>("erase, absent", [](auto& m) { m.erase(absent); });
    survives_every_fault<TypeParam>("clear", [](auto& m) { m.clear(); });
}

TYPED_TEST(exception_safety, changing) {
    using result = std::optional<typename TypeParam::value>;
    survives_every_fault<TypeParam>("compare_exchange",
                                    [](auto& m) { m.compare_exchange(3u, 30u, 31u); });
    survives_every_fault<TypeParam>("compare_exchange, another value",
                                    [](auto& m) { m.compare_exchange(3u, 1u, 31u); });
    survives_every_fault<TypeParam>("update", [](auto& m) {
        m.update(3u, [](const auto*) {
            faults::point(fault_kind::copy);
            return result(7u);
        });
    });
    survives_every_fault<TypeParam>("update, absent", [](auto& m) {
        m.update(absent, [](const auto*) { return result(7u); });
    });
    survives_every_fault<TypeParam>("update, leaving it", [](auto& m) {
        m.update(3u, [](const auto*) {
            faults::point(fault_kind::copy);
            return syncmap::unchanged;
        });
    });
    survives_every_fault<TypeParam>(
        "update, erasing", [](auto& m) { m.update(3u, [](const auto*) { return result(); }); });
}

TYPED_TEST(exception_safety, of_the_whole_map) {
    survives_every_fault<TypeParam>("for_each", [](auto& m) {
        m.for_each([](const auto&, const auto&) { faults::point(fault_kind::copy); });
    });
    survives_every_fault<TypeParam>("for_each of a part", [](auto& m) {
        m.for_each(1, 3, [](const auto&, const auto&) { faults::point(fault_kind::copy); });
    });
    survives_every_fault<TypeParam>("snapshot", [](auto& m) { (void)m.snapshot(); });
    survives_every_fault<TypeParam>("reserve", [](auto& m) { m.reserve(2000); });
    survives_every_fault<TypeParam>("shrink_to_fit", [](auto& m) { m.shrink_to_fit(); });
    survives_every_fault<TypeParam>("reclaim", [](auto& m) { m.reclaim(); });
}

// Growing through many sizes: wherever it fails, every key that got in stays.
TYPED_TEST(exception_safety, growing_from_empty_fails_at_one_key_at_a_time) {
    for (long k = 0; k < 1500; k += 7) {
        {
            fragile_map<TypeParam> m;
            std::uint64_t next = 0;
            faults::arm(k);
            try {
                while (next < 300) {
                    m.store(next, next);
                    ++next;
                }
            } catch (const std::exception&) {
            }
            faults::disarm();
            fault_model expected;
            for (std::uint64_t i = 0; i < next; ++i) expected.emplace(i, i);
            ASSERT_EQ(holdings(m), expected) << k;
            m.store(next, next);
            expected.emplace(next, next);
            ASSERT_EQ(holdings(m), expected) << k;
        }
        ASSERT_EQ(fragile_key::live + fragile_value::live + fragile_memory::bytes, 0);
    }
}

// erase_if promises less: what it erased before the exception stays erased.
TYPED_TEST(exception_safety, erase_if_erases_all_or_none_of_each_element) {
    for (const situation s : all_situations) {
        for (long k = 0;; ++k) {
            auto m = build<TypeParam>(s);
            const fault_model before = holdings(m);
            std::vector<std::uint64_t> asked;
            faults::arm(k);
            try {
                m.erase_if([&](const auto& key, const auto&) {
                    faults::point(fault_kind::copy);
                    asked.push_back(number_of(key));
                    return number_of(key) % 2 == 0;
                });
            } catch (const std::exception&) {
            }
            faults::disarm();
            const fault_model left = holdings(m);
            for (const auto& [key, value] : before) {
                const bool was_asked = std::count(asked.begin(), asked.end(), key) != 0;
                ASSERT_TRUE(left.contains(key) || (key % 2 == 0 && was_asked)) << k;
            }
            ASSERT_TRUE(std::includes(before.begin(), before.end(), left.begin(), left.end()));
            if (!faults::fired()) break;
        }
    }
    EXPECT_EQ(fragile_key::live + fragile_value::live + fragile_memory::bytes, 0);
}

TYPED_TEST(exception_safety, of_construction_leaks_nothing) {
    const std::vector<std::pair<std::uint64_t, std::uint64_t>> pairs = [] {
        std::vector<std::pair<std::uint64_t, std::uint64_t>> p;
        for (std::uint64_t i = 0; i < 60; ++i) p.emplace_back(i % 50, i);
        return p;
    }();
    for (long k = 0;; ++k) {
        faults::arm(k);
        try {
            const fragile_map<TypeParam> m(pairs.begin(), pairs.end());
            EXPECT_EQ(m.size(), 50u);
            const fragile_map<TypeParam> sized(500);
        } catch (const std::exception&) {
        }
        faults::disarm();
        ASSERT_EQ(fragile_key::live + fragile_value::live + fragile_memory::bytes, 0) << k;
        if (!faults::fired()) break;
    }
}

// --- What never needs memory ------------------------------------------------------------------

// Every allocation fails from here on.
class no_memory {
public:
    no_memory() { faults::arm(0, fault_kind::allocation); }
    ~no_memory() { faults::disarm(); }
};

template <class Kind>
class without_memory : public exception_safety<Kind> {};
TYPED_TEST_SUITE(without_memory, kinds);

TYPED_TEST(without_memory, loading_erasing_and_iterating_work_in_any_shape) {
    for (const situation s : all_situations) {
        auto m = build<TypeParam>(s);
        const std::size_t n = m.size();
        const no_memory from_here;
        for (std::uint64_t i = 0; i < n + 50; ++i) {
            faults::arm(0, fault_kind::allocation);
            EXPECT_EQ(m.load(i).has_value(), i < n);
        }
        for (std::uint64_t i = 0; i < n; ++i) {
            faults::arm(0, fault_kind::allocation);
            EXPECT_TRUE(i % 3 == 0   ? m.erase(i)
                        : i % 3 == 1 ? m.load_and_erase(i).has_value()
                                     : m.compare_and_erase(i, 10 * i));
            EXPECT_EQ(m.size(), n - i - 1);
        }
        faults::arm(0, fault_kind::allocation);
        m.for_each([](const auto&, const auto&) { ADD_FAILURE(); });
    }
}

TEST(without_memory_flat, overwriting_works_in_any_shape) {
    for (const situation s : all_situations) {
        auto m = build<fragile_flat>(s);
        const std::uint64_t n = m.size();
        const no_memory from_here;
        for (std::uint64_t round = 0; round < 5; ++round) {
            for (std::uint64_t i = 0; i < n; ++i) {
                faults::arm(0, fault_kind::allocation);
                m.store(i, i + round);
                EXPECT_EQ(m.exchange(i, i), i + round);
                EXPECT_TRUE(m.compare_exchange(i, i, i + round));
            }
        }
        EXPECT_EQ(m.size(), n);
    }
}

}  // namespace
