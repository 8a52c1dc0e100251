// SPDX-License-Identifier: BSL-1.0
//
// Fault injection: keys, values, hashes, equality and allocators that throw at the k-th point
// where user code can throw, counted over all of them together. Single-threaded by design.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <ostream>
#include <syncmap/hash.hpp>
#include <utility>

namespace support {

struct injected : std::exception {
    const char* what() const noexcept override { return "injected"; }
};

// Which points count: a map must survive each kind, and some tests want only one of them.
enum class fault_kind : unsigned { allocation = 1, copy = 2, hashing = 4, equality = 8, all = 15 };

class faults {
public:
    static void arm(long nth, fault_kind which = fault_kind::all) {
        countdown_ = nth;
        armed_ = true;
        fired_ = false;
        which_ = which;
    }
    static void disarm() { armed_ = false; }
    static bool fired() { return fired_; }

    static void point(fault_kind kind) {
        if (!armed_ || (static_cast<unsigned>(kind) & static_cast<unsigned>(which_)) == 0) return;
        if (countdown_-- != 0) return;
        fired_ = true;
        if (kind == fault_kind::allocation) throw std::bad_alloc();
        throw injected();
    }

private:
    static inline long countdown_ = 0;
    static inline bool armed_ = false;
    static inline bool fired_ = false;
    static inline fault_kind which_ = fault_kind::all;
};

// A key or value whose copies and conversions throw; its moves do not.
template <class Tag>
struct fragile {
    static inline long live = 0;

    std::uint64_t number = 0;

    fragile(std::uint64_t n) : number(n) { born(); }
    fragile(const fragile& other) : number(other.number) { born(); }
    fragile(fragile&& other) noexcept : number(other.number) { ++live; }
    fragile& operator=(const fragile& other) {
        faults::point(fault_kind::copy);
        number = other.number;
        return *this;
    }
    fragile& operator=(fragile&& other) noexcept {
        number = other.number;
        return *this;
    }
    ~fragile() { --live; }

    friend bool operator==(const fragile& a, const fragile& b) {
        faults::point(fault_kind::equality);
        return a.number == b.number;
    }
    friend std::ostream& operator<<(std::ostream& out, const fragile& f) { return out << f.number; }

private:
    static void born() {
        faults::point(fault_kind::copy);
        ++live;
    }
};

inline std::uint64_t number_of(std::uint64_t n) { return n; }
template <class Tag>
std::uint64_t number_of(const fragile<Tag>& f) {
    return f.number;
}

// The number of different hashes is the object's: 0 leaves the hash as good as it is.
struct fragile_hash {
    std::uint64_t homes = 0;

    template <class Key>
    std::uint64_t operator()(const Key& key) const {
        faults::point(fault_kind::hashing);
        const std::uint64_t hashed = syncmap::hash<std::uint64_t>{}(number_of(key));
        return homes == 0 ? hashed : hashed % homes;
    }
};

struct fragile_equal {
    template <class A, class B>
    bool operator()(const A& a, const B& b) const {
        faults::point(fault_kind::equality);
        return number_of(a) == number_of(b);
    }
};

// Counts bytes, so that a test sees a leak under any build.
struct fragile_memory {
    static inline long bytes = 0;
};

template <class T>
struct fragile_allocator {
    using value_type = T;

    fragile_allocator() = default;
    template <class U>
    fragile_allocator(const fragile_allocator<U>&) noexcept {}

    T* allocate(std::size_t n) {
        faults::point(fault_kind::allocation);
        void* p = ::operator new(n * sizeof(T), std::align_val_t{alignof(T)});
        fragile_memory::bytes += static_cast<long>(n * sizeof(T));
        return static_cast<T*>(p);
    }
    void deallocate(T* p, std::size_t n) noexcept {
        fragile_memory::bytes -= static_cast<long>(n * sizeof(T));
        ::operator delete(p, std::align_val_t{alignof(T)});
    }
    template <class U>
    friend bool operator==(const fragile_allocator&, const fragile_allocator<U>&) noexcept {
        return true;
    }
};

}  // namespace support
