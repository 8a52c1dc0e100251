// SPDX-License-Identifier: BSL-1.0
//
// Each member, in each state of a map, with each of its allocations failing: one at a time, and all
// from one on. The map is as before, works as before, and nothing leaks; also where the thread is
// new and has no record and no hazard pointers yet.
#include "heap.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <semaphore>
#include <span>
#include <syncmap/map.hpp>
#include <type_traits>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;

struct wide {
    std::uint64_t word[4];
    friend bool operator==(const wide&, const wide&) = default;
};

template <class X>
X make(std::uint64_t n) {
    if constexpr (std::is_same_v<X, std::string>)
        return text(n);
    else if constexpr (std::is_same_v<X, wide>)
        return {{n, n, n, n}};
    else
        return n;
}

/// All keys in one chain: with 14, 28, ... of them the next one needs another overflow bucket.
template <class Key>
struct one_hash {
    std::uint64_t operator()(const Key&) const { return 42; }
};

// What is meant by "as before".
template <class Map>
auto contents(const Map& m) {
    std::vector<std::pair<typename Map::key_type, typename Map::mapped_type>> all = m.snapshot();
    std::sort(all.begin(), all.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
    return all;
}

enum class need {
    memory,
    nothing
};  ///< nothing: the call must not fail where copies need no memory

template <class Map>
struct member {
    const char* name;
    need needs;
    bool in_parts;  ///< what was done before the failure stays done
    void (*call)(Map&, std::uint64_t n);
};

template <class Map>
const auto& members() {
    using K = typename Map::key_type;
    using T = typename Map::mapped_type;
    constexpr bool flat = std::is_same_v<K, std::uint64_t> && std::is_same_v<T, std::uint64_t>;
    constexpr need overwriting = flat ? need::nothing : need::memory;
    static const std::vector<member<Map>> all{
        {"load", need::nothing, false, [](Map& m, std::uint64_t n) { m.load(make<K>(n)); }},
        {"contains", need::nothing, false, [](Map& m, std::uint64_t n) { m.contains(make<K>(n)); }},
        {"visit", need::nothing, false,
         [](Map& m, std::uint64_t n) { m.visit(make<K>(n), [](const T&) {}); }},
        {"pin", need::nothing, false, [](Map& m, std::uint64_t n) { m.pin(make<K>(n)); }},
        {"load_many", need::memory, false,
         [](Map& m, std::uint64_t n) {
             const std::array<K, 3> keys{make<K>(n), make<K>(0), make<K>(9999)};
             std::vector<std::optional<T>> out(3);
             m.load_many(keys, out);
         }},
        {"visit_many", need::memory, false,
         [](Map& m, std::uint64_t n) {
             const std::array<K, 3> keys{make<K>(n), make<K>(0), make<K>(9999)};
             m.visit_many(keys, [](std::size_t, const T&) {});
         }},
        {"store", need::memory, false,
         [](Map& m, std::uint64_t n) { m.store(make<K>(n), make<T>(n + 1)); }},
        {"store a copied key", need::memory, false,
         [](Map& m, std::uint64_t n) {
             const K key = make<K>(n);
             m.store(key, make<T>(n + 1));
         }},
        {"store over what is there", overwriting, false,
         [](Map& m, std::uint64_t n) {
             if (m.contains(make<K>(n))) m.store(make<K>(n), make<T>(n + 1));
         }},
        {"load_or_store", need::memory, false,
         [](Map& m, std::uint64_t n) { m.load_or_store(make<K>(n), make<T>(n + 1)); }},
        {"load_or_compute", need::memory, false,
         [](Map& m, std::uint64_t n) {
             m.load_or_compute(make<K>(n), [n] { return make<T>(n + 1); });
         }},
        {"try_emplace", need::memory, false,
         [](Map& m, std::uint64_t n) { m.try_emplace(make<K>(n), make<T>(n + 1)); }},
        {"erase", need::nothing, false, [](Map& m, std::uint64_t n) { m.erase(make<K>(n)); }},
        {"load_and_erase", need::nothing, false,
         [](Map& m, std::uint64_t n) { m.load_and_erase(make<K>(n)); }},
        {"exchange", need::memory, false,
         [](Map& m, std::uint64_t n) { m.exchange(make<K>(n), make<T>(n + 1)); }},
        {"compare_exchange", need::memory, false,
         [](Map& m, std::uint64_t n) {
             m.compare_exchange(make<K>(n), make<T>(n), make<T>(n + 1));
         }},
        {"compare_and_erase", need::nothing, false,
         [](Map& m, std::uint64_t n) { m.compare_and_erase(make<K>(n), make<T>(n)); }},
        {"update", need::memory, false,
         [](Map& m, std::uint64_t n) {
             m.update(make<K>(n), [n](const T*) { return std::optional<T>(make<T>(n + 1)); });
         }},
        {"update to nothing", need::nothing, false,
         [](Map& m, std::uint64_t n) {
             m.update(make<K>(n), [](const T*) { return std::optional<T>(); });
         }},
        {"update that leaves it as it is", need::nothing, false,
         [](Map& m, std::uint64_t n) {
             m.update(make<K>(n), [](const T*) { return syncmap::unchanged; });
         }},
        {"erase_if of one key", need::nothing, false,
         [](Map& m, std::uint64_t n) {
             m.erase_if(make<K>(n), [n](const T& now) { return now == make<T>(n); });
         }},
        {"for_each of a part", need::memory, false,
         [](Map& m, std::uint64_t n) { m.for_each(n % 3, 3, [](const K&, const T&) {}); }},
        {"for_each", need::memory, false,
         [](Map& m, std::uint64_t) { m.for_each([](const K&, const T&) {}); }},
        {"erase_if", need::memory, true,
         [](Map& m, std::uint64_t n) {
             m.erase_if(
                 [&](const K& key, const T&) { return syncmap::hash<K>{}(key) % 3 == n % 3; });
         }},
        {"snapshot", need::memory, false,
         [](Map& m, std::uint64_t) { static_cast<void>(m.snapshot()); }},
        {"clear", need::nothing, false, [](Map& m, std::uint64_t) { m.clear(); }},
        {"reserve", need::memory, false, [](Map& m, std::uint64_t) { m.reserve(5000); }},
        {"shrink_to_fit", need::nothing, false, [](Map& m, std::uint64_t) { m.shrink_to_fit(); }},
        {"reclaim", need::nothing, false, [](Map& m, std::uint64_t) { m.reclaim(); }},
        {"size and stats", need::nothing, false,
         [](Map& m, std::uint64_t) { static_cast<void>(m.size() + m.stats().size + m.empty()); }},
    };
    return all;
}

template <class Map>
struct state {
    const char* name;
    void (*build)(Map&);
};

template <class Map>
void put(Map& m, std::uint64_t first, std::uint64_t last) {
    using K = typename Map::key_type;
    using T = typename Map::mapped_type;
    for (std::uint64_t n = first; n < last; ++n) m.store(make<K>(n), make<T>(n));
}
template <class Map>
void take(Map& m, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n < last; ++n) m.erase(make<typename Map::key_type>(n));
}

template <class Map>
const std::vector<state<Map>> states{
    {"empty", [](Map&) {}},
    {"of one bucket", [](Map& m) { put(m, 0, 9); }},
    {"about to grow or to chain",
     [](Map& m) {
         put(m, 0, 28);
         m.reserve(28);
     }},
    {"growing",
     [](Map& m) {
         put(m, 0, 140);
         m.reserve(3000);
     }},
    {"growing, half moved",
     [](Map& m) {
         put(m, 0, 140);
         m.reserve(3000);
         put(m, 0, 3);
     }},
    {"shrinking",
     [](Map& m) {
         m.reserve(1000);
         put(m, 0, 30);
         m.shrink_to_fit();
         put(m, 0, 5);
     }},
    {"with holes, garbage and several lists of it",
     [](Map& m) {
         put(m, 0, 800);
         take(m, 100, 700);
         put(m, 0, 50);
     }},
    {"cleared",
     [](Map& m) {
         put(m, 0, 100);
         m.clear();
     }},
};

std::size_t calls = 0;
std::size_t failed_calls = 0;

// The same call on a fresh map in the same state, with the allocations from the n-th on failing; until
// none has failed. Says how many n there were.
template <class Map>
void one(const member<Map>& f, const state<Map>& s, std::uint64_t n, bool all_from_there) {
    using T = typename Map::mapped_type;
    const std::string where =
        std::string(f.name) + ", map " + s.name + ", key " + std::to_string(n);
    Map twin;
    s.build(twin);
    f.call(twin, n);
    const auto after = contents(twin);
    for (long nth = 0;; ++nth) {
        const long bytes_before = heap::bytes;
        bool passed = false;
        {
            Map m;
            s.build(m);
            const auto before = contents(m);
            bool thrown = false;
            heap::fail_after(nth, all_from_there ? heap::never : 1);
            try {
                f.call(m, n);
            } catch (const std::bad_alloc&) {
                thrown = true;
            }
            heap::fail_never();
            passed = heap::failed == 0;
            ++calls;
            failed_calls += !passed;
            require(!thrown || !passed, "nothing but memory fails: " + where);
            require(!thrown || f.needs == need::memory || !std::is_trivially_copyable_v<T> ||
                        !std::is_trivially_copyable_v<typename Map::key_type>,
                    "the call needs no memory: " + where);
            const auto now = contents(m);
            if (!f.in_parts || !thrown)
                require(now == (thrown ? before : after), "all or nothing has been done: " + where);
            require(m.size() == now.size(), "the size is right: " + where);
            f.call(m, n);
            if (thrown)
                require(contents(m) == after, "it works when there is memory again: " + where);
            put(m, 5000, 5020);
            for (std::uint64_t k = 5000; k < 5020; ++k)
                require(m.erase(make<typename Map::key_type>(k)), "the map goes on: " + where);
        }
        const long leaked = heap::bytes - bytes_before;
        require(leaked == 0, "nothing leaks: " + where);
        if (passed) return;
    }
}

template <class Map>
void every_member_in_every_state() {
    for (const auto& s : states<Map>)
        for (const auto& f : members<Map>())
            for (const std::uint64_t n : {2u, 77u, 4000u})
                for (const bool all_from_there : {false, true}) one(f, s, n, all_from_there);
}

// A thread's first call of all. Threads that have got a record stay until the end, so that the next
// one finds none to be used again.
template <class Map>
void first_call_of_a_thread(std::vector<std::jthread>& staying, std::counting_semaphore<>& end) {
    for (const auto& f : members<Map>()) {
        for (long nth = 0, passed = 0; passed == 0; ++nth) {
            Map m;
            put(m, 0, 20);
            const auto before = contents(m);
            std::binary_semaphore done(0);
            staying.emplace_back([&, nth] {
                heap::fail_after(nth, 1);
                bool thrown = false;
                try {
                    f.call(m, 3);
                } catch (const std::bad_alloc&) {
                    thrown = true;
                }
                heap::fail_never();
                passed = heap::failed == 0;
                failed_calls += passed == 0;
                ++calls;
                if (thrown && !f.in_parts)
                    require(contents(m) == before, std::string("nothing is done by a thread "
                                                               "without a record: ") +
                                                       f.name);
                f.call(m, 3);
                done.release();
                end.acquire();
            });
            done.acquire();
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    {
        // This thread's record and enough hazard pointers are not to be counted as leaks.
        syncmap::map<std::uint64_t, std::string> m;
        put(m, 0, 600);
        const auto pin = m.pin(1);
        m.for_each([](std::uint64_t, const std::string&) {});
    }
    using std::string;
    using std::uint64_t;
    every_member_in_every_state<syncmap::map<uint64_t, uint64_t>>();
    every_member_in_every_state<syncmap::map<uint64_t, wide>>();
    every_member_in_every_state<syncmap::map<string, string>>();
    every_member_in_every_state<syncmap::map<uint64_t, uint64_t, one_hash<uint64_t>>>();
    every_member_in_every_state<syncmap::map<string, uint64_t, one_hash<string>>>();
    std::counting_semaphore<> end(0);
    std::size_t threads = 0;
    {
        std::vector<std::jthread> staying;
        first_call_of_a_thread<syncmap::map<uint64_t, uint64_t>>(staying, end);
        first_call_of_a_thread<syncmap::map<string, string>>(staying, end);
        threads = staying.size();
        end.release(static_cast<std::ptrdiff_t>(threads));
    }
    require(failed_calls > 1000 && threads > 100, "the memory did run out");
    std::printf(
        "out_of_memory: %zu calls of %zu members in %zu states, in %zu of them memory ran out; "
        "%zu first calls of a thread; nothing changed, nothing leaked\n",
        calls, members<syncmap::map<string, string>>().size(),
        states<syncmap::map<string, string>>.size(), failed_calls, threads);
}
