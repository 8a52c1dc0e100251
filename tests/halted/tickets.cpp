// SPDX-License-Identifier: BSL-1.0
//
// A thread that fences for everybody is halted when the fence is done, and has not said so yet (epoch.hpp, E11 to
// E13).
// - What another thread unlinks meanwhile, and has a ticket for, the fence does not count for: a load that began after
//   the fence may be looking at it.
// - For what had its ticket before, no stamp of an earlier fence counts.
#include "halted.hpp"

#include <atomic>
#include <functional>

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

/// Fences for everybody, by writing to a map of its own, and halts at the first change of this place.
void fence_and_halt_at(const void* place) {
    static thread_local const void* at = nullptr;
    at = place;
    syncmap::map<int, std::string> other;
    hooks.change = [](const void* changed) {
        if (changed == at) {
            at = nullptr;
            fenced.release();
            say_so.acquire();
        }
    };
    while (at != nullptr) {
        other.store(0, "v");
    }
    hooks = {};
    said.release();
}

/// Up to the next fence, so that none is due for a while.
void overwrite_until_fence(syncmap::map<int, watched>& m) {
    static bool done = false;
    done = false;
    hooks.change = [](const void* at) { done = done || at == inspector::place_of_fence_stamp(); };
    while (!done) {
        overwrite(m, 1);
    }
    hooks = {};
}

void look_at_value_of(syncmap::map<int, watched>& m) {
    watched::halts = true;
    static_cast<void>(m.load(0));
}

void loaded_after_the_fence(syncmap::map<int, watched>& m) {
    std::thread fencing(fence_and_halt_at, inspector::place_of_fence_stamp());
    fenced.acquire();
    std::thread loading(look_at_value_of, std::ref(m));
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
}

void loaded_before_the_fence(syncmap::map<int, watched>& m) {
    overwrite_until_fence(m);
    std::thread loading(look_at_value_of, std::ref(m));
    inside.acquire();
    overwrite(m, 1000);
    std::thread fencing(fence_and_halt_at, inspector::place_of_fence_stamp());
    fenced.acquire();
    overwrite(m, 2000);
    expect(watched::seen != nullptr, "what a load looks at is there before its fence is over");
    leave.release();
    loading.join();
    say_so.release();
    said.acquire();
    overwrite(m, 20'000);
    expect(watched::seen == nullptr, "after it, it is gone");
    fencing.join();
}

}  // namespace

int main() {
    end_if_it_hangs();
    syncmap::map<int, watched> m;
    overwrite(m, 1);
    loaded_after_the_fence(m);
    loaded_before_the_fence(m);
    return verdict();
}
