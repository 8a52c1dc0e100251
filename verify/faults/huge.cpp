// SPDX-License-Identifier: BSL-1.0
//
// Keys and values of hundreds of megabytes, values of a megabyte within their entries, and requests for
// more room than there can be.
#include <algorithm>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <syncmap/map.hpp>

#include "faults.hpp"

namespace {

using namespace faults;

constexpr std::size_t mebi = std::size_t{1} << 20;

void huge_strings(std::size_t size) {
    const std::string a = std::string(size, 'x') + "a";
    const std::string b = std::string(size, 'x') + "b";  // differs in its last byte
    syncmap::map<std::string, std::string> m;
    m.store(a, "of a");
    m.store("small", a);
    require(m.load(a) == "of a" && !m.contains(b), "huge keys are told apart by their last byte");
    m.store(b, "of b");
    require(m.size() == 3 && m.load(a) == "of a" && m.load(b) == "of b", "and both are found");
    require(m.load(std::string_view(b)) == "of b", "by a view too");
    require(
        m.visit("small", [&](const std::string& s) { require(s == a, "a huge value is whole"); }),
        "a huge value is visited");
    const auto pin = m.pin("small");
    require(m.exchange("small", "replaced").value() == a, "a huge value is exchanged");
    for (int i = 0; i < 3000; ++i)  // the table grows, the huge keys move
        m.store(std::to_string(i), "small");
    require(m.erase(b) && m.load(a) == "of a" && !m.contains(b), "huge keys move with their table");
    require(pin->size() == a.size(), "a handle keeps a huge value");
    m.reclaim();
}

struct block {
    explicit block(unsigned char c) { std::memset(bytes, c, sizeof(bytes)); }
    [[nodiscard]] bool is(unsigned char c) const {
        return bytes[0] == c && std::memcmp(bytes, bytes + 1, sizeof(bytes) - 1) == 0;
    }
    friend bool operator==(const block& x, const block& y) {
        return std::memcmp(x.bytes, y.bytes, sizeof(x.bytes)) == 0;
    }
    unsigned char bytes[mebi];
};

// Overwriting them makes garbage by the megabyte, of which there is a bound in bytes: two times 4 MiB a
// list, and the largest object.
void huge_values(std::size_t rounds) {
    auto m = std::make_unique<syncmap::map<std::uint64_t, block>>();
    const auto value = [](std::size_t n) {
        return std::make_unique<block>(static_cast<unsigned char>(n));
    };
    for (std::uint64_t n = 0; n < 40; ++n) m->try_emplace(n, static_cast<unsigned char>(n));
    std::size_t most = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        const std::uint64_t n = i % 40;
        const auto before = value(n);
        switch (i % 4) {
        case 0: m->store(n, *before); break;
        case 1: require(m->compare_exchange(n, *before, *before), "blocks are compared"); break;
        case 2: require(m->erase(n), "blocks are erased"); [[fallthrough]];
        default: m->try_emplace(n, static_cast<unsigned char>(n));
        }
        m->visit(n, [&](const block& b) {
            require(b.is(static_cast<unsigned char>(n)), "a block is whole");
        });
        most = std::max(most, m->stats().retired_bytes);
    }
    require(most <= 2 * 4 * mebi + 2 * sizeof(block), "garbage is bounded in bytes too");
    m->for_each([](std::uint64_t n, const block& b) {
        require(b.is(static_cast<unsigned char>(n)), "a block is whole");
    });
}

template <class Call>
void refuses(const Call& call, const char* what) {
    bool refused = false;
    try {
        call();
    } catch (const std::length_error&) {
        refused = true;
    }
    require(refused, std::string("std::length_error from ") + what);
}

int absurd_requests() {
    int requests = 0;
    constexpr std::size_t most = std::numeric_limits<std::size_t>::max();
    syncmap::map<std::uint64_t, std::uint64_t> m;
    syncmap::map<std::string, block> blocks;
    for (const std::size_t n : {most, most - 1, most / 2 + 1, most / 2, most / 8, most / 20}) {
        refuses([&] { m.reserve(n); }, "reserve()");
        refuses([&] { blocks.reserve(n); }, "reserve()");
        refuses([&] { const syncmap::map<int, int> none(n); }, "a constructor with a capacity");
        m.store(1, 1);
        refuses([&] { m.reserve(n); }, "reserve() on a filled map");
        requests += 4;
        require(m.load(1u) == 1u && m.size() == 1, "and nothing has changed");
        m.erase(1);
    }
    // What could be addressed, but is not there.
    try {
        m.reserve(std::size_t{1} << 46);
        violation("there is no room for 2^46 entries");
    } catch (const std::bad_alloc&) {
        ++requests;
    }
    m.store(2, 2);
    require(m.load(2u) == 2u, "the map goes on");
    return requests;
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    const std::size_t size = running.pick<std::size_t>(128, 1024) * mebi;
    const std::size_t rounds = running.pick<std::size_t>(300, 20'000);
    huge_strings(size);
    huge_values(rounds);
    const int requests = absurd_requests();
    std::printf("huge: keys and values of %zu MiB, %zu writes of 1 MiB in an entry, %d absurd "
                "requests refused\n",
                size / mebi, rounds, requests);
}
