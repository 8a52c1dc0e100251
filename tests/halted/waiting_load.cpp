// SPDX-License-Identifier: BSL-1.0
//
// Loads beside writers that are stopped with every lock of the map that there is: of buckets, and of the garbage.
// A load waits for none of them, also where it helps to move to another table.
#include <memory>
#include <vector>

#include "halted.hpp"

namespace {

std::size_t allocations = 0;

template <class X>
struct counting_allocator {
    using value_type = X;
    counting_allocator() = default;
    template <class Y>
    counting_allocator(const counting_allocator<Y>&) noexcept {}  // NOLINT: a conversion
    X* allocate(std::size_t n) {
        ++allocations;
        return std::allocator<X>().allocate(n);
    }
    void deallocate(X* at, std::size_t n) noexcept { std::allocator<X>().deallocate(at, n); }
    bool operator==(const counting_allocator&) const = default;
};

/// Without a seed: in one process of forty a bucket's heir has more entries than slots, and a load, which allocates
/// nothing, leaves it to a write.
struct even_hash {
    using is_avalanching = void;
    std::size_t operator()(int key) const noexcept {
        const auto mixed = (static_cast<std::uint64_t>(key) + 1) * 0x9e3779b97f4a7c15;
        return static_cast<std::size_t>(mixed ^ mixed >> 32U);
    }
};
using map = syncmap::map<int, std::string, even_hash, std::equal_to<>,
                         counting_allocator<std::pair<const int, std::string>>>;

/// A map that is being moved to a larger table, and the keys in it.
int begin_to_grow(map& m) {
    int keys = 0;
    while (!m.stats().amended || m.stats().buckets < 64) {
        m.store(keys++, "v");
    }
    return keys;
}
void load_all(const map& m, int keys) {
    for (int round = 0; round < 100; ++round) {
        for (int key = 0; key < keys; ++key) {
            expect(m.load(key) == "v", "a value is there");
        }
    }
}

void beside_locked_garbage() {
    map m;
    const int keys = begin_to_grow(m);
    const auto& garbage = inspector::garbage_of(m);
    garbage.for_each_limbo([](auto& limbo) { expect(limbo.lock.try_lock(), "a limbo is free"); });
    load_all(m, keys);
    garbage.for_each_limbo([](auto& limbo) { limbo.lock.unlock(); });
    load_all(m, keys);
    expect(!m.stats().amended, "loads have promoted when they could");
}

void beside_locked_buckets() {
    map m;
    const int keys = begin_to_grow(m);
    auto* const table = inspector::read_table(m);
    std::vector<syncmap::detail::bucket_lock*> mine;
    for (std::size_t i = 0; i < table->buckets(); ++i) {
        if (table->locks[i].try_lock()) {
            mine.push_back(&table->locks[i]);
        }
    }
    load_all(m, keys);
    for (auto* const lock : mine) {
        lock->unlock();
    }
}

void without_memory() {
    map m;
    const int keys = begin_to_grow(m);
    allocations = 0;
    load_all(m, keys);
    expect(allocations == 0, "a load allocates nothing");
}

}  // namespace

int main() {
    end_if_it_hangs();
    beside_locked_garbage();
    beside_locked_buckets();
    without_memory();
    return verdict();
}
