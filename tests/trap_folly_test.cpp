// SPDX-License-Identifier: BSL-1.0
//
// folly's ConcurrentHashMap: the SIMD variant checked an iterator's bucket against a table that had
// been replaced (use after free after rehash and erase), the iterator of try_emplace did not keep
// its value, and the count of links between equal hashes overflowed at 65,536 replacements.
#include <memory>
#include <thread>

#include "concurrent_support.hpp"

namespace trap_folly {
namespace {

using concurrent::witness;

// Replaces the table several times over, and destroys whatever may be destroyed.
template <class Map>
void rehash(Map& m) {
    constexpr std::uint64_t many = concurrent::scaled(6000);
    for (std::uint64_t n = 1000; n < 1000 + many; ++n) m.try_emplace(n, n);
    for (std::uint64_t n = 1000; n < 1000 + many; ++n) m.erase(n);
    m.reclaim();
}

TEST(trap_from_folly, a_handle_survives_rehash_erase_and_rehash_again) {
    using value = witness<struct handle_tag>;
    syncmap::map<std::uint64_t, value> m;
    for (std::uint64_t n = 0; n < 5; ++n) m.try_emplace(n, n);
    auto before = m.pin(1);
    rehash(m);
    auto between = m.pin(1);
    std::jthread([&] {
        m.erase(1);
        m.store(2, value(22));
        rehash(m);
    }).join();
    EXPECT_TRUE(before->is(1)) << "and a handle is good whatever became of its table";
    EXPECT_TRUE(between->is(1));
    EXPECT_EQ(value::alive(), 5) << "4 entries and the one value that is pinned";
    before.reset();
    m.reclaim();
    EXPECT_TRUE(between->is(1)) << "the other handle holds it too";
    between.reset();
    m.reclaim();
    EXPECT_EQ(value::alive(), 4);
}

TEST(trap_from_folly, the_handle_of_try_emplace_keeps_its_value_alive) {
    using value = witness<struct emplaced_tag>;
    syncmap::map<std::uint64_t, value> m;
    for (const bool present : {false, true}) {  // the handle of who inserts, of who finds
        if (present) m.try_emplace(1, 1u);
        const auto [handle, inserted] = m.try_emplace(1, 1u);
        EXPECT_EQ(inserted, !present);
        std::jthread([&] {
            m.erase(1);
            rehash(m);
        }).join();
        EXPECT_TRUE(handle->is(1));
        EXPECT_EQ(value::alive(), 1);
    }
}

TEST(trap_from_folly, an_iteration_goes_on_through_tables_that_replace_each_other) {
    using value = witness<struct iteration_tag>;
    syncmap::map<std::uint64_t, value> m;
    constexpr std::uint64_t staying = 40;
    for (std::uint64_t n = 0; n < staying; ++n) m.try_emplace(n, n);
    std::size_t seen = 0;
    m.for_each([&](std::uint64_t key, const value& v) {
        if (key >= staying) return;
        ++seen;
        if (seen % 8 == 1) std::jthread([&] { rehash(m); }).join();
        m.erase(key);
        m.reclaim();
        EXPECT_TRUE(v.is(key)) << "the value that is shown lives as long as it is";
    });
    EXPECT_EQ(seen, staying);
    EXPECT_EQ(m.size(), 0u);
}

TEST(trap_from_folly, a_value_may_be_replaced_any_number_of_times_beside_a_held_neighbour) {
    syncmap::map<std::string, std::shared_ptr<int>, support::constant_hash<std::string>> m;
    m.store("a", std::make_shared<int>(0));
    m.store("b", std::make_shared<int>(1));
    const auto first_a = m.pin("a");
    const auto b = m.pin("b");
    const int many = static_cast<int>(concurrent::scaled(140'000));  // 16 bits twice over
    for (int i = 1; i <= many; ++i) m.store("a", std::make_shared<int>(i));
    EXPECT_EQ(**first_a, 0);
    EXPECT_EQ(**b, 1);
    EXPECT_EQ(**m.load("a"), many);
    m.reclaim();
    EXPECT_EQ(first_a->use_count(), 1);
    EXPECT_LE(m.stats().retired_objects, 1u) << "the value that is held";
}

}  // namespace
}  // namespace trap_folly
