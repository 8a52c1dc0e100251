// SPDX-License-Identifier: BSL-1.0
//
// Threads that use two maps all the time, stopped by a debugger now and then: threads.py.
#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

extern "C" [[gnu::noinline]] void tick() { asm volatile(""); }

namespace {

constexpr std::uint64_t kept = 50;  // keys below are never erased, their values never change
constexpr std::uint64_t keys = 600;

std::string text(std::uint64_t i) {
    return "a text that is too long for its object " + std::to_string(i);
}

}  // namespace

int main() {
    syncmap::map<std::uint64_t, std::uint64_t> flat;
    syncmap::map<std::uint64_t, std::string> nodes;
    for (std::uint64_t i = 0; i < kept; ++i) {
        flat.store(i, i);
        nodes.store(i, text(i));
    }
    std::atomic<bool> stop{false};
    std::vector<std::thread> threads;
    for (std::uint64_t number = 0; number < 3; ++number)
        threads.emplace_back([&, number] {
            for (std::uint64_t i = number; !stop; i += 7) {
                // Waves, so that tables grow and shrink all the time.
                const std::uint64_t key = kept + i * 13 % keys;
                if (i / 3000 % 2 == 0) {
                    flat.store(key, key);
                    nodes.store(key, text(key));
                } else {
                    flat.erase(key);
                    nodes.erase(key);
                }
            }
        });
    for (int i = 0; i < 12; ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
        // The way back from a large table takes a while.
        flat.reserve(20000);
        nodes.reserve(20000);
        flat.shrink_to_fit();
        nodes.shrink_to_fit();
        tick();
    }
    stop = true;
    for (auto& thread : threads) thread.join();
}
