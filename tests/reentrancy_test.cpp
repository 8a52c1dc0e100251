// SPDX-License-Identifier: BSL-1.0
//
// Callbacks and destructors may use the map they are called from, in every way and in all threads
// at once; callbacks, hashes and equalities may throw in the middle of it.
#include <array>
#include <memory>
#include <stdexcept>
#include <utility>

#include "concurrent_owner.hpp"

namespace {

using namespace concurrent;

// Everything that a callback may do with the map. Catches, wherever it is called: a lock or a
// reader's section that is held while user code runs.
template <class Map>
void use_in_every_way(Map& m, std::uint64_t key) {
    using value = typename Map::mapped_type;
    m.store(key, key);
    static_cast<void>(m.load(key));
    static_cast<void>(m.contains(key));
    m.visit(key, [&](const value&) { m.store(key + 1, key); });
    m.pin(key).reset();
    m.load_or_store(key, key);
    m.load_or_compute(key + 2, [&] { return m.load_or_store(key + 1, key).first; });
    m.try_emplace(key + 3, key);
    m.exchange(key, key + 1);
    m.compare_exchange(key, key + 1, key);
    m.compare_and_erase(key, key + 1);
    m.update(key, [](const value* v) { return v ? std::optional<value>(*v) : std::nullopt; });
    m.update(key, [](const value*) { return syncmap::unchanged; });
    m.erase_if(key + 1, [&](const value& v) { return v == value(key); });
    m.load_and_erase(key + 1);
    m.erase(key + 2);
    m.reserve(m.size() + 100);
    m.shrink_to_fit();
    static_cast<void>(m.stats());
}

// And what takes longer.
template <class Map>
void use_as_a_whole(Map& m, std::uint64_t key) {
    using value = typename Map::mapped_type;
    m.for_each([](std::uint64_t, const value&) {});
    m.for_each(key % 3, 3, [](std::uint64_t, const value&) {});
    m.erase_if([&](std::uint64_t k, const value&) { return k == key; });
    static_cast<void>(m.snapshot());
    m.reclaim();
    if (key % 4 == 0) m.clear();
}

// Words are stored flat, the others in nodes.
class number {
public:
    number(std::uint64_t n) : n_(std::make_unique<std::uint64_t>(n)) {}
    number(const number& other) : number(*other.n_) {}
    number& operator=(const number& other) {
        *n_ = *other.n_;
        return *this;
    }
    friend bool operator==(const number& a, const number& b) { return *a.n_ == *b.n_; }

private:
    std::unique_ptr<std::uint64_t> n_;
};

template <class Value>
class reentrancy : public ::testing::Test {
protected:
    using map = syncmap::map<std::uint64_t, Value>;

    // Keys 0 to 63 are in the map when `act` begins, unless another thread has erased them.
    template <class Act>
    void in_all_threads(const Act& act) {
        map m;
        in_parallel(threads, [&](std::size_t which) {
            dice roll(which);
            for (std::size_t round = 0; round < scaled(300); ++round) {
                for (std::uint64_t key = 0; key < 64; key += 1 + roll(4)) m.store(key, key);
                act(m, roll(60), [&](std::uint64_t key) {
                    use_in_every_way(m, key);
                    if (roll(16) == 0) use_as_a_whole(m, key);
                });
            }
        });
        EXPECT_EQ(m.size(), m.snapshot().size());
    }
};
using values = ::testing::Types<std::uint64_t, number>;
TYPED_TEST_SUITE(reentrancy, values);

TYPED_TEST(reentrancy, visit_may_do_anything) {
    this->in_all_threads([](auto& m, std::uint64_t key, const auto& use) {
        m.visit(key, [&](const auto&) { use(key); });
        m.visit_many(std::array{key, key + 1, key + 2},
                     [&](std::size_t i, const auto&) { use(key + i); });
    });
}

TYPED_TEST(reentrancy, iteration_may_do_anything) {
    this->in_all_threads([](auto& m, std::uint64_t key, const auto& use) {
        m.for_each([&](std::uint64_t k, const auto&) {
            if (k % 32 == key % 32) use(k);
        });
        m.erase_if([&](std::uint64_t k, const auto&) {
            if (k % 32 == key % 32) use(k + 1);
            return k == key;
        });
        m.for_each(key % 5, 5, [&](std::uint64_t k, const auto&) {
            if (k % 32 == key % 32) use(k);
        });
        m.erase_if(key, [&](const auto&) {
            use(key + 1);
            return true;
        });
    });
}

TYPED_TEST(reentrancy, update_and_load_or_compute_may_do_anything) {
    this->in_all_threads([](auto& m, std::uint64_t key, const auto& use) {
        std::size_t tries = 0;  // what it does changes the value it is about to replace
        m.update(key, [&](const auto* v) {
            if (tries++ < 2) use(key);
            return v != nullptr ? std::optional(*v) : std::nullopt;
        });
        m.erase(key + 1);
        m.load_or_compute(key + 1, [&] {
            use(key);
            return TypeParam(key);
        });
    });
}

// A value whose constructor and destructor use the map.
struct user {
    using map = syncmap::map<std::uint64_t, user>;
    static inline std::atomic<long> alive{0};
    map* home;
    std::uint64_t key;

    user(map& m, std::uint64_t k) : home(&m), key(k) {
        ++alive;
        static_cast<void>(home->contains(key));
        if (key >= 4) home->try_emplace(key / 4, *home, key / 4);
    }
    user(const user&) = delete;
    user& operator=(const user&) = delete;
    ~user() {
        --alive;
        home->visit(key, [](const user&) {});
        if (key < 300) home->erase(key / 2);
    }
};

// Catches: garbage that is destroyed under a lock, in a reader's section, or from a list that a
// destructor adds to.
TEST(reentrancy, constructors_and_destructors_of_values_may_use_the_map) {
    {
        user::map m;
        in_parallel(threads, [&](std::size_t which) {
            dice roll(which);
            for (std::size_t i = 0; i < scaled(60'000); ++i) {
                const std::uint64_t key = roll(1200);
                if (roll(2) == 0)
                    m.try_emplace(key, m, key);
                else
                    m.erase(key);
                if (roll(5000) == 0) m.clear();
                if (roll(1000) == 0) m.reclaim();
            }
        });
        m.clear();
        m.reclaim();
        EXPECT_EQ(user::alive, 0);
    }
    EXPECT_EQ(user::alive, 0);
}

// Catches: recursion that waits for itself, or computes what is there.
TEST(reentrancy, load_or_compute_can_be_recursive) {
    for (std::size_t round = 0; round < scaled(200); ++round) {
        syncmap::map<std::uint64_t, std::uint64_t> fibonacci{{0, 0}, {1, 1}};
        in_parallel(threads, [&](std::size_t) {
            const auto compute = [&](const auto& self, std::uint64_t n) -> std::uint64_t {
                return fibonacci
                    .load_or_compute(n, [&] { return self(self, n - 1) + self(self, n - 2); })
                    .first;
            };
            EXPECT_EQ(compute(compute, 60), 1'548'008'755'920u);
        });
        EXPECT_EQ(fibonacci.size(), 61u);
    }
}

// --- Exceptions -------------------------------------------------------------------------------

struct thrown : std::runtime_error {
    thrown() : std::runtime_error("thrown") {}
};

// Catches: a callback's exception that is swallowed, leaves something locked, or leaves a change.
TEST(reentrancy, callbacks_that_throw_change_nothing) {
    promises kept;
    syncmap::map<std::uint64_t, number> m;
    for (std::uint64_t key = 0; key < 100; ++key) m.store(key, key);
    in_parallel(threads, [&](std::size_t which) {
        dice roll(which);
        std::size_t caught = 0;
        const std::size_t rounds = scaled(20'000);
        for (std::size_t i = 0; i < rounds; ++i) {
            const std::uint64_t key = roll(100);
            try {
                switch (roll(7)) {
                case 0: m.visit(key, [](const number&) { throw thrown(); }); break;
                case 1:
                    m.for_each([&](std::uint64_t k, const number&) {
                        if (k == key) throw thrown();
                    });
                    break;
                case 2:
                    m.erase_if([](std::uint64_t, const number&) -> bool { throw thrown(); });
                    break;
                case 3:
                    m.update(key, [](const number*) -> std::optional<number> { throw thrown(); });
                    break;
                case 4: m.load_or_compute(key + 100, []() -> number { throw thrown(); }); break;
                case 5:
                    m.visit_many(std::array{key + 100, key},
                                 [](std::size_t, const number&) { throw thrown(); });
                    break;
                case 6:
                    m.update(key + 100,
                             [](const number*) -> std::optional<number> { throw thrown(); });
                    break;
                }
            } catch (const thrown&) {
                ++caught;
            }
            m.store(key, key);
        }
        kept.require(caught == rounds, "every exception arrives");
    });
    EXPECT_EQ(m.size(), 100u);
    for (std::uint64_t key = 0; key < 100; ++key) EXPECT_EQ(m.load(key), number(key));
}

// Throws when its thread's countdown comes to an end; a thread that has none never throws.
struct fuse {
    static inline thread_local std::size_t left = 0;
    static void burn() {
        if (left != 0 && --left == 0) throw thrown();
    }
};

template <class Key>
struct throwing_hash : support::good_hash<Key> {
    template <class K>
    std::uint64_t operator()(const K& key) const {
        fuse::burn();
        return support::good_hash<Key>::operator()(key);
    }
};

struct throwing_equal {
    using is_transparent = void;
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
        fuse::burn();
        return a == b;
    }
};

template <class Entry>
struct throwing : stress_config<Entry, throwing_hash, 1024> {
    using map = syncmap::map<typename Entry::key, typename Entry::value,
                             throwing_hash<typename Entry::key>, throwing_equal>;
};

template <class Config>
class reentrancy_with_faults : public ::testing::Test {};
using throwing_configs = ::testing::Types<throwing<flat_entry>, throwing<node_entry>>;
TYPED_TEST_SUITE(reentrancy_with_faults, throwing_configs);

// Catches: an exception that leaves a bucket locked or half moved, or an operation half done.
TYPED_TEST(reentrancy_with_faults, hash_and_equality_may_throw_while_others_work) {
    promises kept;
    typename TypeParam::map m;
    std::atomic<std::size_t> present{0};
    in_parallel(
        3,
        [&](std::size_t which) {
            owner<TypeParam> mine(m, which, kept);
            dice roll(which);
            std::size_t caught = 0;
            for (std::size_t i = 0; i < TypeParam::rounds(150'000); ++i) try {
                    if (which != 0) fuse::left = 1 + roll(40);
                    mine.act();
                } catch (const thrown&) {
                    ++caught;
                }
            fuse::left = 0;
            kept.require(which == 0 || caught != 0, "exceptions arrive");
            mine.look_at_all();
            present += mine.size();
        },
        [&, i = std::size_t{0}]() mutable {
            // A fourth owner's keys come and go in waves, so that buckets keep moving.
            const std::size_t number = i % 3000 * threads + 3;
            if (i++ / 3000 % 2 == 0)
                m.store(TypeParam::make_key(number), TypeParam::make_value(number, 1));
            else
                m.erase(TypeParam::make_key(number));
        });
    m.erase_if(
        [](const auto& key, const auto&) { return TypeParam::number_of(key) % threads == 3; });
    EXPECT_EQ(m.size(), present);
}

}  // namespace
