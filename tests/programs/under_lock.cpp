// SPDX-License-Identifier: BSL-1.0
//
// An allocator, a Hash or a KeyEqual that comes back to the map that is calling it, while one of its buckets is
// locked: debug builds end with a message, instead of waiting for themselves for ever.
#undef NDEBUG  // before the library: this is about debug builds, however the tests are compiled

#include <syncmap/map.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "../check.hpp"
#include "../last_words.hpp"

namespace {

std::function<void()>
    come_back;  ///< what user code does when it is called, but for calls from there

void call_back() {
    if (auto call = std::exchange(come_back, nullptr)) {
        call();
        come_back = std::move(call);
    }
}

template <class X>
struct calling_allocator {
    using value_type = X;
    calling_allocator() = default;
    template <class Y>
    calling_allocator(const calling_allocator<Y>&) noexcept {}  // NOLINT: a conversion
    X* allocate(std::size_t n) {
        call_back();
        return std::allocator<X>().allocate(n);
    }
    void deallocate(X* at, std::size_t n) noexcept { std::allocator<X>().deallocate(at, n); }
    bool operator==(const calling_allocator&) const = default;
};
struct calling_hash {
    using is_avalanching = void;
    std::uint64_t operator()(std::uint64_t key) const {
        if (key == 1) {
            call_back();
        }
        return key;  // small keys: one bucket, and a tag each
    }
};
struct calling_equal {
    bool operator()(std::uint64_t a, std::uint64_t b) const {
        call_back();
        return a == b;
    }
};
using map = syncmap::map<std::uint64_t, std::uint64_t, calling_hash, calling_equal,
                         calling_allocator<std::pair<const std::uint64_t, std::uint64_t>>>;

bool is_told(const std::string& said) {
    return said.find("has come back to the map that is calling it") != std::string::npos;
}

}  // namespace

int main() {
    map m;
    for (std::uint64_t key = 0; key < 10; ++key) {
        m.store(key, key);
    }
    check(is_told(last_words([&] {
              come_back = [&] { m.store(3, 0); };
              m.store(3, 1);  // compares under the lock
          })),
          "a KeyEqual that writes to its map is told so");
    check(is_told(last_words([&] {
              map chained;
              come_back = [&] { chained.erase(3); };
              for (std::uint64_t key = 2; key < 1000; ++key) {
                  chained.store(key, key);  // into one bucket, which takes overflow buckets soon
              }
          })),
          "an allocator that writes to its map is told so");
    check(is_told(last_words([&] {
              m.reserve(1000);
              come_back = [&] { m.erase(2); };
              m.store(5, 5);  // moves the bucket that key 1 is in
          })),
          "a Hash that writes to its map is told so");
    // Another map, or looking, is all right.
    map other;
    come_back = [&] { other.store(1, 1); };
    m.store(3, 1);
    check(other.contains(1), "another map may be used");
    come_back = [&] { check(m.contains(4), "the map may be looked at"); };
    m.store(3, 2);
    come_back = nullptr;
    return 0;
}
