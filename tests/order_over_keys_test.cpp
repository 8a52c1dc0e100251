// SPDX-License-Identifier: BSL-1.0
//
// All calls on one map have one order (docs/guarantees.md, B): two threads that each change one key and then look
// at the other's cannot both miss what the other has done. Every writing member, flat entries and nodes.
#include <atomic>
#include <string>
#include <vector>

#include "concurrent_support.hpp"

namespace {

using concurrent::in_parallel;

/// Each of two threads calls prepare(t, i), waits for the other, calls change(t, i) and then missed(1 - t, i), as nearly at the same time as can be. Returns in
/// how many rounds both have missed the other's change. Between a thread's two calls nothing is done that would
/// hide that: no atomic read-modify-write, no fence.
constexpr auto nothing = [](std::size_t, std::size_t) {};
template <class Change, class Missed, class Prepare = decltype(nothing)>
std::size_t rounds_in_which_both_missed(Change change, Missed missed, Prepare prepare = nothing) {
    const std::size_t rounds = concurrent::scaled(3'000);
    std::atomic<std::size_t> turn[2] = {0, 0};
    std::vector<char> misses[2] = {std::vector<char>(rounds), std::vector<char>(rounds)};
    in_parallel(2, [&](std::size_t t) {
        const auto meet = [&](std::size_t at) {
            turn[t].store(at);
            // Where more threads run than there are processors, the other one has to get one.
            for (int spin = 0; turn[1 - t].load() < at; ++spin) {
                if (spin > 1'000) {
                    std::this_thread::yield();
                }
            }
        };
        for (std::size_t i = 0; i < rounds; ++i) {
            prepare(t, i);
            meet(2 * i + 1);
            change(t, i);
            misses[t][i] = static_cast<char>(missed(1 - t, i));
            meet(2 * i + 2);
        }
    });
    std::size_t both = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        both += misses[0][i] != 0 && misses[1][i] != 0 ? 1 : 0;
    }
    return both;
}

template <class T>
class OrderOverKeys : public testing::Test {
protected:
    using map = syncmap::map<std::uint64_t, T>;
    static T value(std::size_t i) {
        if constexpr (std::is_same_v<T, std::string>) {
            return std::to_string(i + 1);
        } else {
            return static_cast<T>(i + 1);
        }
    }
    static constexpr std::uint64_t key(std::size_t t, std::size_t i) { return 2 * i + t; }

    map subject;
};
using Values = testing::Types<std::uint64_t, std::string>;
TYPED_TEST_SUITE(OrderOverKeys, Values);

TYPED_TEST(OrderOverKeys, of_two_who_insert_one_sees_the_other) {
    auto& m = this->subject;
    const auto fresh = [&](auto insert) {
        m.clear();
        EXPECT_EQ(
            rounds_in_which_both_missed(
                [&](std::size_t t, std::size_t i) { insert(this->key(t, i), this->value(i)); },
                [&](std::size_t t, std::size_t i) { return !m.contains(this->key(t, i)); }),
            0U);
    };
    fresh([&](auto key, auto value) { m.store(key, value); });
    fresh([&](auto key, auto value) { m.load_or_store(key, value); });
    fresh([&](auto key, auto value) { m.load_or_compute(key, [&] { return value; }); });
    fresh([&](auto key, auto value) { m.try_emplace(key, value); });
    fresh([&](auto key, auto value) { m.exchange(key, value); });
    fresh([&](auto key, auto value) {
        m.update(key, [&](const TypeParam*) { return std::optional<TypeParam>(value); });
    });
}

TYPED_TEST(OrderOverKeys, of_two_who_overwrite_one_sees_the_other) {
    auto& m = this->subject;
    const auto again = [&](auto overwrite) {
        m.store(0, this->value(0));
        m.store(1, this->value(0));
        EXPECT_EQ(rounds_in_which_both_missed(
                      [&](std::size_t t, std::size_t i) { overwrite(t, i); },
                      [&](std::size_t t, std::size_t i) { return m.load(t) == this->value(i); }),
                  0U);
    };
    again([&](std::size_t t, std::size_t i) { m.store(t, this->value(i + 1)); });
    again([&](std::size_t t, std::size_t i) { m.exchange(t, this->value(i + 1)); });
    again([&](std::size_t t, std::size_t i) {
        m.compare_exchange(t, this->value(i), this->value(i + 1));
    });
    again([&](std::size_t t, std::size_t i) {
        m.update(t, [&](const TypeParam*) { return std::optional(this->value(i + 1)); });
    });
}

TYPED_TEST(OrderOverKeys, of_two_who_erase_one_sees_the_other) {
    auto& m = this->subject;
    const auto full = [&](auto erase) {
        for (std::size_t i = 0; i < concurrent::scaled(3'000); ++i) {
            m.store(this->key(0, i), this->value(i));
            m.store(this->key(1, i), this->value(i));
        }
        EXPECT_EQ(rounds_in_which_both_missed(
                      [&](std::size_t t, std::size_t i) { erase(this->key(t, i), this->value(i)); },
                      [&](std::size_t t, std::size_t i) { return m.contains(this->key(t, i)); }),
                  0U);
    };
    full([&](auto key, auto) { m.erase(key); });
    full([&](auto key, auto) { m.load_and_erase(key); });
    full([&](auto key, auto value) { m.compare_and_erase(key, value); });
    full([&](auto key, auto) {
        m.update(key, [&](const TypeParam*) { return std::optional<TypeParam>(); });
    });
}

TYPED_TEST(OrderOverKeys, of_one_who_clears_and_one_who_inserts_elsewhere_one_sees_the_other) {
    // Two maps: linearizability is local, so there is one order of the calls on both.
    auto& m = this->subject;
    typename TestFixture::map other;
    EXPECT_EQ(rounds_in_which_both_missed(
                  [&](std::size_t t, std::size_t i) {
                      if (t == 0) {
                          m.clear();
                      } else {
                          other.store(i, this->value(i));
                      }
                  },
                  [&](std::size_t of, std::size_t i) {
                      return of == 0 ? m.contains(7) : !other.contains(i);
                  },
                  [&](std::size_t t, std::size_t i) {
                      if (t == 0) {
                          m.store(7, this->value(i));
                      }
                  }),
              0U);
}

}  // namespace
