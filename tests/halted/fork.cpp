// SPDX-License-Identifier: BSL-1.0
//
// A process forks while another thread is halted before each store of a pin(), one after the other, also of one that
// has to get more hazard slots. In the child handles protect, and nothing else is kept.
#include "halted.hpp"

#include <vector>

#include <sys/wait.h>

#include "../check.hpp"

namespace {

using syncmap::detail::this_thread;
using texts = syncmap::map<int, std::string>;

std::binary_semaphore halted{0}, go_on{0};
bool over = false;
constexpr int keys = 100;

std::string text(char c) { return std::string(50, c); }

// All in one thread of the child, which gets the record of the halted one.
void use_in_child(texts& m) {
    std::vector<syncmap::pinned<std::string>> handles;
    for (int i = 0; i < keys; ++i) {
        handles.push_back(m.pin(i));
        m.store(i, text('y'));
    }
    m.reclaim();
    for (const auto& h : handles) check(*h == text('x'), "a handle in a child protects");
    handles.clear();
    m.reclaim();
    // The parent's handles, all on one value, may be lost, and keep it.
    check(m.stats().retired_objects <= 1,
          "a child keeps what handles of its parent's keep, no more");
}

}  // namespace

int main() {
    end_if_it_hangs();
    if (built_with == sanitizer::thread) return 0;  // a child may start no threads there
    texts m;
    for (int i = 0; i < keys; ++i) m.store(i, text('x'));
    std::thread pinner([&] {
        std::vector<syncmap::pinned<std::string>> handles;
        handles.reserve(100);
        const auto* const blocks = &this_thread.record;
        static_cast<void>(m.contains(1));
        const void* const before =
            (*blocks)->blocks.std::atomic<syncmap::detail::hazard_block*>::load();
        const auto more = [&] {
            return (*blocks)->blocks.std::atomic<syncmap::detail::hazard_block*>::load() != before;
        };
        hooks.store = [](const void*, std::uint64_t) {
            halted.release();
            go_on.acquire();
        };
        while (!more()) handles.push_back(m.pin(1));
        hooks.store = nullptr;
        handles.clear();
        over = true;
        halted.release();
    });
    int forks = 0;
    for (halted.acquire(); !over; halted.acquire(), ++forks) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::alarm(60);
            std::thread([&] { use_in_child(m); }).join();
            ::_exit(0);
        }
        int status = 0;
        expect(::waitpid(child, &status, 0) == child && WIFEXITED(status) &&
                   WEXITSTATUS(status) == 0,
               "a child finds everything as it should be");
        go_on.release();
    }
    pinner.join();
    expect(forks > 4, "the test has seen what it is about");
    return verdict();
}
