// SPDX-License-Identifier: BSL-1.0
//
// No operation on a key does more than a bounded amount of moving, whatever the size of the map.
#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>

#include "support.hpp"

namespace {

using namespace support;

using number_map = syncmap::map<std::uint64_t, std::uint64_t>;

// Watches one operation after the other: how many buckets of `read` each has moved, and how often
// a larger and a smaller table was promoted.
class move_meter {
public:
    explicit move_meter(const number_map& m) : map_(m), last_(m.stats()) {}

    void look() {
        const auto now = map_.stats();
        const bool promoted = now.promotions != last_.promotions;
        const std::size_t before = promoted || !last_.amended ? 0 : last_.moved_buckets;
        worst = std::max(worst, now.moved_buckets - before);
        grown += promoted && now.buckets > last_.buckets;
        shrunk += promoted && now.buckets < last_.buckets;
        last_ = now;
    }
    std::size_t worst = 0, grown = 0, shrunk = 0;

private:
    const number_map& map_;
    syncmap::map_stats last_;
};

// Growth, rebuilding at the same size and shrinking, by every kind of operation.
TEST(bounded_work, no_operation_moves_more_than_six_buckets) {
    number_map m;
    move_meter meter(m);
    std::mt19937_64 random(7);
    const std::size_t steps = scaled(200000);
    using result = std::optional<std::uint64_t>;
    for (std::size_t i = 0; i < steps; ++i) {
        // Thirds of each cycle: mostly inserting, replacing keys, mostly erasing.
        const std::size_t phase = i * 12 / steps % 3;
        const std::uint64_t key = random() % (steps / 80);
        const bool inserting = phase == 0 || (phase == 1 && i % 2 == 0);
        switch (random() % 7) {
        case 0: inserting ? m.store(key, key) : (void)m.erase(key); break;
        case 1: inserting ? (void)m.exchange(key, key) : (void)m.load_and_erase(key); break;
        case 2: inserting ? (void)m.load_or_store(key, key) : (void)m.erase(key); break;
        case 3:
            m.update(key, [&](const auto*) { return inserting ? result(key) : std::nullopt; });
            break;
        case 4:
            inserting ? (void)m.try_emplace(key, key) : (void)m.compare_and_erase(key, key);
            break;
        case 5: (void)m.load(key); break;
        case 6: (void)m.compare_exchange(key, key, key); break;
        }
        meter.look();
    }
    EXPECT_LE(meter.worst, move_limit);
    EXPECT_GE(meter.grown, 10u) << "the test did not see what it is about";
    EXPECT_GE(meter.shrunk, 6u) << "the test did not see what it is about";
}

}  // namespace
