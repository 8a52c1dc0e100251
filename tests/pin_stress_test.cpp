// SPDX-License-Identifier: BSL-1.0
//
// A pinned value is what it was until its handle is dropped: whatever happens to the entry, to the
// tables it was in and to the thread that pinned it, and in whichever thread the handle ends.
#include <array>
#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "concurrent_support.hpp"

namespace {

using namespace concurrent;

// A handle and what it has to show.
template <class T>
struct held {
    syncmap::pinned<T> handle;
    std::uint64_t number = 0;

    bool shows_it() const { return value_is(*handle, number); }
    static bool value_is(std::uint64_t v, std::uint64_t n) { return v == n; }
    template <class Tag>
    static bool value_is(const witness<Tag>& v, std::uint64_t n) {
        return v.is(n);
    }
};

template <class T>
class pin_stress : public ::testing::Test {
protected:
    using map = syncmap::map<std::uint64_t, T>;

    // Erases, overwrites and clears; a value's number ends with its key.
    static auto changes(map& m, std::size_t seed) {
        return [&m, roll = dice(seed), serial = std::uint64_t{0}]() mutable {
            const std::uint64_t key = roll(keys);
            serial += keys;
            switch (roll(5)) {
            case 0: m.erase(key); break;
            case 1: m.update(key, [&](const T*) { return std::optional<T>(serial + key); }); break;
            default: m.store(key, T(serial + key));
            }
            if (roll(4000) == 0) m.clear();
        };
    }
    static std::uint64_t number_of(std::uint64_t v) { return v; }
    template <class Tag>
    static std::uint64_t number_of(const witness<Tag>& v) {
        return v.number();
    }
    static constexpr std::uint64_t keys = 256;
};
using pinnable = ::testing::Types<std::uint64_t, witness<struct pin_tag>>;
TYPED_TEST_SUITE(pin_stress, pinnable);

// Catches: a value that is destroyed, or whose memory is used again, under a handle.
TYPED_TEST(pin_stress, handles_outlive_erase_overwrite_and_clear) {
    promises kept;
    typename TestFixture::map m;
    in_parallel(
        2,
        [&](std::size_t which) {
            dice roll(which);
            std::deque<held<TypeParam>> all;
            for (std::size_t i = 0; i < scaled(200'000); ++i) {
                const std::uint64_t key = roll(TestFixture::keys);
                if (auto pin = std::as_const(m).pin(key)) {
                    const std::uint64_t number = TestFixture::number_of(*pin);
                    kept.require(number % TestFixture::keys == key,
                                 "pin finds the key's own value");
                    all.push_back({std::move(pin), number});
                }
                while (all.size() > 100) {
                    // Some are dropped where they are, some after they have moved.
                    held<TypeParam>& which_one = all[roll(all.size())];
                    kept.require(which_one.shows_it(), "a pinned value stays what it is");
                    which_one = std::move(all.front());
                    kept.require(which_one.shows_it(), "a moved handle shows the same value");
                    all.pop_front();
                }
            }
            for (const auto& h : all) kept.require(h.shows_it(), "a pinned value stays what it is");
        },
        this->changes(m, 11), this->changes(m, 12));
}

// Catches: a handle that counts on the thread it was made in, when it is read or dropped.
TYPED_TEST(pin_stress, handles_may_be_passed_to_other_threads) {
    promises kept;
    typename TestFixture::map m;
    std::array<std::mutex, 16> locks;
    std::array<held<TypeParam>, 16> mailbox;  // each guarded by the lock of its index
    in_parallel(
        3,
        [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(100'000); ++i) {
                held<TypeParam> letter{m.pin(roll(TestFixture::keys)), 0};
                if (letter.handle) letter.number = TestFixture::number_of(*letter.handle);
                {
                    const std::size_t box = roll(mailbox.size());
                    const std::lock_guard guard(locks[box]);
                    std::swap(mailbox[box], letter);
                }
                if (letter.handle)
                    kept.require(letter.shows_it(), "a handle shows its value in every thread");
            }
        },
        this->changes(m, 11));
    for (auto& letter : mailbox) letter.handle.reset();
}

// Catches: protection that ends, or is handed to somebody else, when its thread ends.
TYPED_TEST(pin_stress, handles_outlive_the_threads_that_made_them) {
    promises kept;
    typename TestFixture::map m;
    for (std::uint64_t key = 0; key < TestFixture::keys; ++key) m.store(key, TypeParam(key));
    std::vector<held<TypeParam>> left;
    for (std::size_t generation = 0; generation < scaled(200); ++generation) {
        std::jthread([&] {
            for (std::uint64_t key = generation % 8; key < TestFixture::keys; key += 8) {
                auto pin = m.pin(key);
                ASSERT_TRUE(pin);
                const std::uint64_t number = TestFixture::number_of(*pin);
                left.push_back({std::move(pin), number});
            }
        }).join();
        for (std::uint64_t key = 0; key < TestFixture::keys; ++key)
            m.store(key, TypeParam(generation * TestFixture::keys + key));
        if (generation % 16 == 0) {
            m.reclaim();
            for (const auto& h : left)
                kept.require(h.shows_it(), "a pinned value stays what it is");
            left.erase(left.begin(), left.begin() + static_cast<std::ptrdiff_t>(left.size() / 2));
        }
    }
    left.clear();
}

// Catches: a fixed number of values that can be pinned at a time.
TYPED_TEST(pin_stress, a_thread_may_hold_thousands_of_handles) {
    const std::uint64_t many = scaled(5000);
    promises kept;
    typename TestFixture::map m;
    in_parallel(threads, [&](std::size_t which) {
        std::vector<held<TypeParam>> all;
        for (std::uint64_t i = 0; i < many; ++i) {
            const std::uint64_t key = i * threads + which;
            m.store(key, TypeParam(key));
            all.push_back({m.pin(key), key});
            m.erase(key);
        }
        m.reclaim();
        for (const auto& h : all)
            kept.require(h.handle && h.shows_it(), "every pinned value stays what it is");
    });
    EXPECT_TRUE(m.empty());
}

// Catches: protection that is lost after so many overwrites, scans or grace periods.
TYPED_TEST(pin_stress, a_handle_lasts_through_any_number_of_overwrites) {
    typename TestFixture::map m;
    m.store(1, TypeParam(77));
    const auto pin = m.pin(1);
    in_parallel(threads, [&](std::size_t) {
        for (std::uint64_t i = 0; i < scaled(200'000); ++i) m.store(1, TypeParam(i));
    });
    m.clear();
    m.reclaim();
    EXPECT_TRUE(held<TypeParam>::value_is(*pin, 77));
}

// Neither copied nor moved: the handle is the only way to see it.
struct immovable {
    std::uint64_t number;
    std::atomic<std::uint64_t> seal;

    explicit immovable(std::uint64_t n) : number(n), seal(~n) {}
    immovable(const immovable&) = delete;
    immovable& operator=(const immovable&) = delete;
    ~immovable() { seal = number; }
};

// Catches: a value that try_emplace has inserted and that is gone before the handle protects it.
TEST(pin_stress, try_emplace_pins_what_another_thread_erases_at_once) {
    promises kept;
    syncmap::map<std::uint64_t, immovable> m;
    in_parallel(
        2,
        [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(200'000); ++i) {
                const std::uint64_t key = roll(8);
                const auto [pin, inserted] = m.try_emplace(key, key);
                kept.require(pin->number == key && pin->seal == ~key, "the handle shows the value");
            }
        },
        [&, roll = dice(3)]() mutable { m.erase(roll(8)); });
}

}  // namespace
