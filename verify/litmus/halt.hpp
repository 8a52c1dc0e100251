// SPDX-License-Identifier: BSL-1.0
//
// Halts a thread between any two instructions of a call, while another one that is in the middle of a call itself
// goes on: what a write has done half is to be seen for longer than the nanosecond that it takes.
//
// Both threads are met where the map calls code of its user's, in KeyEqual. The reader waits there until the
// writer has been halted. The writer goes on from there step by step, by the processor's trap flag, for so many
// instructions, and then waits until the reader has done all its calls. Nobody waits for ever: a reader that turns
// into a writer may need the lock that the other one holds.
// Where there is no such flag nobody is halted.
#pragma once

#include <atomic>
#include <csignal>

#include <sched.h>
#include <ucontext.h>

namespace litmus::halt {

#if defined(__x86_64__) && defined(__linux__)
inline constexpr bool possible = true;
#else
inline constexpr bool possible = false;
#endif

enum class stage : unsigned { begun, reader_inside, writer_halted, reader_done };
inline std::atomic<stage> now{stage::begun};

enum class role { none, reader, writer };
inline thread_local role mine = role::none;
inline thread_local unsigned comparisons = 0;   ///< that the writer has made,
inline thread_local unsigned enough = 0;        ///< and after which it goes step by step,
inline thread_local unsigned instructions = 0;  ///< and how many steps it makes

/// Or for so many looks.
inline void wait_for(stage s, unsigned patience) noexcept {
    for (unsigned i = 1; i < patience && now.load(std::memory_order_acquire) < s; ++i) {
        if (i % 100'000 == 0) {
            sched_yield();
        }
    }
}

#if defined(__x86_64__) && defined(__linux__)
constexpr int trap_flag = 0x100;

// Both leave alone what the compiler may keep below the top of the stack.
[[gnu::noinline]] inline void step_by_step() noexcept {
    asm volatile("lea -128(%%rsp), %%rsp; pushfq; orq $0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
                 :
                 :
                 : "memory", "cc");
}
[[gnu::noinline]] inline void freely() noexcept {
    asm volatile(
        "lea -128(%%rsp), %%rsp; pushfq; andq $~0x100, (%%rsp); popfq; lea 128(%%rsp), %%rsp"
        :
        :
        : "memory", "cc");
}

inline void stepped(int, siginfo_t*, void* context) {
    if (--instructions == 0) {
        static_cast<ucontext_t*>(context)->uc_mcontext.gregs[REG_EFL] &= ~trap_flag;
        now.store(stage::writer_halted, std::memory_order_release);
        wait_for(stage::reader_done, 20'000);
    }
}
inline void make_possible() {
    struct sigaction action{};
    action.sa_sigaction = stepped;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    sigaction(SIGTRAP, &action, nullptr);
}
#else
inline void step_by_step() noexcept {}
inline void freely() noexcept {}
inline void make_possible() {}
#endif

/// In KeyEqual.
inline void compared() noexcept {
    if (mine == role::reader) {
        mine = role::none;
        now.store(stage::reader_inside, std::memory_order_release);
        wait_for(stage::writer_halted, 2'000'000);
    } else if (mine == role::writer && ++comparisons == enough) {
        step_by_step();
    }
}

/// Before a thread's calls.
inline void begin_reader() noexcept { mine = role::reader; }
inline void begin_writer(unsigned after, unsigned steps) noexcept {
    comparisons = 0;
    enough = after;
    instructions = steps;
    wait_for(stage::reader_inside, 2'000'000);
    mine = role::writer;
}
/// After them.
inline void end_reader() noexcept {
    mine = role::none;
    now.store(stage::reader_done, std::memory_order_release);
}
/// Says how many comparisons the calls have made.
inline unsigned end_writer() noexcept {
    freely();
    mine = role::none;
    if (now.load(std::memory_order_relaxed) < stage::writer_halted) {
        now.store(stage::writer_halted, std::memory_order_release);  // its calls were over before
    }
    return comparisons;
}

}  // namespace litmus::halt
