// SPDX-License-Identifier: BSL-1.0
//
// Moving between maps whose allocators differ goes entry by entry (docs/guarantees.md, E): whatever throws on the
// way, no entry is in both maps, and none in neither of them.
#include <memory_resource>
#include <string>

#include "support.hpp"

namespace {

template <class T>
using pmr_map = syncmap::map<int, T, syncmap::hash<int>, std::equal_to<>,
                             std::pmr::polymorphic_allocator<std::pair<const int, T>>>;

/// Can be moved only, and moving throws when its turn has come.
struct restless {
    explicit restless(int n) : number(n) {}
    restless(restless&& other) : number(other.number) {
        if (moves_left == 0) {
            throw std::runtime_error("a move");
        }
        --moves_left;
        other.number = -1;
    }
    int number;
    static inline int moves_left = 0;
};
/// The same, but can be copied.
struct copied : restless {
    using restless::restless;
    copied(const copied& other) : restless(other.number) {}
    copied(copied&&) = default;
};

template <class T>
void fill(pmr_map<T>& m) {
    for (int key = 0; key < 100; ++key) {
        static_cast<void>(m.try_emplace(key, key));
    }
}
template <class T>
void expect_all(const pmr_map<T>& a, const pmr_map<T>& b) {
    EXPECT_EQ(a.size() + b.size(), 100U);
    for (int key = 0; key < 100; ++key) {
        EXPECT_NE(a.contains(key), b.contains(key));
        const auto look = [&](const T& value) { EXPECT_EQ(value.number, key); };
        a.visit(key, look);
        b.visit(key, look);
    }
}

TEST(MoveBetweenAllocators, an_exception_leaves_each_entry_in_one_of_the_maps) {
    std::pmr::unsynchronized_pool_resource one;
    std::pmr::unsynchronized_pool_resource another;
    pmr_map<restless> from(&one);
    fill(from);
    pmr_map<restless> to(&another);
    restless::moves_left = 60;
    EXPECT_THROW(to = std::move(from), std::runtime_error);
    EXPECT_EQ(to.size(), 60U);
    expect_all(from, to);
}

TEST(MoveBetweenAllocators, values_whose_move_may_throw_are_copied_where_they_can_be) {
    std::pmr::unsynchronized_pool_resource one;
    std::pmr::unsynchronized_pool_resource another;
    pmr_map<copied> from(&one);
    fill(from);
    restless::moves_left = 0;
    pmr_map<copied> to(&another);
    to = std::move(from);
    EXPECT_EQ(to.size(), 100U);
    expect_all(from, to);
}

TEST(MoveBetweenAllocators, a_construction_that_throws_leaves_the_rest_where_it_was) {
    std::pmr::unsynchronized_pool_resource one;
    std::pmr::unsynchronized_pool_resource another;
    pmr_map<restless> from(&one);
    fill(from);
    restless::moves_left = 60;
    EXPECT_THROW(pmr_map<restless>(std::move(from), &another), std::runtime_error);
    EXPECT_EQ(from.size(), 40U);
    from.for_each([](int key, const restless& value) { EXPECT_EQ(value.number, key); });
}

}  // namespace
