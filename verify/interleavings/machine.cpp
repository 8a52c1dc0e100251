// SPDX-License-Identifier: BSL-1.0
#include "machine.hpp"

#include <algorithm>
#include <boost/context/fiber.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string_view>

#include "sharing.hpp"

namespace machine {

namespace {

using boost::context::fiber;

// --- threads --------------------------------------------------------------------------------------

enum class status { ready, waiting, finished };

struct thread {
    fiber course;
    status is = status::finished;
    bool stood_back = false;  ///< has nothing to do until another thread has made a step
    std::uint64_t last_step = 0;
    const void* waits_for = nullptr;
    const std::function<void()>* body = nullptr;
    memory::knowledge knows;
};

constexpr unsigned nobody = max_threads;
constexpr std::uint64_t step_limit = 60'000;  ///< views count in 16 bits

thread threads[max_threads];
unsigned thread_count = 0;
unsigned current = nobody;
fiber scheduler;
bool in_execution = false;
guide* guided_by = nullptr;
void (*swap_state)(unsigned, bool) = nullptr;
counts counted;
bool tracing = false;
std::function<void(const std::string&)> handler;

std::string_view file_of(where from) {
    const std::string_view path = from.file_name();
    return path.substr(path.rfind('/') + 1);
}
void trace(const char* what, const void* at, std::uint64_t value, where from,
           const char* note = "") {
    if (tracing) {
        const std::size_t place = arena::contains(at) ? arena::offset(at) : 0;
        std::printf("  T%u %*s%-16s @%05zx  %-18llx %s:%u%s\n", current,
                    static_cast<int>(4 * current), "", what, place,
                    static_cast<unsigned long long>(value), std::string(file_of(from)).c_str(),
                    static_cast<unsigned>(from.line()), note);
    }
}

// --- steps ------------------------------------------------------------------------------------------

void suspend() {
    swap_state(current, false);
    const unsigned me = current;
    scheduler = std::move(scheduler).resume();
    current = me;
    swap_state(me, true);
}

unsigned next_thread = nobody;

/// Ready threads but `except`, the ones that stood back only if there are no others.
unsigned candidates(unsigned* found, unsigned except) noexcept {
    unsigned count = 0;
    for (const bool stood_back : {false, true}) {
        for (unsigned t = 0; t < thread_count; ++t) {
            if (t != except && threads[t].is == status::ready &&
                threads[t].stood_back == stood_back) {
                found[count++] = t;
            }
        }
        if (count != 0) {
            break;
        }
    }
    return count;
}
unsigned choose_free(unsigned except) {
    unsigned found[max_threads];
    const unsigned count = candidates(found, except);
    if (count == 0) {
        return nobody;
    }
    return found[count == 1 ? 0 : guided_by->choose(choice::first, counted.steps, count, found)];
}

void count_step() {
    if (++counted.steps > step_limit) {
        violation("the threads go on for ever");
    }
}

void step(const void* at, bool writes, where from) {
    count_step();
    for (unsigned t = 0; t < thread_count; ++t) {
        threads[t].stood_back = threads[t].stood_back && t == current;
    }
    if (sharing::access(at, current, writes) || tracing) {
        unsigned found[max_threads];
        found[0] = current;
        const unsigned count = 1 + candidates(found + 1, current);
        const unsigned chosen =
            count == 1 ? 0 : guided_by->choose(choice::preempt, counted.steps, count, found);
        if (chosen != 0) {
            ++counted.switches;
            next_thread = found[chosen];
            suspend();
        }
    }
    thread& me = threads[current];
    me.last_step = counted.steps;
    ++me.knows.seen[current];
    if (arena::contains(at)) {
        arena::block& b = arena::block_at(at);
        const bool unborn = b.owner != nobody && me.knows.seen[b.owner] < b.born;
        if (b.freed || unborn) {
            violation(std::string(file_of(from)) + ":" + std::to_string(from.line()) +
                      (b.freed
                           ? ": access to freed memory"
                           : ": access to memory whose allocation need not have been seen yet"));
        }
        b.last_access[current] = me.knows.seen[current];
    }
}

}  // namespace

bool running() noexcept { return in_execution; }
unsigned current_thread() noexcept { return current; }
counts last_run() noexcept { return counted; }
steps now() {
    steps known;
    std::copy_n(threads[current].knows.seen.begin(), max_threads, known.begin());
    return known;
}
void trace_all() noexcept { tracing = true; }
void say(const std::string& line) {
    if (tracing) {
        std::printf("  T%u %*s%s\n", current, static_cast<int>(4 * current), "", line.c_str());
    }
}
void on_switch(void (*swap)(unsigned, bool)) noexcept { swap_state = swap; }
void on_violation(std::function<void(const std::string&)> f) { handler = std::move(f); }

void violation(const std::string& what) {
    const arena::opened closed(false);
    in_execution = false;
    handler(what);
    std::abort();
}
void give_up(const std::string& what) {
    std::fprintf(stderr, "interleavings: %s\n", what.c_str());
    std::_Exit(1);
}

void run(const std::vector<std::function<void()>>& bodies, guide& by) {
    guided_by = &by;
    counted = {};
    memory::reset();
    thread_count = static_cast<unsigned>(bodies.size());
    for (unsigned t = 0; t < thread_count; ++t) {
        thread& it = threads[t];
        it.is = status::ready;
        it.stood_back = false;
        it.last_step = 0;
        it.body = &bodies[t];
        it.knows = {};
        if (!it.course) {
            // One for all executions: it does body after body.
            it.course =
                fiber(std::allocator_arg, boost::context::fixedsize_stack(std::size_t{256} << 10U),
                      [&it, t](fiber&& from) {
                          scheduler = std::move(from);
                          for (;;) {
                              current = t;
                              swap_state(t, true);
                              {
                                  const arena::opened open;
                                  (*it.body)();
                              }
                              it.is = status::finished;
                              swap_state(t, false);
                              next_thread = nobody;
                              scheduler = std::move(scheduler).resume();
                          }
                          return std::move(scheduler);
                      });
        }
    }
    in_execution = true;
    for (next_thread = choose_free(nobody); next_thread != nobody;) {
        thread& it = threads[next_thread];
        next_thread = nobody;
        it.course = std::move(it.course).resume();
        if (next_thread == nobody) {
            next_thread = choose_free(nobody);
        }
    }
    current = nobody;
    for (unsigned t = 0; t < thread_count; ++t) {
        if (threads[t].is != status::finished) {
            violation("deadlock: thread " + std::to_string(t) + " waits, and nobody will wake it");
        }
    }
    in_execution = false;
}

void let_others_run(where from) {
    if (!in_execution) {
        return;
    }
    const arena::opened closed(false);
    trace("gives way", nullptr, 0, from);
    count_step();
    threads[current].stood_back = true;
    // By default the one that has waited longest, so that threads that wait for a third one end.
    unsigned found[max_threads];
    const unsigned count = candidates(found, current);
    if (count != 0) {
        std::iter_swap(found, std::min_element(found, found + count, [](unsigned a, unsigned b) {
                           return threads[a].last_step < threads[b].last_step;
                       }));
        next_thread =
            found[count == 1 ? 0 : guided_by->choose(choice::yield, counted.steps, count, found)];
        suspend();
    }
}

void touch(const void* at, bool writes, where from) {
    if (in_execution) {
        const arena::opened closed(false);
        step(at, writes, from);
        trace(writes ? "writes" : "looks", at, 0, from);
    }
}

std::uint64_t load(const void* at, std::size_t size, std::memory_order order, where from) {
    const arena::opened closed(false);
    step(at, false, from);
    memory::knowledge& mine = threads[current].knows;
    const unsigned values = memory::readable(mine, at, order);
    const unsigned back =
        values == 1 ? 0 : guided_by->choose(choice::stale, counted.steps, values, nullptr);
    counted.stale_loads += back != 0 ? 1 : 0;
    const std::uint64_t value = memory::load(mine, at, size, order, back);
    trace("load", at, value, from, back != 0 ? "  (an old value)" : "");
    return value;
}

void store(void* at, std::size_t size, std::uint64_t value, std::memory_order order, where from) {
    const arena::opened closed(false);
    step(at, true, from);
    memory::store(threads[current].knows, at, size, value, order);
    trace("store", at, value, from);
}

std::uint64_t read_modify_write(void* at, std::size_t size, std::memory_order success,
                                std::memory_order failure, const char* name,
                                const std::function<bool(std::uint64_t&)>& change, where from) {
    const arena::opened closed(false);
    step(at, true, from);
    const memory::change done =
        memory::read_modify_write(threads[current].knows, at, size, success, failure, change);
    trace(name, at, done.after, from, done.made ? "" : "  (failed)");
    return done.before;
}

void wait(const void* at, std::size_t size, std::uint64_t old, where from) {
    if (!in_execution) {
        give_up("a thread waits while nobody can wake it");
    }
    const arena::opened closed(false);
    step(at, false, from);
    if (memory::newest(at, size) == old) {
        trace("waits", at, old, from);
        threads[current].is = status::waiting;
        threads[current].waits_for = at;
        next_thread = nobody;
        suspend();
    }
}
void notify_one(const void* at, where from) {
    if (!in_execution) {
        return;
    }
    const arena::opened closed(false);
    step(at, true, from);
    trace("wakes", at, 0, from);
    for (thread& t : threads) {
        if (t.is == status::waiting && t.waits_for == at) {
            t.is = status::ready;
            break;
        }
    }
}

void fence(where from) {
    if (in_execution) {
        const arena::opened closed(false);
        step(nullptr, true, from);
        memory::fence(threads[current].knows);
        trace("fence", nullptr, 0, from);
    }
}
void fence_everywhere(where from) {
    if (in_execution) {
        const arena::opened closed(false);
        step(nullptr, true, from);
        std::vector<memory::knowledge*> all;
        for (unsigned t = 0; t < thread_count; ++t) {
            all.push_back(&threads[t].knows);
        }
        memory::fence_everywhere(all);
        trace("fence everywhere", nullptr, 0, from);
    }
}

void constructed(const void* at) noexcept {
    if (in_execution) {
        memory::forget(at);
    }
}

void allocated(arena::block& b) noexcept {
    if (in_execution) {
        b.owner = static_cast<std::uint8_t>(current);
        b.born = static_cast<std::uint16_t>(threads[current].knows.seen[current] + 1);
    }
}
void about_to_free(arena::block& b) {
    if (!in_execution) {
        return;
    }
    sharing::write(b, current);
    for (unsigned t = 0; t < thread_count; ++t) {
        if (t != current && b.last_access[t] > threads[current].knows.seen[t]) {
            violation("memory is freed that thread " + std::to_string(t) +
                      " may still be looking at");
        }
    }
}

}  // namespace machine
