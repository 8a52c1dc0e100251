// SPDX-License-Identifier: BSL-1.0
//
// Maps while the process ends: used by functions given to atexit, by destructors of static and
// thread_local objects, before, between and after the destruction of what the library keeps itself.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <syncmap/map.hpp>
#include <thread>

#include "../check.hpp"

namespace {

using texts = syncmap::map<std::uint64_t, std::string>;

std::string text(std::uint64_t n) {
    return "a text that is too long for its object " + std::to_string(n);
}

// Everything a map can do with the library's thread-local and process-wide parts.
void use(texts& m) {
    static std::uint64_t uses = 0;
    const std::uint64_t key = ++uses;
    for (std::uint64_t i = 0; i < 6000; ++i) m.store(key, text(i));  // enough for a scan
    check(m.load(key) == text(5999), "a map can be used while the process ends");
    {
        const auto pin = m.pin(key);
        check(m.erase(key), "a map can be changed while the process ends");
        m.reclaim();
        check(*pin == text(5999), "a handle is good while the process ends");
    }
    m.store(key, text(key));
    m.visit(key, [&](const std::string& s) { check(s == text(key), "so is a visit"); });
    m.reclaim();
    check(m.stats().retired_objects == 0, "garbage can be reclaimed while the process ends");
}

int steps = 0;  // constant-initialised: it is there until the very end
constexpr int all_steps = 9;

void step(int which) {
    check(++steps == which, "the process ends in the order this program expects");
}

// Destroyed last of all static objects: it was the first.
struct first_static {
    first_static() {
        std::atexit([] { check(steps == all_steps, "every step was made"); });
    }
    ~first_static();
} first;

texts early;  // outlives `later` and all that is local to functions

texts& never_destroyed() {
    static texts& m = *new texts;
    return m;
}

first_static::~first_static() {
    // `early` is gone; another map and a new one are not.
    step(9);
    use(never_destroyed());
    texts fresh;
    use(fresh);
}

struct later_static {
    ~later_static() {
        step(8);
        use(early);
        use(never_destroyed());
    }
} later;

// Made in main, after the maps have been used, so destroyed before the statics above.
struct local_static {
    texts own;
    ~local_static() {
        step(7);
        use(own);
        use(early);
    }
};

// Made before its thread has used any map: destroyed after what the library keeps in the thread.
struct thread_local_before {
    int which = 0;
    ~thread_local_before() {
        if (which != 0) step(which);
        use(early);
        use(never_destroyed());
    }
};

// Made after it: destroyed before.
struct thread_local_after {
    texts own;
    int which = 0;
    ~thread_local_after() {
        if (which != 0) step(which);
        use(own);
        use(early);
    }
};

void make_thread_locals(int before, int after) {
    thread_local thread_local_before b;
    b.which = before;
    use(early);
    thread_local thread_local_after a;
    a.which = after;
    use(a.own);
}

}  // namespace

int main() {
    std::thread([] { make_thread_locals(2, 1); }).join();
    make_thread_locals(4, 3);
    static local_static local;
    use(local.own);
    std::atexit([] {
        step(6);
        use(local.own);
        use(early);
        use(never_destroyed());
    });
    std::atexit([] {
        step(5);
        std::thread([] {
            use(early);
            texts fresh;
            use(fresh);
        }).join();
    });
}
