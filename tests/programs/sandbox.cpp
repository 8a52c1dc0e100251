// SPDX-License-Identifier: BSL-1.0
//
// A process enters a sandbox that refuses membarrier, after its threads have used maps: in all its threads, or in one,
// while others read. It goes on, and nothing is destroyed while somebody looks at it.
#include "../check.hpp"

#if defined(__linux__)
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

namespace {

// No longer what it was once it is destroyed.
class witness {
public:
    explicit witness(std::uint64_t n) : number_(n), seal_(~n) {}
    witness(const witness& other) : witness(other.number_) {}
    witness& operator=(const witness&) = delete;
    ~witness() { seal_.store(number_, std::memory_order_relaxed); }
    [[nodiscard]] bool intact() const { return seal_.load(std::memory_order_relaxed) == ~number_; }

private:
    std::uint64_t number_;
    std::atomic<std::uint64_t> seal_;
};

// Of the calling thread and those that it starts. Says whether the system lets it.
bool refuse_membarrier() {
    sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_membarrier, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    sock_fprog program{4, filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

using map = syncmap::map<std::uint64_t, witness>;
constexpr std::uint64_t keys = 64;
constexpr int rounds = built_with == sanitizer::none ? 200'000 : 20'000;

void write_all(map& m, int n) {
    for (int i = 0; i < n; ++i) {
        const auto key = static_cast<std::uint64_t>(i) % keys;
        if (i % 3 == 0) m.erase(key);
        m.store(key, witness(key));
        if (i % 1000 == 0) m.reclaim();
    }
}

void in_the_middle_of_reading_and_writing() {
    map m;
    write_all(m, 10'000);
    std::atomic<bool> over{false};
    std::vector<std::thread> others;
    for (int t = 0; t < 2; ++t)
        others.emplace_back([&] {
            for (std::uint64_t i = 0; !over; ++i) {
                m.visit(i % keys, [](const witness& w) {
                    check(w.intact(), "what a callback looks at lives");
                });
                if (const auto copy = m.load(i % keys))
                    check(copy->intact(), "what is copied lives");
            }
        });
    others.emplace_back([&] {  // stays outside the sandbox
        while (!over) write_all(m, 1000);
    });
    if (!refuse_membarrier()) std::puts("skipped: there is no seccomp here");
    // Two writers that learn it at the same time.
    std::thread second([&] { write_all(m, rounds / 2); });
    write_all(m, rounds / 2);
    second.join();
    over = true;
    for (auto& other : others) other.join();
    m.reclaim();
    check(m.stats().retired_objects == 0, "everything is reclaimed");
}

void with_a_child() {
    map m;
    write_all(m, 10'000);
    const pid_t child = fork();
    if (child == 0) {
        write_all(m, 10'000);
        m.reclaim();
        check(m.stats().retired_objects == 0, "a child in a sandbox reclaims");
        _exit(0);
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0,
          "a child lives in a sandbox");
}

}  // namespace

int main() {
    in_the_middle_of_reading_and_writing();
    with_a_child();  // in the sandbox by now
}
#else
int main() {}
#endif
