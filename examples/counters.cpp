// SPDX-License-Identifier: BSL-1.0
// Counting hits by page in three ways, from many threads, with a few pages that all of them hit.
//
//   update()   Any value, any change, and a counter may be erased when it is 0: each change is one
//              step for all others. Threads that hit the same page queue at its bucket. Begin here.
//   shards     The same, but a page has a counter for each of some shards, and a thread uses its
//              own, so threads meet less. Reading adds them up: as many loads, and no one moment of
//              all. For hot keys whose values are more than a number.
//   atomics    try_emplace() makes a std::atomic once, and then it is changed in place, without a
//              lock. The fastest, also for hot keys. Watch out: the map does not know of changes
//              in place, so do not erase what others count in: hits on an erased counter are lost.
#include <syncmap/map.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <random>
#include <thread>
#include <vector>

namespace {

using page = std::uint32_t;

std::optional<std::uint64_t> one_more(const std::uint64_t* count) {
    return count != nullptr ? *count + 1 : 1;
}

class updated {
public:
    static constexpr const char* name = "update()";
    void hit(page p, unsigned) { hits_.update(p, one_more); }
    std::uint64_t count(page p) const { return hits_.load(p).value_or(0); }

private:
    syncmap::map<page, std::uint64_t> hits_;
};

class sharded {
public:
    static constexpr const char* name = "update() of shards";
    void hit(page p, unsigned thread) { hits_.update(key(p, thread % shards), one_more); }
    std::uint64_t count(page p) const {
        std::array<std::uint64_t, shards> keys;
        for (unsigned s = 0; s < shards; ++s) keys[s] = key(p, s);
        std::uint64_t sum = 0;
        hits_.visit_many(keys, [&](std::size_t, std::uint64_t part) { sum += part; });
        return sum;
    }

private:
    static constexpr unsigned shards = 8;
    // One word for both: small keys lie in the table itself.
    static std::uint64_t key(page p, unsigned shard) { return std::uint64_t{p} * shards + shard; }

    syncmap::map<std::uint64_t, std::uint64_t> hits_;
};

class in_place {
public:
    static constexpr const char* name = "atomics, made once";
    void hit(page p, unsigned) {
        // Nearly always it is there: visit() is a load, and makes no handle.
        if (!hits_.visit(p, add)) add(*hits_.try_emplace(p).first);
    }
    std::uint64_t count(page p) const {
        std::uint64_t result = 0;
        hits_.visit(p, [&](const counter& c) { result = c.hits.load(std::memory_order_relaxed); });
        return result;
    }

private:
    // Values are const for all who look at them, hence mutable. An atomic: of a plain number they would see a copy.
    struct counter {
        mutable std::atomic<std::uint64_t> hits = 0;
    };
    static void add(const counter& c) { c.hits.fetch_add(1, std::memory_order_relaxed); }

    syncmap::map<page, counter> hits_;
};

// What each thread does: half of the hits go to the same four pages.
constexpr unsigned threads = 4;
constexpr page pages = 1000;
std::vector<page> hits_of(unsigned thread) {
    std::minstd_rand random(thread + 1);
    std::vector<page> hits(200'000);
    for (page& p : hits) p = static_cast<page>(random() % 2 == 0 ? random() % 4 : random() % pages);
    return hits;
}

// Counts all hits, and says how long that took, and whether it is right.
template <class Counters>
bool count(const std::vector<std::vector<page>>& hits, const std::vector<std::uint64_t>& truth) {
    Counters counters;
    const auto begin = std::chrono::steady_clock::now();
    {
        std::vector<std::jthread> workers;
        for (unsigned t = 0; t < threads; ++t)
            workers.emplace_back([&, t] {
                for (const page p : hits[t]) counters.hit(p, t);
            });
    }
    const std::chrono::duration<double, std::nano> time = std::chrono::steady_clock::now() - begin;
    page wrong = 0;
    for (page p = 0; p < pages; ++p) wrong += counters.count(p) != truth[p];
    std::printf("%-20s %5.0f ns a hit, %u pages counted wrong\n", Counters::name,
                time.count() / static_cast<double>(threads * hits[0].size()), wrong);
    return wrong == 0;
}

}  // namespace

int main() {
    std::vector<std::vector<page>> hits;
    for (unsigned t = 0; t < threads; ++t) hits.push_back(hits_of(t));
    std::vector<std::uint64_t> truth(pages);
    for (const auto& mine : hits)
        for (const page p : mine) ++truth[p];

    std::printf("%u threads, %zu hits on %u pages, %llu of them on page 0\n", threads,
                threads * hits[0].size(), pages, static_cast<unsigned long long>(truth[0]));
    const std::array right{count<updated>(hits, truth), count<sharded>(hits, truth),
                           count<in_place>(hits, truth)};
    return std::ranges::count(right, true) == 3 ? 0 : 1;
}
