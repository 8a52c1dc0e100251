// SPDX-License-Identifier: BSL-1.0
#include "memory.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "machine.hpp"

namespace memory {

namespace {

struct message {
    std::uint64_t value;
    view seen;
};
struct location {
    const void* at = nullptr;
    std::vector<message> history;  ///< in modification order
};
location locations[max_locations];
std::size_t location_count = 0;
view in_order;  ///< what the sequentially consistent ones have read and written; no steps

/// Which location, plus 1, begins at a byte of the arena.
std::uint8_t known[arena::size];
static_assert(max_locations < 256);

std::uint8_t& known_at(const void* at) noexcept {
    if (!arena::contains(at)) {
        machine::give_up("an atomic variable that is not in the arena");
    }
    return known[arena::offset(at)];
}
location* find(const void* at) noexcept {
    const std::uint8_t number = known_at(at);
    return number != 0 ? &locations[number - 1] : nullptr;
}
location& find_or_add(const void* at, std::size_t size) {
    if (location* const l = find(at)) {
        return *l;
    }
    if (location_count == max_locations) {
        machine::give_up("more locations are written than a view has room for");
    }
    location& l = locations[location_count++];
    known_at(at) = static_cast<std::uint8_t>(location_count);
    l.at = at;
    l.history.clear();
    l.history.push_back({newest(at, size), view{}});
    return l;
}
/// Where in a view a location has its place.
std::size_t place_of(const location& l) noexcept {
    return arena::max_threads + static_cast<std::size_t>(&l - locations);
}

/// A few places at a time, which compilers make one instruction of, and none beyond those in use.
void join(view& into, const view& other) noexcept {
    constexpr std::size_t width = 16;
    static_assert(std::tuple_size_v<view> % width == 0);
    for (std::size_t from = 0; from < arena::max_threads + location_count; from += width) {
        for (std::size_t i = from; i < from + width; ++i) {
            into[i] = std::max(into[i], other[i]);
        }
    }
}
bool acquires(std::memory_order o) noexcept {
    return o == std::memory_order_acquire || o == std::memory_order_acq_rel ||
           o == std::memory_order_seq_cst;
}
bool releases(std::memory_order o) noexcept {
    return o == std::memory_order_release || o == std::memory_order_acq_rel ||
           o == std::memory_order_seq_cst;
}
bool consistent(std::memory_order o) noexcept { return o == std::memory_order_seq_cst; }

/// Only the places in it, not the steps.
void join_places(view& into, const view& other) noexcept {
    std::array<std::uint16_t, arena::max_threads> steps;
    std::copy_n(into.begin(), steps.size(), steps.begin());
    join(into, other);
    std::copy(steps.begin(), steps.end(), into.begin());
}

/// The thread has read or written this value.
void reach(knowledge& by, const location& l, std::size_t index, std::memory_order order) noexcept {
    std::uint16_t& mine = by.seen[place_of(l)];
    mine = static_cast<std::uint16_t>(index);
    if (consistent(order)) {
        in_order[place_of(l)] = std::max(in_order[place_of(l)], mine);
    }
}
void read(knowledge& by, const location& l, std::size_t index, std::memory_order order) noexcept {
    reach(by, l, index, order);
    join(acquires(order) ? by.seen : by.acquired, l.history[index].seen);
}
/// `continued`: the view beside the value before, if this continues a release sequence, or null.
void append(knowledge& by, location& l, void* at, std::size_t size, std::uint64_t value,
            std::memory_order order, const view* continued) {
    const auto index = static_cast<std::uint16_t>(l.history.size());
    reach(by, l, index, order);
    l.history.push_back({value, releases(order) ? by.seen : by.released});
    view& beside = l.history.back().seen;
    beside[place_of(l)] = index;
    if (continued != nullptr) {
        join(beside, *continued);
    }
    std::memcpy(at, &value, size);
}

}  // namespace

void reset() noexcept {
    for (std::size_t i = 0; i < location_count; ++i) {
        known_at(locations[i].at) = 0;
    }
    location_count = 0;
    in_order = {};
}
void forget(const void* at) noexcept {
    if (arena::contains(at)) {
        known_at(at) = 0;
    }
}

std::uint64_t newest(const void* at, std::size_t size) noexcept {
    std::uint64_t bits = 0;
    std::memcpy(&bits, at, size);
    return bits;
}

unsigned readable(const knowledge& by, const void* at, std::memory_order order) noexcept {
    const location* const l = find(at);
    if (l == nullptr) {
        return 1;
    }
    const std::size_t place = place_of(*l);
    const auto oldest =
        consistent(order) ? std::max(by.seen[place], in_order[place]) : by.seen[place];
    return static_cast<unsigned>(l->history.size() - oldest);
}

std::uint64_t load(knowledge& by, const void* at, std::size_t size, std::memory_order order,
                   unsigned back) {
    const location* const l = find(at);
    if (l == nullptr) {
        return newest(at, size);
    }
    const std::size_t index = l->history.size() - 1 - std::min(back, readable(by, at, order) - 1);
    read(by, *l, index, order);
    return l->history[index].value;
}

void store(knowledge& by, void* at, std::size_t size, std::uint64_t value,
           std::memory_order order) {
    append(by, find_or_add(at, size), at, size, value, order, nullptr);
}

change read_modify_write(knowledge& by, void* at, std::size_t size, std::memory_order success,
                         std::memory_order failure, const std::function<bool(std::uint64_t&)>& f) {
    location& l = find_or_add(at, size);
    change c{l.history.back().value, l.history.back().value, false};
    c.made = f(c.after);
    const std::memory_order order = c.made ? success : failure;
    read(by, l, l.history.size() - 1, order);
    if (c.made) {
        const view continued = l.history.back().seen;
        append(by, l, at, size, c.after, order, &continued);
    }
    return c;
}

void fence(knowledge& by) noexcept {
    join(by.seen, by.acquired);
    join_places(in_order, by.seen);
    join_places(by.seen, in_order);
    by.released = by.seen;
}
void fence_everywhere(const std::vector<knowledge*>& all) noexcept {
    view everything{};
    for (knowledge* const one : all) {
        fence(*one);
        join(everything, one->seen);
    }
    join_places(everything, in_order);
    for (knowledge* const one : all) {
        one->seen = one->released = everything;
    }
}

}  // namespace memory
