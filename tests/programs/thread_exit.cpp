// SPDX-License-Identifier: BSL-1.0
//
// Threads that use maps to their very end: in destructors of thread_local objects made before and
// after the thread's first use of a map, and in those of pthread keys, which run after all of them.
#include <pthread.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

#include "../check.hpp"

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace {

using texts = syncmap::map<std::uint64_t, std::string>;

texts* shared = nullptr;
pthread_key_t key_of_last_use;
std::atomic<int> ends{0};

std::string text(std::uint64_t n) {
    return "a text that is too long for its object " + std::to_string(n);
}

void use(std::uint64_t n) {
    texts& m = *shared;
    m.store(n % 64, text(n % 64));
    m.visit(n % 64,
            [&](const std::string& s) { check(s == text(n % 64), "values are the key's"); });
    const auto pin = m.pin((n + 1) % 64);
    m.erase((n + 1) % 64);
    check(!pin || *pin == text((n + 1) % 64), "a handle outlives its entry at a thread's end");
    m.update(n % 64, [](const std::string* s) { return s ? std::optional(*s) : std::nullopt; });
    if (n % 50 == 0) m.reclaim();
}

// Drops a handle that was made when the thread was alive, and uses the map.
struct at_the_end {
    std::uint64_t number = 0;
    syncmap::pinned<std::string> pin;
    ~at_the_end() {
        check(!pin || *pin == text(number), "a handle is good until its thread_local is gone");
        pin.reset();
        use(number);
        ++ends;
    }
};

void last_use(void* number) {
    use(*static_cast<std::uint64_t*>(number));
    delete static_cast<std::uint64_t*>(number);
    ++ends;
}

void live_and_end(std::uint64_t number) {
    number %= 64;
    check(pthread_setspecific(key_of_last_use, new std::uint64_t(number)) == 0, "a key can be set");
    thread_local at_the_end made_before;
    made_before.number = number;
    shared->store(number, text(number));
    thread_local at_the_end made_after;
    made_after.number = number;
    made_before.pin = shared->pin(number);
    made_after.pin = shared->pin(number);
}

void run_threads(int count) {
    std::vector<std::thread> some;
    for (int i = 0; i < count; ++i) {
        some.emplace_back(live_and_end, static_cast<std::uint64_t>(i));
        if (some.size() < 4) continue;
        for (auto& t : some) t.join();
        some.clear();
    }
}

std::size_t memory_in_use() {
    shared->clear();
    shared->reclaim();
#if defined(__GLIBC__)
    if (built_with == sanitizer::none) return mallinfo2().uordblks + mallinfo2().hblkhd;
#endif
    return 0;
}

}  // namespace

int main() {
    constexpr int warm_up = 200;
    constexpr int threads = built_with == sanitizer::none ? 5000 : 1000;
    check(pthread_key_create(&key_of_last_use, last_use) == 0, "a key can be made");
    texts m;
    shared = &m;
    run_threads(warm_up);
    const std::size_t before = memory_in_use();
    run_threads(threads);
    // Less than 16 bytes a thread, which is less than any record of one.
    check(memory_in_use() <= before + 16 * threads, "a late use leaves nothing behind");
    check(ends == 3 * (warm_up + threads), "all late uses have been made");
    check(m.stats().retired_objects == 0 || (m.reclaim(), m.stats().retired_objects == 0),
          "threads that have ended pin nothing");
}
