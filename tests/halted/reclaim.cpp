// SPDX-License-Identifier: BSL-1.0
//
// reclaim() beside loads that are halted at the worst moment: it leaves nothing that nobody looks at, and it waits for
// everybody who does.
#include "halted.hpp"

#include <atomic>
#include <latch>

#include <pthread.h>

namespace {

using syncmap::detail::this_thread;
using syncmap::detail::thread_record;
using texts = syncmap::map<int, std::string>;

// Catches: sections that are found to be over, and looked at again: a load that was slow to announce itself comes in
// between, with an epoch of before.
namespace slow {
const void* active = nullptr;  // of the load's record
std::binary_semaphore about_to_announce{0}, announce{0}, inside{0}, leave{0};
int looks = 0;

void reclaim_leaves_nothing_for_the_sake_of_a_load_that_came_late() {
    texts m;
    m.store(1, std::string(40, 'a'));
    std::thread reader([&] {
        static_cast<void>(m.contains(1));
        active = &this_thread.record->active;
        hooks.store = [](const void* at, std::uint64_t epoch) {
            if (at == active && epoch != 0) {
                hooks.store = nullptr;
                about_to_announce.release();
                announce.acquire();
                hooks.load = [](const void*) {
                    hooks.load = nullptr;
                    inside.release();
                    leave.acquire();
                };
            }
        };
        static_cast<void>(m.contains(1));
    });
    about_to_announce.acquire();
    m.store(1, std::string(40, 'b'));  // retires a value that nobody looks at
    hooks.load = [](const void* at) {
        if (at == active && ++looks == 2) {
            announce.release();
            inside.acquire();
        }
    };
    m.reclaim();
    hooks.load = nullptr;
    expect(m.stats().retired_objects == 0, "reclaim() leaves nothing that is not announced");
    expect(looks > 0, "the test has seen what it is about");
    if (looks < 2) announce.release();
    leave.release();
    reader.join();
}
}  // namespace slow

// Catches: a record that is taken for the caller's because of a former owner with the same pthread_t, so that a reader
// in it is not waited for.
namespace namesake {
const thread_record* left_behind = nullptr;
pthread_t former;
std::binary_semaphore may_claim{0}, inside{0}, leave{0};
std::atomic<bool> left{false};
bool is_inside = false;
int looks = 0;

bool reclaim_waits_for_a_load_in_the_record_of_a_namesake() {
    texts m;
    m.store(1, "old");
    std::binary_semaphore first_done{0}, second_done{0}, end_first{0}, end_second{0};
    // Two records are left free, that of the second thread with the larger number.
    std::thread first([&] {
        static_cast<void>(m.contains(1));
        first_done.release();
        end_first.acquire();
    });
    first_done.acquire();
    std::thread second([&] {
        static_cast<void>(m.contains(1));
        left_behind = this_thread.record;
        former = pthread_self();
        second_done.release();
        end_second.acquire();
    });
    second_done.acquire();
    std::thread reader([&] {
        may_claim.acquire();
        hooks.load = [](const void* at) {  // the first step inside its section
            if (this_thread.record == left_behind && at != &left_behind->active &&
                left_behind->active.std::atomic<std::uint64_t>::load() != 0) {
                hooks.load = nullptr;
                inside.release();
                leave.acquire();
                left = true;
            }
        };
        static_cast<void>(m.contains(1));
    });
    end_first.release();
    first.join();
    end_second.release();
    second.join();
    bool same = false;
    std::thread namesake([&] {
        same = pthread_equal(pthread_self(), former) != 0;
        static_cast<void>(m.contains(1));
        same = same && this_thread.record != left_behind;
        if (same) {
            m.store(1, "new");
            hooks.load = [](const void* at) {
                const bool look = at == &left_behind->active;
                if (!look && at != &left_behind->state) return;
                if (!is_inside) {
                    may_claim.release();
                    inside.acquire();
                    is_inside = true;
                } else if (look && ++looks == 50) {
                    leave.release();  // it has been waiting
                }
            };
            m.reclaim();
            hooks.load = nullptr;
            expect(is_inside, "the test has seen what it is about");
            expect(left, "reclaim() waits for a load in a record that was a namesake's");
        }
        if (looks < 50) leave.release();
        if (!is_inside) may_claim.release();
    });
    namesake.join();
    reader.join();
    return same;
}
}  // namespace namesake

}  // namespace

int main() {
    end_if_it_hangs();
    slow::reclaim_leaves_nothing_for_the_sake_of_a_load_that_came_late();
    if (!namesake::reclaim_waits_for_a_load_in_the_record_of_a_namesake())
        std::puts("skipped: no thread has got the number of one that has ended");
    return verdict();
}
