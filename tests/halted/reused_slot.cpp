// SPDX-License-Identifier: BSL-1.0
//
// A load that has seen an entry, and the next call of the same thread, beside an insertion that is stopped between
// its two stores: what the one has seen the other has to see (bucket.hpp, I5).
#include "halted.hpp"

namespace {

struct same_bucket {
    using is_avalanching = void;
    std::size_t operator()(int key) const { return static_cast<std::size_t>(key) + 16; }
};
using map = syncmap::map<int, std::string, same_bucket>;

constexpr int slots = static_cast<int>(syncmap::detail::slots_per_bucket);

std::binary_semaphore reader_has_the_tags{0};
std::binary_semaphore between_two_stores{0};
std::binary_semaphore go_on{0};
const void* slot = nullptr;  ///< of key 0
int stores = 0;              ///< of the insertion, to slots and tags
int halt_at = 0;             ///< which of them the insertion is stopped before
const void* tags = nullptr;

/// Erases key 0 and inserts it again, into the same slot, while a load has the old tags; then lets `second` look.
template <class Second>
void look_twice(int stop_before, Second second, const char* what) {
    map m;
    // A bucket without a slot that was never used, in which key 0 is in the first one: it will get that again.
    for (int key = 0; key < 10; ++key) {
        m.store(key, "old");
    }
    for (int key = 6; key < 10; ++key) {
        m.erase(key);
    }
    for (int key = 10; key < slots; ++key) {
        m.store(key, "old");
    }
    auto* const table = inspector::read_table(m);
    expect(table->buckets() == 1 && m.stats().overflow_buckets == 0, "one bucket");
    slot = table->slots_of(0);
    tags = &table->tags[0];
    stores = 0;
    halt_at = stop_before;

    std::thread reader([&] {
        static thread_local bool once = false;
        hooks.load = [](const void* at) {
            if (at == slot && !once) {
                once = true;
                reader_has_the_tags.release();
                between_two_stores.acquire();
            }
        };
        const bool first = m.load(0).has_value();
        expect(!first || second(m), what);
        go_on.release();
    });
    reader_has_the_tags.acquire();
    m.erase(0);
    hooks.store = [](const void* at, std::uint64_t) {
        if ((at == slot || at == tags) && stores++ == halt_at) {
            between_two_stores.release();
            go_on.acquire();
        }
    };
    m.store(0, "new");
    hooks.store = nullptr;
    expect(stores > halt_at, "the insertion has been halted");
    reader.join();
}

}  // namespace

int main() {
    end_if_it_hangs();
    for (int stop_before = 0; stop_before < 2; ++stop_before) {
        look_twice(
            stop_before, [](map& m) { return m.contains(0); },
            "a key that was loaded is there, as nobody has erased it");
        look_twice(
            stop_before, [](map& m) { return m.erase(0); },
            "a key that was loaded can be erased, as nobody else has");
    }
    return verdict();
}
