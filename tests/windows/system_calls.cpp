// SPDX-License-Identifier: BSL-1.0
//
// White-box: that the process-wide fence and the parking of writers are the system's, by stand-ins for the functions
// of the system that count the calls.
#include <windows.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>

#include <syncmap/map.hpp>

#include "../check.hpp"

namespace {

std::atomic<int> fences{0};
std::atomic<int> waits{0};
std::atomic<int> wakes{0};

template <class F>
F* find(const char* name) {
    for (const char* library : {"kernel32.dll", "api-ms-win-core-synch-l1-2-0.dll"}) {
        if (FARPROC const found = GetProcAddress(LoadLibraryA(library), name))
            return reinterpret_cast<F*>(reinterpret_cast<void*>(found));
    }
    check(false, name);
    return nullptr;
}

void __stdcall count_fence() {
    ++fences;
    static const auto real = find<void __stdcall()>("FlushProcessWriteBuffers");
    real();
}

}  // namespace

// What the linker takes in the place of what the import libraries have.
extern "C" {
extern void(__stdcall* const __imp_FlushProcessWriteBuffers)();
void(__stdcall* const __imp_FlushProcessWriteBuffers)() = count_fence;

BOOL __stdcall WaitOnAddress(volatile void* at, void* old, SIZE_T size, DWORD ms) {
    ++waits;
    static const auto real =
        find<BOOL __stdcall(volatile void*, void*, SIZE_T, DWORD)>("WaitOnAddress");
    return real(at, old, size, ms);
}
void __stdcall WakeByAddressSingle(void* at) {
    ++wakes;
    static const auto real = find<void __stdcall(void*)>("WakeByAddressSingle");
    real(at);
}
}

namespace {

void reclaiming_fences_all_threads() {
    syncmap::map<int, std::string> texts;
    for (int i = 0; i < 10'000; ++i) texts.store(1, std::to_string(i));
    texts.reclaim();
    check(fences > 0, "what is destroyed has been fenced for by the system");
}

// A comparison that takes its time; those of writers run under the lock of a bucket.
struct slow_equal {
    bool operator()(const std::string& a, const std::string& b) const {
        Sleep(5);
        return a == b;
    }
};

double processor_seconds_of_this_thread() {
    FILETIME created, ended, kernel, user;
    check(GetThreadTimes(GetCurrentThread(), &created, &ended, &kernel, &user) != 0, "times");
    const auto number = [](FILETIME t) {
        return static_cast<double>(t.dwHighDateTime) * 429.4967296 + t.dwLowDateTime * 1e-7;
    };
    return number(kernel) + number(user);
}

void writers_that_wait_are_parked_and_woken() {
    constexpr int rounds = 30;
    syncmap::map<std::string, int, std::hash<std::string>, slow_equal> m;
    m.store("a key", 0);
    const auto write = [&] {
        for (int i = 0; i < rounds; ++i)
            m.update("a key", [](const int* n) { return std::optional(*n + 1); });
        check(processor_seconds_of_this_thread() < rounds * 0.005, "who waits takes no processor");
    };
    std::thread one(write);
    std::thread another(write);
    one.join();
    another.join();
    check(m.load("a key") == 2 * rounds, "one after the other");
    check(waits > 0, "who waits is parked by the system");
    check(wakes > 0, "and woken by it");
}

}  // namespace

int main() {
    reclaiming_fences_all_threads();
    writers_that_wait_are_parked_and_woken();
    std::printf("%d fences, %d waits, %d wakes\n", fences.load(), waits.load(), wakes.load());
}
