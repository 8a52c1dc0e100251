// SPDX-License-Identifier: BSL-1.0
//
// Moments that cost the thread that takes them nothing but time: no locked instruction and no fence, which
// would empty its store buffer, and so hide that a write which has returned may still be in there.
//
// Each thread reads the counter of the processor that it runs on. The counters of two processors may differ.
// By how much at most, messages tell that are sent between them and say when: one that was sent at s by the
// one counter and received at r by the other had r - s > 0 but for the difference, so the quickest message
// in either direction bounds it. What has ended by more than that earlier than something else began has
// happened before it, then, whatever the processors. (On x86 such counters run at one rate for ever if the
// processor says so; on aarch64 by definition.)
//
// Where there is no such counter, nothing is known but the order of each thread's own calls, and who has
// handed over to whom. That alone suffices to see stores that pass later loads.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <vector>

#include <pthread.h>
#include <sched.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>
#endif

namespace linearizability {

#if defined(__x86_64__) || defined(__i386__)
/// What comes before has been executed (its stores need not be in memory), what comes after has not begun.
inline std::uint64_t read_counter() noexcept {
    std::uint32_t low = 0;
    std::uint32_t high = 0;
    asm volatile("rdtscp\n\tlfence" : "=a"(low), "=d"(high) : : "ecx", "memory");
    return std::uint64_t{high} << 32U | low;
}
inline bool counter_is_steady() noexcept {
    unsigned a = 0;
    unsigned b = 0;
    unsigned c = 0;
    unsigned d = 0;
    constexpr unsigned rdtscp = 1U << 27U;
    constexpr unsigned invariant = 1U << 8U;
    return __get_cpuid(0x80000001, &a, &b, &c, &d) != 0 && (d & rdtscp) != 0 &&
           __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & invariant) != 0;
}
#elif defined(__aarch64__)
/// What comes before has been executed (its stores need not be in memory), what comes after has not begun.
inline std::uint64_t read_counter() noexcept {
    std::uint64_t now = 0;
    asm volatile("dsb ishld\n\tisb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(now) : : "memory");
    return now;
}
inline bool counter_is_steady() noexcept { return true; }
#else
inline std::uint64_t read_counter() noexcept { return 0; }
inline bool counter_is_steady() noexcept { return false; }
#endif

/// How the threads of a history take their moments: by default not at all (see above).
struct timing {
    bool counts = false;
    std::uint64_t margin = std::uint64_t{1} << 40U;  ///< history::margin

    /// Moments are counts with so many bits more, in case a thread takes several within one count.
    static constexpr unsigned fraction_bits = 4;
};

/// Binds the calling thread to one processor; says whether that is possible.
inline bool run_on(int processor) noexcept {
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(processor), &one);
    return pthread_setaffinity_np(pthread_self(), sizeof(one), &one) == 0;
}

/// The processors that this program may use, and how far their counters can be trusted.
class clocks {
public:
    clocks() {
        cpu_set_t mine;
        CPU_ZERO(&mine);
        sched_getaffinity(0, sizeof(mine), &mine);
        for (int i = 0; i < CPU_SETSIZE; ++i) {
            if (CPU_ISSET(static_cast<std::size_t>(i), &mine)) {
                processors_.push_back(i);
            }
        }
        if (counter_is_steady() && !compare_all()) {
            timing_ = timing();
        }
    }

    [[nodiscard]] const std::vector<int>& processors() const noexcept { return processors_; }
    [[nodiscard]] const timing& by_counter() const noexcept { return timing_; }

private:
    static constexpr std::int64_t far = std::int64_t{1} << 16U;  ///< too far apart to be of use

    /// How much later than sent, by their counters, messages have arrived at the least.
    struct quickest {
        std::int64_t there;
        std::int64_t back;
        bool measured;
    };

    /// All with the first one: two others differ by less than there of the one and back of the other.
    bool compare_all() {
        std::vector<quickest> of{{0, 0, true}};
        for (std::size_t i = 1; i < processors_.size(); ++i) {
            of.push_back(compare(processors_[0], processors_[i]));
            if (!of.back().measured) {
                return false;
            }
        }
        std::int64_t most = 0;
        for (std::size_t i = 0; i < of.size(); ++i) {
            for (std::size_t j = 0; j < of.size(); ++j) {
                most = i == j ? most : std::max(most, of[i].there + of[j].back);
            }
        }
        timing_ = {true, (static_cast<std::uint64_t>(most) + 1) << timing::fraction_bits};
        return most < far;
    }

    static quickest compare(int one, int other) {
        constexpr std::uint64_t messages = 5000;
        constexpr unsigned number_bits = 4;  // of the message: two may be sent at the same count
        std::atomic<std::uint64_t> there{0};
        std::atomic<std::uint64_t> back{0};
        const auto send = [](std::atomic<std::uint64_t>& to, std::uint64_t i) {
            to.store(read_counter() << number_bits | i % 16, std::memory_order_release);
        };
        const auto receive = [](const std::atomic<std::uint64_t>& from, std::uint64_t i,
                                std::int64_t& quickest) {
            std::uint64_t message = 0;
            for (int spin = 1; (message = from.load(std::memory_order_acquire)) % 16 != i % 16;) {
                if (++spin % 4096 == 0) {
                    sched_yield();
                }
            }
            const std::uint64_t late = read_counter() - (message >> number_bits);
            quickest = std::min(quickest, static_cast<std::int64_t>(late));
        };
        quickest q{std::int64_t{1} << 40U, std::int64_t{1} << 40U, false};
        bool bound = false;
        std::thread second([&] {
            bound = run_on(other);
            for (std::uint64_t i = 1; i <= messages; ++i) {
                receive(there, i, q.there);
                send(back, i);
            }
        });
        std::thread first([&] {
            q.measured = run_on(one);
            for (std::uint64_t i = 1; i <= messages; ++i) {
                send(there, i);
                receive(back, i, q.back);
            }
        });
        first.join();
        second.join();
        q.measured &= bound;
        return q;
    }

    std::vector<int> processors_;
    timing timing_;
};

/// Each thread takes its own moments, each later than the one before.
class stamper {
public:
    explicit stamper(const timing& t) : timing_(t) {}

    std::uint64_t operator()() noexcept {
        const std::uint64_t now = timing_.counts ? read_counter() << timing::fraction_bits : 0;
        last_ = now > last_ ? now : last_ + 1;
        return last_ + shift_;
    }

    /// For what is done after everybody else has handed over, whatever the clocks say.
    void after_all_others(bool yes) noexcept { shift_ = yes ? 2 * timing_.margin : 0; }

private:
    timing timing_;
    std::uint64_t last_ = 0;
    std::uint64_t shift_ = 0;
};

}  // namespace linearizability
