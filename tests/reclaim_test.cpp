// SPDX-License-Identifier: BSL-1.0
//
// Reclamation without a map (detail/reclaim/): what is retired is destroyed when nobody can see it any more, a little at
// a time. The things that are retired here are the test's own, and know whether they are alive.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <latch>
#include <map>
#include <new>
#include <thread>

#include <syncmap/detail/reclaim/garbage.hpp>
#include <syncmap/detail/reclaim/hazard.hpp>

namespace {

using syncmap::detail::disposal;
using syncmap::detail::domain;
using syncmap::detail::garbage;
using syncmap::detail::hazard;
using syncmap::detail::hazard_use;
using syncmap::detail::retired;
using syncmap::detail::retired_kind;
using syncmap::detail::retired_list;
using syncmap::detail::retired_weight;
using syncmap::detail::section;
using syncmap::detail::spare;
using syncmap::detail::write_budget;

// What stands for a map: it makes things, retires them, and counts what becomes of them.
class yard {
public:
    // A value, alone or (`inner`) within an entry.
    struct value : retired {
        explicit value(retired_kind kind) : retired(kind) {}
    };
    struct entry : retired {
        explicit entry(retired_kind kind) : retired(kind) {}
        value inner{retired_kind::first_value};
        int parts =
            2;  // key and value are destroyed each on its own when one of them was announced
    };
    // Destroyed in steps, in each of which it unlinks a value.
    struct large : retired {
        explicit large(std::size_t n) : retired(retired_kind::table), steps(n) {}
        retired_weight weight() const { return {1, 1000 * steps}; }
        std::size_t steps;
    };

    explicit yard(bool reuses = false) : reuses_(reuses) {
        const section inside(home_);
        garbage_.prepare(inside.record().index, how());
    }
    yard(const yard&) = delete;
    yard& operator=(const yard&) = delete;
    ~yard() {
        garbage_.destroy_all(home_, how());
        EXPECT_EQ(values_destroyed, values_made_);
        EXPECT_EQ(keys_destroyed, keys_made_);
        EXPECT_TRUE(blocks.empty());
    }

    value* make_value() {
        ++values_made_;
        return new value(retired_kind::value);
    }
    entry* make_entry() {
        ++values_made_;
        ++keys_made_;
        return new entry(retired_kind::entry);
    }

    void retire(value* v) { hand_over(v, {1, value_bytes}); }
    void retire(entry* e) { hand_over(e, {1, entry_bytes}); }
    void retire(large* l) { hand_over(l, l->weight()); }
    // A write that unlinks nothing.
    void write() {
        if (garbage_.is_turn()) {
            retired_list none;
            garbage_.take_over(none, index(), home_, how());
        }
    }
    void reclaim() { garbage_.reclaim(home_, how(), !home_.inside_section()); }
    retired* take_spare() { return garbage_.take_spare(spare::value); }

    std::size_t held_back() const { return garbage_.weight().objects; }
    std::size_t bytes_held_back() const { return garbage_.weight().bytes; }
    domain& home() const { return home_; }

    std::size_t values_destroyed = 0;
    std::size_t keys_destroyed = 0;
    std::size_t steps_done = 0;
    std::map<void*, std::size_t> blocks{};  // of memory that the garbage has
    bool has_memory = true;

private:
    static constexpr std::size_t value_bytes = sizeof(value);
    static constexpr std::size_t entry_bytes = sizeof(entry);

    std::uint32_t index() {
        const section inside(home_);
        return inside.record().index;
    }
    void hand_over(retired* r, retired_weight w) {
        retired_list list;
        list.push(r, w);
        garbage_.take_over(list, index(), home_, how());
    }
    disposal how() { return disposal(reuses_ ? with_reuse : without_reuse, this); }

    bool destroy(retired* r, retired_list& unlinked) {
        switch (r->kind()) {
        case retired_kind::value:
            ++values_destroyed;
            delete static_cast<value*>(r);
            return true;
        case retired_kind::first_value:
            ++values_destroyed;
            part_done(entry_of(r));
            return true;
        case retired_kind::node:
            ++keys_destroyed;
            part_done(static_cast<entry*>(r));
            return true;
        case retired_kind::entry:
            ++keys_destroyed;
            ++values_destroyed;
            delete static_cast<entry*>(r);
            return true;
        default: {
            auto* const l = static_cast<large*>(r);
            ++steps_done;
            unlinked.push(make_value(), {1, value_bytes});
            if (--l->steps != 0) return false;
            delete l;
            return true;
        }
        }
    }
    static void part_done(entry* e) {
        if (--e->parts == 0) delete e;
    }
    static entry* entry_of(retired* first_value) {
        auto* const at = reinterpret_cast<std::byte*>(static_cast<value*>(first_value));
        const entry model(retired_kind::entry);
        const auto offset = reinterpret_cast<const std::byte*>(&model.inner) -
                            reinterpret_cast<const std::byte*>(&model);
        return reinterpret_cast<entry*>(at - offset);
    }

    static constexpr disposal::type made(bool reuses) {
        return {value_bytes,
                entry_bytes,
                reuses,
                false,
                retired_kind::entry,
                [](retired* l) noexcept { return static_cast<large*>(l)->weight(); },
                [](retired* e) noexcept -> retired* { return &static_cast<entry*>(e)->inner; },
                [](retired* v) noexcept -> retired* { return entry_of(v); },
                [](void* whose, retired* r, retired_list& unlinked) noexcept {
                    return static_cast<yard*>(whose)->destroy(r, unlinked);
                },
                [](void* whose, std::size_t bytes) {
                    auto& mine = *static_cast<yard*>(whose);
                    if (!mine.has_memory) throw std::bad_alloc();
                    void* const at = ::operator new(bytes);
                    mine.blocks[at] = bytes;
                    return at;
                },
                [](void* whose, void* at, std::size_t bytes) noexcept {
                    auto& mine = *static_cast<yard*>(whose);
                    EXPECT_EQ(mine.blocks.at(at), bytes);
                    mine.blocks.erase(at);
                    ::operator delete(at);
                }};
    }
    static const disposal::type with_reuse;
    static const disposal::type without_reuse;

    domain& home_ = domain::process();
    garbage garbage_{};
    bool reuses_;
    std::size_t values_made_ = 0;
    std::size_t keys_made_ = 0;
};
const disposal::type yard::with_reuse = yard::made(true);
const disposal::type yard::without_reuse = yard::made(false);

constexpr std::size_t many = 4 * syncmap::detail::scan_objects;

// In another thread, until it goes.
class somebody_in_a_section {
public:
    explicit somebody_in_a_section(domain& home)
        : thread_([this, &home] {
              const section inside(home);
              is_in_.count_down();
              may_go_.wait();
          }) {
        is_in_.wait();
    }
    void leaves() {
        may_go_.count_down();
        thread_.join();
    }

private:
    std::latch is_in_{1};
    std::latch may_go_{1};
    std::jthread thread_;
};

// Catches: destroyed beside a reader; never destroyed; more at once than the budget.
TEST(reclaim, what_somebody_can_see_waits_and_then_goes_little_by_little) {
    yard y;
    somebody_in_a_section reader(y.home());
    for (std::size_t i = 0; i < many; ++i) y.retire(y.make_value());
    EXPECT_EQ(y.values_destroyed, 0U);
    EXPECT_EQ(y.held_back(), many);
    EXPECT_EQ(y.bytes_held_back(), many * sizeof(yard::value));
    reader.leaves();
    std::size_t most = 0;
    for (std::size_t i = 0; i < many; ++i) {
        const std::size_t before = y.values_destroyed;
        y.retire(y.make_value());
        most = std::max(most, y.values_destroyed - before);
    }
    EXPECT_EQ(most, write_budget);
    EXPECT_GE(y.values_destroyed, many) << "what had been held back has gone";
    EXPECT_EQ(y.held_back() + y.values_destroyed, 2 * many) << "nothing is lost, nor counted twice";
}

// Catches: announced objects destroyed; or kept for good, or dragging others along.
TEST(reclaim, what_is_announced_stays_alone) {
    yard y;
    yard::value* const kept = y.make_value();
    hazard keeper = [&] {
        const section inside(y.home());
        hazard h(inside.record(), hazard_use::handle);
        h.protect(static_cast<retired*>(kept));
        return h;
    }();
    y.retire(kept);
    for (std::size_t i = 1; i < many; ++i) y.retire(y.make_value());
    y.reclaim();
    EXPECT_EQ(y.values_destroyed, many - 1);
    EXPECT_EQ(y.held_back(), 1U);
    keeper.drop();
    y.reclaim();
    EXPECT_EQ(y.values_destroyed, many);
    EXPECT_EQ(y.held_back(), 0U);
}

// Catches: the part of an entry that nobody looks at kept as well, or the entry freed with the other part.
TEST(reclaim, of_an_entry_only_the_part_that_is_announced_stays) {
    for (const bool announce_value : {true, false}) {
        yard y;
        yard::entry* const e = y.make_entry();
        hazard keeper = [&] {
            const section inside(y.home());
            hazard h(inside.record(), hazard_use::handle);
            h.protect(announce_value ? static_cast<retired*>(&e->inner) : e);
            return h;
        }();
        y.retire(e);
        y.retire(y.make_entry());
        y.reclaim();
        EXPECT_EQ(y.keys_destroyed, announce_value ? 2U : 1U);
        EXPECT_EQ(y.values_destroyed, announce_value ? 1U : 2U);
        EXPECT_EQ(y.held_back(), 1U);
        keeper.drop();
        y.reclaim();
        EXPECT_EQ(y.keys_destroyed, 2U);
        EXPECT_EQ(y.values_destroyed, 2U);
    }
}

// Catches: a large thing destroyed at once, or its weight taken for what it was; what it unlinks destroyed unseen or lost.
TEST(reclaim, what_is_large_goes_a_step_at_a_time) {
    constexpr std::size_t steps = 50;
    yard y;
    y.retire(new yard::large(steps));
    EXPECT_EQ(y.bytes_held_back(), steps * 1000);
    std::size_t most = 0;
    for (std::size_t i = 0; i < many; ++i) {
        const std::size_t before = y.steps_done;
        y.retire(y.make_value());
        most = std::max(most, y.steps_done - before);
    }
    EXPECT_EQ(most, 1U);
    EXPECT_EQ(y.steps_done, steps);
    y.reclaim();
    EXPECT_EQ(y.values_destroyed, many + steps);
    EXPECT_EQ(y.held_back(), 0U);
    EXPECT_EQ(y.bytes_held_back(), 0U);
}

// Catches: what was announced, or visible, offered for reuse; more kept than is used; kept for good.
TEST(reclaim, what_nobody_can_see_is_offered_once) {
    yard y(true);
    EXPECT_EQ(y.take_spare(), nullptr);
    {
        somebody_in_a_section reader(y.home());
        for (std::size_t i = 0; i < many; ++i) y.retire(y.make_value());
        EXPECT_EQ(y.take_spare(), nullptr) << "somebody may see it";
        reader.leaves();
    }
    std::size_t taken = 0;
    for (std::size_t i = 0; i < many; ++i) {
        y.retire(y.make_value());
        if (retired* const again = y.take_spare()) {
            ++taken;
            EXPECT_EQ(y.take_spare(), nullptr);
            y.retire(static_cast<yard::value*>(again));
        }
    }
    EXPECT_GE(taken, many / 4);
    EXPECT_GE(y.values_destroyed, many / 2) << "the shelf has an end";
    y.reclaim();
    EXPECT_EQ(y.take_spare(), nullptr) << "reclaim() gives all back";
    EXPECT_EQ(y.values_destroyed, 2 * many);
}

// Catches: reclaim() of a thread that is in a section destroying what others see, or waiting for itself.
TEST(reclaim, reclaim_in_a_section_does_what_can_be_done_at_once) {
    yard y;
    const section outer(y.home());
    y.retire(y.make_value());
    y.reclaim();
    EXPECT_EQ(y.values_destroyed, 0U);
    EXPECT_EQ(y.held_back(), 1U);
}

// Catches: what a thread has left behind lying there for good.
TEST(reclaim, others_take_over_what_a_thread_has_left_behind) {
    yard y;
    std::jthread([&] {
        for (std::size_t i = 0; i < many; ++i) y.retire(y.make_value());
    }).join();
    const std::size_t left = y.held_back();
    ASSERT_GT(left, 0U);
    for (int i = 0; i < 1'000'000 && y.held_back() != 0; ++i) y.write();
    EXPECT_LT(y.held_back(), syncmap::detail::scan_objects)
        << "but for those that are not worth a fence yet";
    EXPECT_EQ(y.values_destroyed + y.held_back(), many);
}

// Catches: a thread without a limbo of its own losing things, or throwing.
TEST(reclaim, without_memory_threads_share_a_limbo) {
    yard y;
    y.has_memory = false;
    std::jthread([&] {
        for (std::size_t i = 0; i < many; ++i) y.retire(y.make_value());
    }).join();
    EXPECT_EQ(y.blocks.size(), 1U);
    y.reclaim();
    EXPECT_EQ(y.values_destroyed, many);
}

// Catches: prepare() swallowing that there is no memory for the first limbo.
TEST(reclaim, the_first_limbo_needs_memory) {
    struct poor {
        static const disposal::type& how() {
            static const disposal::type none{8,
                                             8,
                                             false,
                                             false,
                                             retired_kind::entry,
                                             nullptr,
                                             nullptr,
                                             nullptr,
                                             nullptr,
                                             [](void*, std::size_t) -> void* { throw std::bad_alloc(); },
                                             nullptr};
            return none;
        }
    };
    garbage g;
    EXPECT_THROW(g.prepare(0, disposal(poor::how(), nullptr)), std::bad_alloc);
}

// Catches, by ~yard: things or limbos forgotten at the end, wherever they are.
TEST(reclaim, the_end_destroys_everything) {
    yard y(true);
    somebody_in_a_section reader(y.home());
    for (int t = 0; t < 3; ++t) {
        std::jthread([&] {
            for (int i = 0; i < 100; ++i) y.retire(y.make_entry());
        }).join();
    }
    y.retire(new yard::large(3));
    for (std::size_t i = 0; i < many; ++i) y.retire(y.make_value());
    reader.leaves();
    for (std::size_t i = 0; i < many / 2; ++i) y.retire(y.make_value());
    EXPECT_GT(y.held_back(), 0U);
    EXPECT_GT(y.blocks.size(), 1U);
}

}  // namespace
