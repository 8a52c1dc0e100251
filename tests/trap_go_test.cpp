// SPDX-License-Identifier: BSL-1.0
//
// Go's issue 70970: sync.Map's CompareAndSwap was not atomic with the other members. It exchanged
// the value of an entry that a deletion was taking out, so both succeeded, and the exchange was lost.
#include <thread>

#include "concurrent_support.hpp"

namespace trap_go {
namespace {

using namespace concurrent;

// Keys that are references counted in the map: the last one out deletes the entry. Whoever holds a
// reference must find it; a count that is lost, or deleted with somebody in it, is a broken promise.
template <class Entry>
void references_are_counted() {
    constexpr std::size_t keys = 3;
    syncmap::map<typename Entry::key, typename Entry::value> m;
    promises kept;
    const auto count = [](std::size_t key, std::size_t n) { return Entry::make_value(key, n); };
    in_parallel(
        threads,
        [&](std::size_t me) {
            dice roll(me);
            for (std::size_t i = 0; i < scaled(60'000); ++i) {
                const std::size_t n = roll(keys);
                const auto key = Entry::make_key(n);
                for (;;) {
                    const auto [found, loaded] = m.load_or_store(key, count(n, 1));
                    if (!loaded ||
                        m.compare_exchange(key, found, count(n, Entry::version_of(found) + 1)))
                        break;
                }
                for (;;) {
                    const auto found = m.load(key);
                    kept.require(found && Entry::is_of(n, *found) && Entry::version_of(*found) > 0,
                                 "a reference that is held is in the map");
                    if (!found) break;
                    const std::size_t holders = Entry::version_of(*found);
                    if (holders == 1 ? m.compare_and_erase(key, *found)
                                     : m.compare_exchange(key, *found, count(n, holders - 1)))
                        break;
                }
            }
        },
        [&, n = std::size_t{0}]() mutable {
            m.store(Entry::make_key(100 + n % 1000), Entry::make_value(n, 1));  // resizes
            if (n++ % 1000 == 999)
                m.erase_if(
                    [](const auto& key, const auto&) { return Entry::number_of(key) >= 100; });
        });
    for (std::size_t n = 0; n < keys; ++n)
        EXPECT_FALSE(m.contains(Entry::make_key(n))) << "everybody has let go";
}

TEST(trap_from_go, a_reference_count_in_an_entry_survives_deletion_by_the_last_holder) {
    references_are_counted<flat_entry>();
    references_are_counted<word_entry>();
    references_are_counted<node_entry>();
}

// Some add to a sum by compare_exchange, others take the sum out: what one succeeds in, another finds.
template <class Erase>
void what_is_exchanged_in_is_deleted_once(Erase erase) {
    syncmap::map<int, std::string> m;
    std::atomic<std::size_t> added{0};
    std::atomic<std::size_t> taken{0};
    in_parallel(threads, [&](std::size_t me) {
        for (std::size_t i = 0; i < scaled(60'000); ++i) {
            if (me % 2 == 0) {
                const auto now = m.load(1);
                if (!now)
                    m.load_or_store(1, "0");
                else if (m.compare_exchange(1, *now, std::to_string(std::stoul(*now) + 1)))
                    ++added;
            } else if (const std::optional<std::string> old = erase(m)) {
                taken += std::stoul(*old);
            }
        }
    });
    if (const auto rest = m.load(1)) taken += std::stoul(*rest);
    EXPECT_EQ(taken, added);
}

TEST(trap_from_go, a_value_that_was_exchanged_in_is_what_a_racing_deletion_takes_out) {
    using map = syncmap::map<int, std::string>;
    what_is_exchanged_in_is_deleted_once([](map& m) { return m.load_and_erase(1); });
    what_is_exchanged_in_is_deleted_once([](map& m) {
        std::optional<std::string> old = m.load(1);
        return old && m.compare_and_erase(1, *old) ? old : std::nullopt;
    });
    what_is_exchanged_in_is_deleted_once([](map& m) {
        std::optional<std::string> old;
        m.update(1, [&](const std::string* now) {
            old = now != nullptr ? std::optional(*now) : std::nullopt;
            return std::optional<std::string>();
        });
        return old;
    });
}

}  // namespace
}  // namespace trap_go
