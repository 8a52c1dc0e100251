// SPDX-License-Identifier: BSL-1.0
//
// Ten thousand maps, made, used by several threads at the same time, and destroyed, one after the other and
// all at once: every byte comes back, and what the process keeps does not grow with their number.
#include "heap.hpp"

#include <barrier>
#include <memory>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;

using words = syncmap::map<std::uint64_t, std::uint64_t>;
using texts = syncmap::map<std::string, std::string>;

constexpr std::size_t threads = 4;

// Each thread writes keys of its own, reads those of others, and now and then clears.
template <class Map, class Make>
void use(Map& m, std::uint64_t me, std::uint64_t keys, const Make& make, dice& roll) {
    for (std::uint64_t i = 0; i < keys; ++i) {
        const std::uint64_t n = i * threads + me;
        m.store(make(n), make(n));
        if (const auto found = m.load(make(roll(threads * keys))))
            require(!(*found == make(threads * keys)), "a map has its own values only");
        if (i % 3 == 0) m.erase(make(n));
    }
    if (roll(10) == 0) m.clear();
    m.for_each([](const auto&, const auto&) {});
}

// Each thread makes some, uses all, and destroys others than it has made.
void all_at_once(std::size_t count, std::uint64_t stream) {
    std::vector<std::unique_ptr<words>> alive(count);
    std::barrier<> meet(threads);
    std::vector<std::jthread> all;
    for (std::uint64_t me = 0; me < threads; ++me)
        all.emplace_back([&, me] {
            dice roll(stream + me);
            for (std::size_t i = me; i < count; i += threads) alive[i] = std::make_unique<words>();
            meet.arrive_and_wait();
            for (auto& m : alive) use(*m, me, 3, [](std::uint64_t n) { return n; }, roll);
            meet.arrive_and_wait();
            for (std::size_t i = (me + 1) % threads; i < count; i += threads) alive[i].reset();
        });
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    const std::size_t maps = running.pick<std::size_t>(10'000, 200'000);
    const std::size_t at_once = 10'000;
    const auto word = [](std::uint64_t n) { return n; };
    std::size_t resident_early = 0;
    std::size_t resident = 0;
    long early = 0;
    {
        std::unique_ptr<words> w;
        std::unique_ptr<texts> t;
        std::size_t made = 0;
        std::barrier meet(threads, [&]() noexcept {
            w.reset();
            t.reset();
            if (made == maps / 5) {
                early = heap::bytes;
                resident_early = resident_bytes();
            } else if (made == maps) {
                resident = resident_bytes();
                // A thread may since have needed more hazard pointers than ever before.
                require(heap::bytes <= early + static_cast<long>(threads) * 4096,
                        "maps that are gone leave nothing behind");
            }
            ++made;
            w = std::make_unique<words>();
            t = std::make_unique<texts>();
        });
        std::vector<std::jthread> all;
        for (std::uint64_t me = 0; me < threads; ++me)
            all.emplace_back([&, me] {
                dice roll(me);
                for (std::size_t i = 0; i <= maps; ++i) {
                    meet.arrive_and_wait();
                    const std::uint64_t keys = i % 100 == 0 ? 300 : 8;
                    use(*w, me, keys, word, roll);
                    use(*t, me, keys / 2, text, roll);
                }
                meet.arrive_and_wait();
            });
    }
    require(resident <= resident_early + (std::size_t{8} << 20),
            "the process does not grow with them");

    all_at_once(at_once, 10);
    const long bytes_before = heap::bytes;
    const long blocks_before = heap::blocks;
    all_at_once(at_once, 20);
    require(heap::bytes == bytes_before && heap::blocks == blocks_before,
            "all is given back, and threads find the records of those that have ended");
    std::printf(
        "many_maps: %zu maps one after the other and %zu at once, used by %zu threads; %ld bytes "
        "left "
        "after a fifth of them, no more at the end; the process grew by %ld KiB meanwhile\n",
        2 * maps, at_once, threads, early,
        (static_cast<long>(resident) - static_cast<long>(resident_early)) / 1024);
}
