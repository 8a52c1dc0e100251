// SPDX-License-Identifier: BSL-1.0
//
// A process forks again and again while its other threads load, iterate, pin, begin and end, and write
// to another map. A child goes on with the map that nobody was writing, with all members, and ends by
// itself; some are killed, some stopped and continued at any moment, and the parent does not notice.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <optional>
#include <syncmap/map.hpp>
#include <thread>
#include <vector>

#include "faults.hpp"

namespace {

using namespace faults;

constexpr std::uint64_t keys = 4000;
using texts = syncmap::map<std::uint64_t, std::string>;
using words = syncmap::map<std::uint64_t, std::uint64_t>;

template <class Map, class Make>
void use_all(Map& m, const Make& make) {
    using T = typename Map::mapped_type;
    for (std::uint64_t n = 0; n < keys; ++n) {
        require(m.load(n) == make(n), "a child finds every key");
        m.store(n, make(n));  // waits for ever if a thread that is not here has the bucket locked
    }
    std::size_t seen = 0;
    m.for_each([&](std::uint64_t, const auto&) { ++seen; });
    require(seen == keys, "a child visits every key");
    for (std::uint64_t n = 0; n < keys; n += 2) require(m.erase(n), "a child erases");
    m.update(1, [&](const T*) { return std::optional<T>(); });
    m.reserve(2 * keys);
    for (std::uint64_t n = 0; n < 1000; ++n) m.try_emplace(n, make(n));
    m.shrink_to_fit();
    m.reclaim();
    require(m.stats().retired_objects <= 64,
            "a child reclaims, but for handles and keys that are shown");
    m.clear();
    require(m.empty(), "a child clears");
}

// In a child there is nobody to hold anything back: not even iterations that were going on.
[[noreturn]] void child(texts& t, words& w) {
    ::alarm(100);  // a child that waits for what it does not have
    use_all(w, [](std::uint64_t n) { return n; });
    use_all(t, text);
    std::_Exit(0);
}

enum class fate { ends, is_killed, is_stopped };

void wait_for(pid_t pid, fate f, dice& roll) {
    if (f != fate::ends) {
        std::this_thread::sleep_for(std::chrono::microseconds(roll(3000)));
        if (f == fate::is_stopped) {
            ::kill(pid, SIGSTOP);
            std::this_thread::sleep_for(std::chrono::microseconds(roll(1000)));
        }
        ::kill(pid, f == fate::is_killed ? SIGKILL : SIGCONT);
    }
    int status = 0;
    require(::waitpid(pid, &status, 0) == pid, "the child can be waited for");
    if (f == fate::is_killed && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return;
    require(!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM,
            "a child does not wait for threads that it does not have");
    require(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a child finds all as it should be");
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    texts t;
    words w;
    texts written;  // by other threads: lost to the children
    for (std::uint64_t n = 0; n < keys; ++n) {
        t.store(n, text(n));
        w.store(n, n);
    }
    std::atomic<bool> over{false};
    std::atomic<std::size_t> operations{0};
    std::vector<std::jthread> storm;
    for (std::uint64_t me = 0; me < 2; ++me)
        storm.emplace_back([&,
                            me] {  // loads, which move buckets when they find some that have moved
            dice roll(me);
            for (; !over; ++operations) {
                const std::uint64_t n = roll(keys);
                require(w.load(n) == n, "a reader finds every key");
                require(
                    t.visit(n,
                            [&](const std::string& s) { require(s == text(n), "and its value"); }),
                    "a reader finds every key");
            }
        });
    storm.emplace_back([&] {
        dice roll(7);
        for (std::uint64_t n = 0; !over; ++n, ++operations) {
            const auto pin = t.pin(n % keys);
            if (n % 1000 == 0)
                t.for_each(
                    [n = 0](std::uint64_t, const std::string&) mutable { return ++n < 100; });
            written.store(roll(3000), *pin);
            if (roll(3) == 0) written.erase(roll(3000));
        }
    });
    storm.emplace_back([&] {
        for (std::uint64_t n = 0; !over; ++n)
            std::jthread([&, n] {
                require(w.contains(n % keys), "a new thread finds every key");
            }).join();
    });

    const std::size_t forks = running.pick<std::size_t>(40, 3000);
    dice roll(99);
    std::size_t amended = 0;
    std::size_t of_fate[3] = {};
    for (std::size_t i = 0; i < forks; ++i) {
        // This thread is the one that writes: entries are on the move when it forks.
        i % 2 == 0 ? w.reserve(8 * keys) : w.shrink_to_fit();
        i % 2 == 0 ? t.reserve(8 * keys) : t.shrink_to_fit();
        w.store(0, 0);
        t.store(0, text(0));
        std::this_thread::sleep_for(std::chrono::microseconds(roll(500)));
        amended += w.stats().amended || t.stats().amended;
        const fate f = static_cast<fate>(roll(8) < 6 ? 0 : 1 + roll(2));
        ++of_fate[static_cast<int>(f)];
        std::fflush(nullptr);
        const pid_t pid = ::fork();
        require(pid >= 0, "fork succeeds");
        if (pid == 0) child(t, w);
        wait_for(pid, f, roll);
    }
    over = true;
    storm.clear();
    require(amended > forks / 4, "entries were on the move");
    for (std::uint64_t n = 0; n < keys; ++n)
        require(t.load(n) == text(n) && w.load(n) == n, "the parent has all its entries");
    t.reclaim();
    written.reclaim();
    require(t.stats().retired_objects + written.stats().retired_objects == 0,
            "and nothing is held back");
    std::printf("fork_storm: %zu children (%zu ended by themselves, %zu killed, %zu stopped and "
                "continued), %zu "
                "forks while entries moved, %zu operations in the parent meanwhile\n",
                forks, of_fate[0], of_fate[1], of_fate[2], amended, operations.load());
}
