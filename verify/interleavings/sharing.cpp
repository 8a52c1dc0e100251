// SPDX-License-Identifier: BSL-1.0
#include "sharing.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sharing {

namespace {

/// What has been done to four bytes: a bit for each thread, and one for being written.
using marks = std::uint8_t;
constexpr marks written = 0x80;
marks marked[arena::size / 4];
bool more = false;

bool shared(marks m) noexcept {
    const unsigned threads = m & ~unsigned{written};
    return (m & written) != 0 && (threads & (threads - 1)) != 0;
}
void mark(marks& m, unsigned thread, bool writes) noexcept {
    const auto now = static_cast<marks>(m | 1U << thread | (writes ? written : 0U));
    more = more || shared(now) != shared(m);
    m = now;
}

}  // namespace

bool access(const void* at, unsigned thread, bool writes) noexcept {
    if (!arena::contains(at)) {
        return true;
    }
    marks& m = marked[arena::offset(at) / 4];
    mark(m, thread, writes);
    return shared(m);
}
void write(const arena::block& b, unsigned thread) noexcept {
    for (std::size_t i = b.begin / 4; i != b.end / 4; ++i) {
        mark(marked[i], thread, true);
    }
}

void forget() noexcept { std::fill(std::begin(marked), std::end(marked), marks{0}); }
bool found_more() noexcept { return std::exchange(more, false); }

}  // namespace sharing
