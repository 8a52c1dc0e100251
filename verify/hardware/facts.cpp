// SPDX-License-Identifier: BSL-1.0
// Says, on the machine that it runs on, which of the library's code for different machines is in use.
#include <bit>
#include <cstdio>
#include <syncmap/map.hpp>

int main() {
    const char* const order = std::endian::native == std::endian::big ? "big" : "little";
    const char* const tags = SYNCMAP_SSE2 ? "SSE2" : SYNCMAP_NEON ? "NEON" : "portable";
    const char* const fence =
        syncmap::detail::register_barrier_everywhere() ? "membarrier" : "fences of the readers'";
    std::printf("%zu bits, %s-endian, %s tags, %s%s\n", 8 * sizeof(void*), order, tags, fence,
                SYNCMAP_TINY ? ", tiny" : "");
}
