// SPDX-License-Identifier: BSL-1.0
// For MemorySanitizer: all ways to keep an entry, while tables grow, shrink and are cleared under readers. Its own
// text instead of std::string, because the compiled parts of a standard library are not instrumented.
#include <cstdint>
#include <cstdio>
#include <syncmap/map.hpp>
#include <thread>

namespace {

constexpr std::uint64_t keys = 600;
constexpr int rounds = 400;

struct text {
    text(std::uint64_t n) noexcept {  // NOLINT: converts as std::string does
        do {
            letters[length++] = static_cast<char>('0' + n % 10);
            n /= 10;
        } while (n != 0);
    }
    text(const text& other) noexcept : length(other.length) {
        for (unsigned i = 0; i < length; ++i) letters[i] = other.letters[i];
    }
    text& operator=(const text&) = delete;
    ~text() {}  // NOLINT: not trivial, so that it lives in a node or a box

    friend bool operator==(const text& a, const text& b) noexcept {
        bool same = a.length == b.length;
        for (unsigned i = 0; same && i < a.length; ++i) same = a.letters[i] == b.letters[i];
        return same;
    }

    char letters[24];  // behind `length` never written
    unsigned length = 0;
};

struct text_hash {
    std::uint64_t operator()(const text& t) const noexcept {
        std::uint64_t h = 0;
        for (unsigned i = 0; i < t.length; ++i)
            h = h * 31 + static_cast<unsigned char>(t.letters[i]);
        return h;
    }
};

std::atomic<unsigned> wrong{0};

template <class Map>
void write(Map& m, std::uint64_t first) {
    for (int round = 0; round < rounds; ++round) {
        for (std::uint64_t k = first; k < keys; k += 2) m.store(k, k + 1);
        for (std::uint64_t k = first; k < keys; k += 2) {
            if (k % 8 != first) m.erase(k);
        }
        if (round % 8 == 7) m.clear();
        m.reclaim();
    }
}

template <class Map>
void read(const char* what, Map&& m) {
    std::thread odd([&] { write(m, 1); });
    std::thread even([&] { write(m, 0); });
    for (int round = 0; round < rounds; ++round) {
        for (std::uint64_t k = 0; k < keys; ++k) {
            const auto found = m.load(k);
            if (found && !(*found == k + 1)) ++wrong;
        }
        m.for_each([](const auto& key, const auto& value) {
            if (key == value) ++wrong;
        });
    }
    odd.join();
    even.join();
    std::printf("%s: %u wrong\n", what, wrong.load());
}

}  // namespace

int main() {
    read("flat", syncmap::map<std::uint64_t, std::uint64_t>());
    read("word nodes", syncmap::map<text, std::uint64_t, text_hash>());
    read("boxes", syncmap::map<text, text, text_hash>());
    return wrong == 0 ? 0 : 1;
}
