// SPDX-License-Identifier: BSL-1.0
//
// An attacker who knows the code, but not the seed of the process, chooses the keys. Two ways to do it:
// structures that a multiplication may not mix whatever the seed is, and keys that collide in a process
// of the attacker's own. What they cost is counted, not timed: calls of KeyEqual and overflow buckets,
// beside those of as many random keys. Each measurement is in a process, and so under a seed, of its own.
#include <sys/wait.h>

#include <array>
#include <bit>
#include <functional>
#include <syncmap/map.hpp>
#include <utility>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;
using std::uint64_t;

struct counting_equal {
    static inline uint64_t calls = 0;
    template <class K>
    bool operator()(const K& a, const K& b) const {
        ++calls;
        return a == b;
    }
};

struct cost {
    double comparisons;  ///< for each store of a new key and load of one that is there
    double overflows;    ///< overflow buckets, for each bucket
    double nanoseconds;  ///< to be read, not judged
};

template <class Key>
cost cost_of(const std::vector<Key>& keys) {
    syncmap::map<Key, uint64_t, syncmap::hash<Key>, counting_equal> m;
    counting_equal::calls = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const Key& key : keys) {
        m.store(key, 1u);
        require(counting_equal::calls <= 30 * keys.size(),
                "keys do not pile up while they are stored");
    }
    std::size_t found = 0;
    for (const Key& key : keys) found += m.contains(key);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    require(found == keys.size(), "all keys are there");
    require(m.size() == keys.size(), "the attacker's keys differ from each other");
    const auto n = static_cast<double>(2 * keys.size());
    const syncmap::map_stats s = m.stats();
    return {static_cast<double>(counting_equal::calls) / n,
            static_cast<double>(s.overflow_buckets) / static_cast<double>(s.buckets),
            took.count() / n};
}

/// Runs body() in a process that has drawn no seed yet; its violation is this one's.
template <class Body>
void under_a_fresh_seed(const Body& body) {
    std::fflush(nullptr);
    const pid_t child = ::fork();
    require(child >= 0, "fork succeeds");
    if (child == 0) {
        body();
        std::fflush(nullptr);
        std::_Exit(0);
    }
    int status = 0;
    require(::waitpid(child, &status, 0) == child, "the child can be waited for");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) std::_Exit(1);
}

int measured = 0;

/// Compares with random keys of the same type and size.
template <class Key>
void judge(const std::string& name, const std::vector<Key>& keys, const std::vector<Key>& random) {
    const cost usual = cost_of(random);
    const cost attacked = cost_of(keys);
    if (running.long_form || std::getenv("SYNCMAP_VERBOSE") != nullptr)
        std::printf("  %-44s %5.2f comparisons (random: %4.2f)  %4.1f %% overflows (%4.1f)  %5.0f "
                    "ns (%4.0f)\n",
                    name.c_str(), attacked.comparisons, usual.comparisons, 100 * attacked.overflows,
                    100 * usual.overflows, attacked.nanoseconds, usual.nanoseconds);
    require(attacked.comparisons <= 1.5 * usual.comparisons + 0.1,
            name + ": no more keys are compared than among random ones");
    require(attacked.overflows <= 2 * usual.overflows + 0.1,
            name + ": no more buckets overflow than with random keys");
}

template <class Key, class Make>
std::vector<Key> keys_of(std::size_t n, const Make& make) {
    std::vector<Key> keys;
    keys.reserve(n);
    for (uint64_t i = 0; i < n; ++i) keys.push_back(make(i));
    return keys;
}

constexpr uint64_t inverse(uint64_t odd) {
    uint64_t x = odd;
    for (int i = 0; i < 6; ++i) x *= 2 - odd * x;  // Newton: doubles the right bits
    return x;
}

constexpr uint64_t reversed(uint64_t x) {
    uint64_t r = 0;
    for (int i = 0; i < 64; ++i) r |= (x >> i & 1U) << (63 - i);
    return r;
}

/// The i-th number with four bits set, or nearly so: many sums of few terms after a multiplication.
uint64_t few_bits(uint64_t i) {
    uint64_t key = 0;
    for (int part = 0; part < 5; ++part, i /= 13)
        key |= uint64_t{1} << (static_cast<uint64_t>(part) * 13 + i % 13) % 64;
    return key;
}

struct integers {
    const char* name;
    uint64_t (*key)(uint64_t i);
};
constexpr integers integer_attacks[] = {
    {"sequential", [](uint64_t i) { return i; }},
    {"low 12 bits equal", [](uint64_t i) { return i << 12; }},
    {"low 24 bits equal", [](uint64_t i) { return i << 24; }},
    {"low 32 bits equal", [](uint64_t i) { return i << 32; }},
    {"only the top bits differ", [](uint64_t i) { return i << 44; }},
    {"only the middle bits differ", [](uint64_t i) { return i << 22 | 0xfff0000000000fff; }},
    {"bits reversed", [](uint64_t i) { return reversed(i); }},
    {"both halves alike", [](uint64_t i) { return i << 32 | i; }},
    {"halves of complements", [](uint64_t i) { return i << 32 | (~i & 0xffffffff); }},
    {"pairs that differ in the top bit", [](uint64_t i) { return i >> 1 | i << 63; }},
    {"complements", [](uint64_t i) { return i % 2 == 0 ? i / 2 : ~(i / 2); }},
    {"multiples of the golden ratio", [](uint64_t i) { return i * 0x9e3779b97f4a7c15; }},
    {"multiples of its inverse", [](uint64_t i) { return i * inverse(0x9e3779b97f4a7c15); }},
    {"multiples of the other constant's inverse",
     [](uint64_t i) { return i * inverse(0xd6e8feb86659fd93); }},
    {"squares", [](uint64_t i) { return i * i; }},
    {"few bits set", few_bits},
    {"doubles of whole numbers",
     [](uint64_t i) { return std::bit_cast<uint64_t>(static_cast<double>(i)); }},
    {"addresses of objects", [](uint64_t i) { return 0x7f0000000000 + i * 4096; }},
};

std::string bytes_of(std::initializer_list<uint64_t> words) {
    std::string s;
    for (const uint64_t w : words) s.append(reinterpret_cast<const char*>(&w), sizeof(w));
    return s;
}

struct strings {
    const char* name;
    std::string (*key)(uint64_t i);
};
constexpr strings string_attacks[] = {
    {"a common beginning",
     [](uint64_t i) { return "/home/user/projects/the/same/folder/" + std::to_string(i); }},
    {"a common end",
     [](uint64_t i) {
         return std::to_string(i) + std::string(16 - std::to_string(i).size(), '_') +
                ".the.same.end";
     }},
    {"8 bytes, sequential", [](uint64_t i) { return bytes_of({i}); }},
    {"16 bytes, the first word differs", [](uint64_t i) { return bytes_of({i, 0}); }},
    {"16 bytes, the last word differs", [](uint64_t i) { return bytes_of({0, i}); }},
    {"16 bytes, words exchanged",
     [](uint64_t i) { return i % 2 == 0 ? bytes_of({i, 7}) : bytes_of({7, i - 1}); }},
    {"16 bytes, the words' xor is the same",
     [](uint64_t i) { return bytes_of({i, i ^ 0x5555555555555555}); }},
    {"16 bytes, the words' sum is the same", [](uint64_t i) { return bytes_of({i, 0 - i}); }},
    {"16 bytes, top bits of both words", [](uint64_t i) { return bytes_of({i << 44, i << 44}); }},
    {"32 bytes, only an early word differs", [](uint64_t i) { return bytes_of({i, 0, 0, 0}); }},
    {"32 bytes, early words exchanged",
     [](uint64_t i) { return i % 2 == 0 ? bytes_of({i, 1, 0, 0}) : bytes_of({1, i - 1, 0, 0}); }},
    {"32 bytes, early differences repeated later",
     [](uint64_t i) { return bytes_of({i, 0, i, 0}); }},
    {"20 blocks, each of two kinds",
     [](uint64_t i) {
         std::string s;
         for (int block = 0; block < 20; ++block)
             s += (i >> block & 1U) != 0 ? "sixteen bytes, a" : "sixteen bytes, b";
         return s;
     }},
    {"20 blocks, each with or without its top bits",
     [](uint64_t i) {
         std::string s;
         for (int block = 0; block < 20; ++block)
             s += bytes_of({(i >> block) << 63, (i >> block) << 63});
         return s;
     }},
};

using pair = std::pair<uint64_t, uint64_t>;
struct pairs {
    const char* name;
    pair (*key)(uint64_t i);
};
constexpr pairs pair_attacks[] = {
    {"pairs, the first differs", [](uint64_t i) { return pair(i, 0); }},
    {"pairs, the second differs", [](uint64_t i) { return pair(0, i); }},
    {"pairs of equals", [](uint64_t i) { return pair(i, i); }},
    {"pairs of a grid", [](uint64_t i) { return pair(i % 1024, i / 1024); }},
    {"pairs and their mirror images",
     [](uint64_t i) { return i % 2 == 0 ? pair(i, 1) : pair(1, i - 1); }},
};

template <class Attack, class MakeRandom>
void all_of(const Attack& attacks, std::size_t n, const MakeRandom& random) {
    using key = decltype(attacks[0].key(0));
    for (const auto& attack : attacks) {
        ++measured;
        under_a_fresh_seed(
            [&] { judge(attack.name, keys_of<key>(n, attack.key), keys_of<key>(n, random)); });
    }
}

/// Keys that collide in one process, used in another one: what a seed is for.
void collisions_from_another_process(const char* name, uint64_t mask, std::size_t n) {
    int pipe[2];
    require(::pipe(pipe) == 0, "there are pipes");
    const pid_t attacker = ::fork();
    require(attacker >= 0, "fork succeeds");
    if (attacker == 0) {
        const syncmap::hash<uint64_t> hash;
        for (uint64_t key = 0, found = 0; found < n; ++key)
            if ((hash(key) & mask) == 0) {
                ++found;
                if (::write(pipe[1], &key, sizeof(key)) != sizeof(key)) std::_Exit(1);
            }
        std::_Exit(0);
    }
    ::close(pipe[1]);
    std::vector<uint64_t> keys(n);
    std::FILE* const from = ::fdopen(pipe[0], "rb");
    require(from != nullptr && std::fread(keys.data(), sizeof(uint64_t), n, from) == n,
            "keys arrive");
    std::fclose(from);
    ::waitpid(attacker, nullptr, 0);
    ++measured;
    under_a_fresh_seed([&] {
        dice roll(9);
        judge(name, keys, keys_of<uint64_t>(n, [&](uint64_t) { return roll.word(); }));
    });
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    const std::size_t n = running.pick<std::size_t>(120'000, 1'000'000);
    const int seeds = running.pick(1, 20);
    for (int seed = 0; seed < seeds; ++seed) {
        dice roll(static_cast<uint64_t>(seed));
        all_of(integer_attacks, n, [&](uint64_t) { return roll.word(); });
        all_of(string_attacks, n, [&](uint64_t) { return bytes_of({roll.word(), roll.word()}); });
        all_of(pair_attacks, n, [&](uint64_t) { return pair(roll.word(), roll.word()); });
        collisions_from_another_process("a million that share a bucket elsewhere",
                                        uint64_t{0xff} << 56, 1'000'000);
        collisions_from_another_process("a million that share a tag elsewhere", 0xff, 1'000'000);
    }
    std::printf(
        "colliding_keys: %d sets of %zu keys and more, each under a seed of its own, cost no more "
        "than random keys\n",
        measured, n);
}
