// SPDX-License-Identifier: BSL-1.0
//
// White-box: threads, of C++ and of the system, that use maps to their very end, in destructors of thread_local
// objects, give back what the library has kept for them. These destructors look at nothing of their own objects:
// mingw has freed the memory of these by then.
#include <windows.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

#include <syncmap/map.hpp>

#include "../check.hpp"

namespace {

using texts = syncmap::map<std::uint64_t, std::string>;

texts* shared = nullptr;
std::atomic<std::uint64_t> uses{0};
std::atomic<int> ends{0};

std::string text(std::uint64_t n) {
    return "a text that is too long for its object " + std::to_string(n);
}

void use() {
    texts& m = *shared;
    const std::uint64_t n = ++uses % 64;
    m.store(n, text(n));
    m.visit(n, [&](const std::string& s) { check(s == text(n), "values are the key's"); });
    const auto pin = m.pin((n + 1) % 64);
    m.erase((n + 1) % 64);
    check(!pin || *pin == text((n + 1) % 64), "a handle outlives its entry at a thread's end");
    if (n % 50 == 0) m.reclaim();
}

struct at_the_end {
    at_the_end() noexcept {}
    at_the_end(const at_the_end&) = delete;
    at_the_end& operator=(const at_the_end&) = delete;
    ~at_the_end() {
        use();
        ++ends;
    }
};

DWORD __stdcall live_and_end(void*) {
    thread_local at_the_end made_before;
    use();
    thread_local at_the_end made_after;
    return 0;
}

constexpr int threads = 400;

void end_threads_of_cpp() {
    for (int i = 0; i < threads; i += 4) {
        std::thread some[4];
        for (auto& t : some) t = std::thread([] { live_and_end(nullptr); });
        for (auto& t : some) t.join();
    }
}

void end_threads_of_the_system() {
    for (int i = 0; i < threads; i += 4) {
        HANDLE some[4];
        for (auto& t : some) t = CreateThread(nullptr, 0, live_and_end, nullptr, 0, nullptr);
        for (auto& t : some) {
            WaitForSingleObject(t, INFINITE);
            CloseHandle(t);
        }
    }
}

}  // namespace

int main() {
    texts m;
    shared = &m;
    // One kind after the other: ends of both at once stop each other with mingw, also without maps.
    end_threads_of_cpp();
    end_threads_of_the_system();
    check(ends == 2 * 2 * threads, "all late uses have been made");
    const auto records = syncmap::detail::domain::process().records();
    std::printf("%u records for %d threads\n", records, 2 * threads);
    check(records < 32, "threads that have ended leave their records to others");
    m.clear();
    m.reclaim();
    check(m.stats().retired_objects == 0, "they pin nothing");
}
