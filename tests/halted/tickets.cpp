// SPDX-License-Identifier: BSL-1.0
//
// A thread that fences for everybody is halted when the fence is done, and has not said so yet. What another thread
// unlinks meanwhile, and has a ticket for, the fence does not count for: a load that began after the fence may be
// looking at it (epoch.hpp, E11 to E13).
#include "halted.hpp"

#include <atomic>

namespace {

std::binary_semaphore fenced{0}, say_so{0}, said{0}, inside{0}, leave{0};

/// A value that halts a load while it copies, which is in its section.
class watched {
public:
    explicit watched(int n) : number_(n) {}
    watched(const watched& other) : number_(other.number_) {
        if (halts) {
            halts = false;
            seen = &other;
            inside.release();
            leave.acquire();
        }
    }
    watched& operator=(const watched&) = default;
    ~watched() {
        if (this == seen) {
            seen = nullptr;
        }
    }

    static inline thread_local bool halts = false;
    static inline std::atomic<const watched*> seen{nullptr};  ///< by the load that was halted

private:
    int number_;
};

void overwrite(syncmap::map<int, watched>& m, int times) {
    const watched v(1);
    for (int i = 0; i < times; ++i) {
        m.store(0, v);
    }
}

}  // namespace

int main() {
    end_if_it_hangs();
    syncmap::map<int, watched> m;
    syncmap::map<int, std::string> other;
    overwrite(m, 1);

    std::thread fencing([&] {
        static bool halted_once = false;
        hooks.change = [](const void* at) {
            if (at == inspector::place_of_fence_stamp() && !halted_once) {
                halted_once = true;
                fenced.release();
                say_so.acquire();
            }
        };
        while (!halted_once) {
            other.store(0, "v");
        }
        hooks = {};
        said.release();
    });
    fenced.acquire();
    std::thread loading([&] {
        watched::halts = true;
        static_cast<void>(m.load(0));
    });
    inside.acquire();
    overwrite(m, 1000);  // with tickets for nearly all of it, but too few for a fence
    say_so.release();
    said.acquire();
    overwrite(m, 2000);
    expect(watched::seen != nullptr, "what a load looks at is there after a fence of before");
    overwrite(m, 20'000);
    expect(watched::seen != nullptr, "what a load looks at is there after a fence of its time");
    leave.release();
    loading.join();
    overwrite(m, 20'000);
    expect(watched::seen == nullptr, "nobody looks at it any more: it is gone");
    fencing.join();
    return verdict();
}
