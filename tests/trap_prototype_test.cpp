// SPDX-License-Identifier: BSL-1.0
//
// This design's own prototype: an operation that held the state of before a clear() went on to
// finish, promote or grow against the new one, and for_each showed a key twice that was erased and
// inserted again. Equality stops a thread in the middle of an operation, as long as the test likes.
#include <latch>
#include <set>
#include <thread>

#include "support_states.hpp"

namespace trap_prototype {
namespace {

using namespace support;

struct stop {
    explicit stop(int n) : calls_before(n) {}
    int calls_before;  ///< of the hash or equality, by the thread that is to be stopped
    std::latch reached{1};
    std::latch go_on{1};
};
thread_local stop* stop_here = nullptr;

void perhaps_stop() {
    if (stop_here != nullptr && stop_here->calls_before-- == 0) {
        stop* const here = std::exchange(stop_here, nullptr);
        here->reached.count_down();
        here->go_on.wait();
    }
}

template <class Key>
struct stopping_hash {
    std::uint64_t operator()(const Key& key) const {
        perhaps_stop();
        return good_hash<Key>{}(key);
    }
};
struct stopping_equal {
    bool operator()(std::uint64_t a, std::uint64_t b) const {
        perhaps_stop();
        return a == b;
    }
};

struct stoppable : flat {
    using map = syncmap::map<key, value, stopping_hash<key>, stopping_equal>;
    using model = std::map<key, value>;
    using result = std::optional<value>;
};
using scene = scenario<stoppable>;

// Starts operation(map, key) in a thread and lets meanwhile() run while it stands in a call of the
// hash or of the equality: it then has found its table, moves a bucket, or holds a lock.
template <class Operation, class Meanwhile>
void interrupted(scene& s, std::uint64_t key, int call, Operation operation, Meanwhile meanwhile) {
    stop here(call);
    std::jthread worker([&] {
        stop_here = &here;
        operation(s.map, key);
        if (std::exchange(stop_here, nullptr) != nullptr)
            here.reached.count_down();  // it has made fewer calls
    });
    here.reached.wait();
    meanwhile();
    here.go_on.count_down();
}

using operation = void (*)(stoppable::map&, std::uint64_t);
constexpr operation storing = [](stoppable::map& m, std::uint64_t key) { m.store(key, 1); };
constexpr operation loading = [](stoppable::map& m, std::uint64_t key) { m.load(key); };
constexpr operation erasing = [](stoppable::map& m, std::uint64_t key) { m.erase(key); };
constexpr operation exchanging = [](stoppable::map& m, std::uint64_t key) { m.exchange(key, 1); };

TEST(trap_from_the_prototype, an_operation_of_before_a_clear_changes_nothing_after_it) {
    for (const operation op : {storing, loading, erasing, exchanging})
        for (int call = 1; call < 5; ++call)
            in_every_state<stoppable>([&](scene& s) {
                const std::uint64_t key = 5 * static_cast<std::uint64_t>(call);
                interrupted(s, key, call, op, [&] {
                    s.map.clear();
                    s.model.clear();
                    s.put(7000, 7000 + 30 * key);  // the state that it must not touch
                });
                EXPECT_EQ(s.map.size(), s.model.size());
            });
}

TEST(trap_from_the_prototype, a_last_move_of_before_a_clear_promotes_nothing) {
    for (const operation op : {storing, loading}) {
        scene s;
        s.start_growing();
        for (std::uint64_t n = 0; s.map.stats().moved_buckets + 1 < s.map.stats().buckets; ++n)
            n == 0 ? s.put(0) : loading(s.map, 0);  // loads move one bucket each
        // After a hash and a comparison of key 0 comes the hash of an entry that is being moved.
        interrupted(s, 0, 2, op, [&] {
            EXPECT_TRUE(s.map.stats().amended);
            s.map.clear();
            s.model.clear();
            s.put(0, 30);
        });
        expect_usable(s);
    }
}

TEST(trap_from_the_prototype, a_key_that_is_erased_and_inserted_while_it_is_shown_is_shown_once) {
    for (const std::size_t size : {9u, 100u, 140u, 1000u}) {
        stoppable::map m;
        for (std::uint64_t n = 0; n < size; ++n) m.store(n, n);
        std::set<std::uint64_t> seen;
        m.for_each([&](std::uint64_t key, std::uint64_t) {
            EXPECT_TRUE(seen.insert(key).second) << key << " is shown twice";
            for (const std::uint64_t again : {key, std::uint64_t{0}, *seen.begin()}) {
                m.erase(again);
                m.store(size + again, again);  // takes the slot
                m.store(again, again);         // so that this goes into a later one
                m.erase(size + again);
            }
        });
        for (std::uint64_t n = 0; n < size; ++n) EXPECT_EQ(m.load(n), n);
    }
}

}  // namespace
}  // namespace trap_prototype
