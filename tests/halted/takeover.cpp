// SPDX-License-Identifier: BSL-1.0
//
// A thread that takes over what another one has left behind is halted when it has taken it, and has not put it into a
// list of its own yet. reclaim() waits for that (limbo.hpp, L2).
#include "halted.hpp"

#include <atomic>
#include <chrono>

namespace {

using syncmap::detail::limbo;

std::atomic<int> alive{0};
class counted {
public:
    explicit counted(int n) : number_(n) { ++alive; }
    counted(const counted& other) : number_(other.number_) { ++alive; }
    counted& operator=(const counted&) = default;
    ~counted() { --alive; }

private:
    int number_;
};

using map = syncmap::map<int, counted>;

std::binary_semaphore taken{0}, go_on{0};
limbo* left = nullptr;    ///< by the thread that has ended
bool was_filled = false;  ///< when the other thread looked last
bool halted_once = false;

void overwrite(map& m, int times) {
    const counted v(1);
    for (int i = 0; i < times; ++i) {
        m.store(0, v);
    }
}

/// Halts at the first change after that limbo has been emptied, other than of itself.
void watch(const void* at) {
    const bool is_filled = left->weight().objects != 0;
    const auto place = reinterpret_cast<std::uintptr_t>(at);
    const auto from = reinterpret_cast<std::uintptr_t>(left);
    const bool of_itself = place >= from && place < from + sizeof(*left);
    if (was_filled && !is_filled && !of_itself && !halted_once) {
        halted_once = true;
        taken.release();
        go_on.acquire();
    }
    was_filled = was_filled || is_filled;
}

}  // namespace

int main() {
    end_if_it_hangs();
    map m;
    overwrite(m, 1);
    const auto last_limbo = [&m] {
        limbo* last = nullptr;
        inspector::garbage_of(m).for_each_limbo([&](limbo& s) { last = &s; });
        return last;
    };
    std::binary_semaphore filled{0}, end{0};
    std::thread leaving([&] {
        overwrite(m, 100);
        filled.release();
        end.acquire();
    });
    filled.acquire();
    left = last_limbo();
    std::thread taking([&] {
        hooks.change = watch;
        while (!halted_once) {
            overwrite(m, 1);
        }
        hooks = {};
    });
    taken.acquire();
    std::thread reclaiming([&] {
        m.reclaim();
        expect(alive <= 2,
               "what had been retired is gone: the entry is left, and what it was copied from");
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // it would be ready long since
    go_on.release();
    reclaiming.join();
    taking.join();
    end.release();
    leaving.join();
    return verdict();
}
