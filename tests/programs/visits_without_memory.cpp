// SPDX-License-Identifier: BSL-1.0
//
// What a thread needs to look at values it has from the start: loads with callbacks, also of many keys and within each
// other, and a few handles, allocate nothing.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <numeric>
#include <string>
#include <syncmap/map.hpp>
#include <thread>

#include "../check.hpp"

namespace {

thread_local std::size_t allocations = 0;

void visit_within(const syncmap::map<std::uint64_t, std::string>& m, int depth) {
    m.visit(1, [&](const std::string&) {
        if (depth > 1) visit_within(m, depth - 1);
    });
}

}  // namespace

// Sanitizers bring an operator new of their own: what is counted is counted without them.
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define HAS_OWN_OPERATOR_NEW 1
#endif
#endif
#if !defined(HAS_OWN_OPERATOR_NEW)
[[gnu::noinline]] void* operator new(std::size_t n) {
    ++allocations;
    void* const at = std::malloc(n);
    if (at == nullptr) std::abort();
    return at;
}
[[gnu::noinline]] void operator delete(void* at) noexcept { std::free(at); }
[[gnu::noinline]] void operator delete(void* at, std::size_t) noexcept { std::free(at); }
#endif

int main() {
    syncmap::map<std::uint64_t, std::string> m;
    std::array<std::uint64_t, 16> keys{};
    std::iota(keys.begin(), keys.end(), 0U);
    for (const std::uint64_t key : keys) m.store(key, "a text that is too long for its object");
    std::thread([&] {
        static_cast<void>(m.contains(1));  // the thread's record
        const std::size_t before = allocations;
        int seen = 0;
        m.visit_many(keys, [&](std::size_t, const std::string&) {
            if (++seen == 1) visit_within(m, 10);
        });
        const auto first = m.pin(1);
        const auto second = m.pin(2);
        check(seen == 16 && first && second, "all values are seen");
        // Where every rare path shall be common a record has room for one value.
        if (syncmap::detail::hazard_block::count > 20) {
            check(allocations == before, "looking at values allocates nothing");
        }
    }).join();
}
