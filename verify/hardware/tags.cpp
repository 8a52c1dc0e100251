// SPDX-License-Identifier: BSL-1.0
// White-box: comparing the 14 tags of a bucket at once, in whichever way this processor does it, beside one by one.
#include <cstdint>
#include <cstdio>
#include <random>
#include <syncmap/map.hpp>

int main() {
    using namespace syncmap::detail;
    std::mt19937 roll(1);
    constexpr std::uint8_t near[] = {0, 1, 2, 3, 127, 128, 254, 255};
    unsigned wrong = 0;
    constexpr unsigned groups = 20'000;
    for (unsigned n = 0; n < groups; ++n) {
        tag_group group;
        for (unsigned i = 0; i < slots_per_bucket; ++i) group.set_tag(i, near[roll() % 8]);
        if (n % 2 != 0) group.set_moved();
        if (n % 3 != 0) group.set_overflow();
        for (unsigned i = 0; i < n % 7; ++i) group.bump_version();
        const control c = group.load_control();
        wrong += c.moved() != (n % 2 != 0) || c.overflow() != (n % 3 != 0) ||
                 c.version() != n % 7 % control::versions;
        for (const std::uint8_t tag : near) {
            slot_mask expected = 0;
            for (unsigned i = 0; i < slots_per_bucket; ++i)
                expected |= group.tag(i) == tag ? slot_mask{1} << i : 0U;
            wrong += tag_view(group).match(tag) != expected;
        }
    }
    std::printf("%u groups of tags, %u comparisons wrong\n", groups, wrong);
    return wrong == 0 ? 0 : 1;
}
