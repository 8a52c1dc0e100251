// SPDX-License-Identifier: BSL-1.0
//
// A thread that has moved the last bucket is stopped before it promotes: others do that in its place, and nobody
// spins until it goes on (tables.hpp, move_some() and move_all()).
#include "halted.hpp"

namespace {

using map = syncmap::map<std::uint64_t, std::uint64_t>;

std::binary_semaphore halted{0};
std::binary_semaphore go_on{0};
const void* moved = nullptr;    ///< the counter of moved buckets
const void* current = nullptr;  ///< the pointer to the table
std::size_t buckets = 0;

/// Lets a thread overwrite until `halt` has stopped it, then `other` work, which must end.
template <class Other>
void beside(syncmap::detail::step_hooks halt, Other other) {
    map m;
    std::uint64_t keys = 0;
    while (!m.stats().amended || m.stats().buckets < 16) {
        m.store(keys++, 1);
    }
    moved = &inspector::read_table(m)->moved;
    current = inspector::place_of_read(m);
    buckets = inspector::read_table(m)->buckets();
    std::thread mover([&] {
        hooks = halt;
        for (std::uint64_t key = 0; m.stats().amended; ++key) {
            m.store(key % keys, 2);
        }
        hooks = {};
    });
    halted.acquire();
    other(m, keys);
    go_on.release();
    mover.join();
    for (std::uint64_t key = 0; key < keys; ++key) {
        expect(m.contains(key), "no key is lost");
    }
}

std::size_t moved_so_far() {
    return static_cast<const std::atomic<std::size_t>*>(
               static_cast<const syncmap::detail::atomic<std::size_t>*>(moved))
        ->load();
}

/// All buckets have moved and are counted, and no lock is held.
constexpr syncmap::detail::step_hooks before_it_promotes{
    .load = nullptr, .store = nullptr, .change = [](const void* at) {
        if (at == current) {
            halted.release();
            go_on.acquire();
        }
    }};

}  // namespace

int main() {
    end_if_it_hangs();
    // Before it counts the last bucket, whose lock it still has.
    beside({.load = nullptr,
            .store = nullptr,
            .change =
                [](const void* at) {
                    if (at == moved && moved_so_far() + 1 == buckets) {
                        halted.release();
                        go_on.acquire();
                    }
                }},
           [](map& m, std::uint64_t) {
               m.reserve(100'000);
               expect(m.stats().buckets > buckets, "reserve() has promoted");
           });
    // After that, without any lock.
    beside(before_it_promotes, [](map& m, std::uint64_t keys) {
        for (std::uint64_t key = 0; key < keys && m.stats().amended; ++key) {
            m.store(key, 3);
        }
        expect(!m.stats().amended, "a writer has promoted");
    });
    beside(before_it_promotes, [](map& m, std::uint64_t keys) {
        for (std::uint64_t key = 0; key < keys && m.stats().amended; ++key) {
            static_cast<void>(m.load(key));
        }
        expect(!m.stats().amended, "a load has promoted");
    });
    return verdict();
}
