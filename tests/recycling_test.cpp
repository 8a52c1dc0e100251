// SPDX-License-Identifier: BSL-1.0
//
// Values and entries that are used again: that writes stop allocating, that nobody can tell, and that what is kept
// is bounded and given back.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <syncmap/map.hpp>

namespace {

// Takes a place of 8 characters by itself; counts how often one was constructed, and the living.
class text {
public:
    text(const char* from, bool fails = false) : at_(from), fails_(fails) {
        ++made_;
        ++alive_;
    }
    text(const text& other) : text(other.at_.c_str(), other.fails_) {}
    text& operator=(const text& other) {
        if (other.fails_) {
            at_ = "half of it";
            throw std::runtime_error("assignment");
        }
        at_ = other.at_;
        return *this;
    }
    ~text() { --alive_; }

    static int made() { return made_; }
    static int alive() { return alive_; }
    const std::string& get() const { return at_; }

private:
    static inline int made_ = 0;
    static inline int alive_ = 0;
    std::string at_;
    bool fails_;
};

// The same, of which nobody has said that it may be used again.
struct plain_text : text {
    using text::text;
};

template <class Value>
int made_by_stores(int stores) {
    syncmap::map<int, Value> m;
    const Value value("value");
    m.store(1, value);
    for (int i = 0; i < 20'000; ++i) {
        m.store(1, value);  // until the first are used again
    }
    const int before = Value::made();
    for (int i = 0; i < stores; ++i) {
        m.store(1, value);
    }
    return Value::made() - before;
}

}  // namespace

template <>
inline constexpr bool syncmap::recyclable<text> = true;

namespace {

static_assert(syncmap::recyclable<std::string> && syncmap::recyclable<std::u16string>);
static_assert(syncmap::recyclable<std::vector<int>> && syncmap::recyclable<std::array<int, 9>>);
static_assert(!syncmap::recyclable<std::vector<std::string>> && !syncmap::recyclable<plain_text>);

// Catches: a value that is always made anew.
TEST(recycling, most_stores_over_a_recyclable_value_assign_to_an_old_one) {
    EXPECT_LT(made_by_stores<text>(10'000), 1'000);
}

// Catches: assigning to values of a type that has not been declared recyclable.
TEST(recycling, values_of_other_types_are_always_made_anew) {
    EXPECT_EQ(made_by_stores<plain_text>(10'000), 10'000);
}

// Catches: a node whose hash, key or value is still that of the old entry.
TEST(recycling, an_entry_made_of_an_old_one_has_its_own_key_and_value) {
    syncmap::map<std::string, std::string> m;
    const auto key = [](int i) { return "a key that is on the heap, number " + std::to_string(i); };
    const auto value = [](int i) { return "a value on the heap, number " + std::to_string(i); };
    for (int i = 0; i < 30'000; ++i) {
        m.store(key(i), value(i));
        if (i >= 10) {
            ASSERT_EQ(m.load(key(i - 5)), value(i - 5));
            ASSERT_EQ(m.load_and_erase(key(i - 10)), value(i - 10));
            ASSERT_FALSE(m.contains(key(i - 10)));
        }
    }
    EXPECT_EQ(m.size(), 10u);
}

// Catches: a word that is kept of the old entry.
TEST(recycling, an_entry_with_a_word_too) {
    syncmap::map<std::string, int> m;
    for (int i = 0; i < 30'000; ++i) {
        m.store("a key that is on the heap, number " + std::to_string(i % 777), i);
        ASSERT_EQ(m.load_and_erase("a key that is on the heap, number " + std::to_string(i % 777)),
                  i);
    }
    EXPECT_EQ(m.size(), 0u);
}

// Catches: what a handle keeps is assigned to.
TEST(recycling, what_is_pinned_is_not_used_again) {
    syncmap::map<int, std::string> m;
    std::vector<syncmap::pinned<std::string>> pins;
    for (int i = 0; i < 50; ++i) {
        m.store(i, "pinned " + std::to_string(i));
        pins.push_back(m.pin(i));
        i % 2 != 0 ? static_cast<void>(m.erase(i)) : m.store(i, "pinned no more");
    }
    for (int i = 0; i < 30'000; ++i) {
        m.store(i % 100, "another");
        m.erase((i + 50) % 100);
    }
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(*pins[static_cast<std::size_t>(i)], "pinned " + std::to_string(i));
    }
}

// Catches: an old value that is lost, or linked half assigned, when assigning to it throws.
TEST(recycling, an_assignment_that_throws_changes_nothing) {
    const int before = text::alive();
    {
        syncmap::map<int, text> m;
        m.store(1, text("as it was"));
        for (int i = 0; i < 20'000; ++i) {
            m.store(2, text("another"));
            m.erase(2);
            m.store(1, text("as it was"));
        }
        int thrown = 0;
        for (const int key : {1, 2}) {
            for (int i = 0; i < 100; ++i) {
                try {
                    m.store(key, text("never", true));
                    m.store(key, text("as it was"));
                } catch (const std::runtime_error&) {
                    ++thrown;
                    EXPECT_EQ(m.load(1)->get(), "as it was");
                    EXPECT_FALSE(m.contains(2) && m.load(2)->get() == "half of it");
                }
                m.store(1, text("as it was"));
            }
        }
        EXPECT_GT(thrown, 0);  // the others were made anew: a copy does not throw
    }
    EXPECT_EQ(text::alive(), before);
}

// Catches: short values that hold on to the memory of long ones.
TEST(recycling, the_memory_of_long_values_is_not_kept) {
    syncmap::map<int, std::string> m;
    for (int i = 0; i < 20'000; ++i) {
        m.store(1, std::string(10'000, 'x'));
    }
    for (int i = 0; i < 20'000; ++i) {
        m.store(i % 100, "short");
        ASSERT_TRUE(m.visit(i % 100, [](const std::string& s) { EXPECT_LE(s.capacity(), 512u); }));
    }
}

// Catches: old values that reclaim() forgets, or that are kept without a bound.
TEST(recycling, what_is_kept_is_bounded_and_given_back) {
    const int before = text::alive();
    {
        syncmap::map<int, text> m;
        for (int i = 0; i < 100'000; ++i) {
            m.store(i % 100, text("value"));
            ASSERT_LE(text::alive() - before, 5 * 4096);
        }
        for (int i = 100; i < 60'000; ++i) {
            m.store(i, text("value"));
        }
        for (int i = 100; i < 60'000; ++i) {
            m.erase(i);
        }
        EXPECT_LE(text::alive() - before, 5 * 4096);
        EXPECT_GT(m.stats().retired_objects, 0u);
        m.reclaim();
        EXPECT_EQ(m.stats().retired_objects, 0u);
        EXPECT_EQ(text::alive() - before, 100);
    }
    EXPECT_EQ(text::alive(), before);
}

// Catches: a value that is assigned to while somebody reads it.
TEST(recycling, readers_see_whole_values) {
    const auto value_of = [](int n) {
        return std::string(20 + static_cast<std::size_t>(n % 64), static_cast<char>('a' + n % 26));
    };
    const auto whole = [](const std::string& s) {
        return s.size() >= 20 && s == std::string(s.size(), s.front());
    };
    syncmap::map<std::string, std::string> m;
    const auto key_of = [](int i) { return "key number " + std::to_string(i % 16); };
    std::atomic<bool> stop{false};
    std::atomic<int> torn{0};
    std::vector<std::thread> readers;
    for (int r = 0; r < 2; ++r) {
        readers.emplace_back([&, r] {
            for (int i = r; !stop; ++i) {
                const auto copy = m.load(key_of(i));
                torn += copy && !whole(*copy) ? 1 : 0;
                m.visit(key_of(i), [&](const std::string& s) { torn += whole(s) ? 0 : 1; });
                const auto pin = m.pin(key_of(i));
                torn += pin && !whole(*pin) ? 1 : 0;
            }
        });
    }
    std::vector<std::thread> writers;
    for (int w = 0; w < 2; ++w) {
        writers.emplace_back([&, w] {
            for (int i = w; i < 30'000; ++i) {
                m.store(key_of(i), value_of(i));
                if (i % 3 == 0) {
                    m.erase(key_of(i + 5));
                }
            }
        });
    }
    for (auto& t : writers) t.join();
    stop = true;
    for (auto& t : readers) t.join();
    EXPECT_EQ(torn, 0);
}

}  // namespace
