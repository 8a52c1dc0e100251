// SPDX-License-Identifier: BSL-1.0
//
// Churn without end (SYNCMAP_SECONDS; an hour in the long form): threads insert, erase, overwrite, pin,
// iterate, clear, resize and reclaim, and threads come and go. The memory of the process is sampled and
// has to be flat: the median of the last third no larger than that of the middle third, but for a tenth
// and 8 MiB. Medians, because there are peaks: as long as a thread has lost its processor inside a
// section nothing can be destroyed (docs/guarantees.md, H). Free memory that malloc keeps is given
// back before each sample: what is judged is what the maps keep. Prints the samples as a table to the file that is its second argument.
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <optional>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;

constexpr std::uint64_t keys = 20'000;
constexpr std::uint64_t workers = 4;

struct maps {
    syncmap::map<std::uint64_t, std::uint64_t> words;
    syncmap::map<std::string, std::string> texts;
};

void work(maps& m, dice& roll, std::deque<syncmap::pinned<std::string>>& pins) {
    const std::uint64_t n = roll(keys);
    switch (roll(16)) {
    case 0:
    case 1:
        m.words.erase(n);
        m.texts.erase(text(n));
        break;
    case 2:
        if (auto pin = m.texts.pin(text(n))) pins.push_back(std::move(pin));
        if (pins.size() > 100) pins.pop_front();
        break;
    case 3:
        m.texts.update(text(n), [&](const std::string* s) {
            require(s == nullptr || *s == text(n + 1), "a value is its key's");
            return std::optional(text(n + 1));
        });
        break;
    case 4: m.texts.load_or_compute(text(n), [&] { return text(n + 1); }); break;
    case 5: m.words.exchange(n, 3 * n); break;
    case 6:
    case 7:
    case 8:
        require(m.words.load(n).value_or(3 * n) == 3 * n, "a value is its key's");
        m.texts.visit(text(n), [&](const std::string& s) {
            require(s == text(n + 1), "a value is its key's");
        });
        break;
    default: m.words.store(n, 3 * n); m.texts.store(text(n), text(n + 1));
    }
    if (roll(200'000) == 0) {
        switch (roll(6)) {
        case 0: m.words.clear(); break;
        case 1: m.texts.clear(); break;
        case 2: m.texts.for_each([](const std::string&, const std::string&) {}); break;
        case 3: m.texts.reserve(3 * keys); break;
        case 4: m.words.shrink_to_fit(); break;
        default:
            m.texts.erase_if(
                [](const std::string& k, const std::string&) { return k.size() % 2 == 0; });
        }
    }
}

struct sample {
    double seconds;
    std::size_t resident;
    std::size_t retired;
    std::size_t entries;
};

std::size_t median(const std::vector<sample>& all, std::size_t first, std::size_t last) {
    std::vector<std::size_t> some;
    for (std::size_t i = first; i < last; ++i) some.push_back(all[i].resident);
    std::sort(some.begin(), some.end());
    return some[some.size() / 2];
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv, 12, 3600);
    require(argc == 3, "the second argument is a file for the samples");
    maps m;
    std::atomic<bool> over{false};
    std::atomic<std::size_t> operations{0};
    std::atomic<std::size_t> threads{0};
    std::vector<std::jthread> all;
    for (std::uint64_t me = 0; me < workers; ++me)
        all.emplace_back([&, me] {
            for (std::uint64_t generation = 0; !over; ++generation)  // threads come and go
                std::jthread([&] {
                    dice roll(me + workers * generation);
                    std::deque<syncmap::pinned<std::string>> pins;
                    for (std::size_t i = 0; i < 300'000 && !over; ++i) work(m, roll, pins);
                    operations += 300'000;
                    ++threads;
                }).join();
        });

    const auto start = std::chrono::steady_clock::now();
    std::vector<sample> samples;
    const double step = std::max(0.1, running.seconds / 2000);
    std::FILE* const table = std::fopen(argv[2], "w");
    require(table != nullptr, "the file can be written");
    std::fputs("seconds\tresident_MiB\tgarbage_objects\tentries\n", table);
    for (;;) {
        std::this_thread::sleep_for(std::chrono::duration<double>(step));
        ::malloc_trim(0);
        const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
        const syncmap::map_stats t = m.texts.stats();
        samples.push_back({passed.count(), resident_bytes(),
                           t.retired_objects + m.words.stats().retired_objects, t.size});
        const sample& s = samples.back();
        std::fprintf(table, "%.1f\t%.2f\t%zu\t%zu\n", s.seconds,
                     static_cast<double>(s.resident) / (1 << 20), s.retired, s.entries);
        std::fflush(table);
        if (passed.count() > running.seconds) break;
    }
    over = true;
    all.clear();
    std::fclose(table);
    const std::size_t third = samples.size() / 3;
    require(third > 5, "there are enough samples");
    const std::size_t middle = median(samples, third, 2 * third);
    const std::size_t last = median(samples, 2 * third, samples.size());
    require(last <= middle + middle / 10 + (std::size_t{8} << 20),
            "memory is flat: " + std::to_string(last >> 20) + " MiB in the last third, " +
                std::to_string(middle >> 20) + " in the one before");
    std::printf("soak: %.0f seconds, %zu operations by %zu threads, %zu MiB in the middle "
                "third and %zu MiB "
                "in the last\n",
                samples.back().seconds, operations.load(), threads.load(), middle >> 20,
                last >> 20);
}
