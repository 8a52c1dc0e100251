// SPDX-License-Identifier: BSL-1.0
#include "scripts.hpp"
#include "script_parts.hpp"

#include <algorithm>

namespace bench::scripts {

script loads(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, 1}});
}

// --- W1 to W11 ---

script misses(const cell& c, unsigned thread) {
    return mixture(c, thread, c.keys, c.keys, {{op::load, 1}});
}
script w4(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, 0.99}, {op::store, 0.01}});
}
script w5(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, 2 * c.keys,
                   {{op::load, 0.9}, {op::insert, 0.05}, {op::erase, 0.05}});
}
script half_and_half(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, 0.5}, {op::store, 0.5}});
}
script grow(const cell& c, unsigned thread) {
    const auto [first, count] = share_of(c, thread);
    script s;
    s.only = op::insert;
    s.keys.resize(count);
    for (std::size_t i = 0; i < s.keys.size(); ++i)
        s.keys[i] = static_cast<std::uint32_t>(first + i);
    return s;
}
script w8(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::insert, 1}});
}
script churn(const cell& c, unsigned thread) {
    const auto [first, count] = share_of(c, thread);
    script s;
    key_source keys(c, thread, first, count);
    for (std::size_t i = 0; i < length_for(c.keys); i += 2) {
        s.keys.insert(s.keys.end(), 2, keys.next());
        s.ops.insert(s.ops.end(), {op::erase, op::insert});
    }
    return s;
}
script one_hot_key(const cell&, unsigned thread) {
    script s;
    s.keys.assign(1U << 12U, 0);
    s.only = thread == 0 ? op::store : op::load;
    s.role = thread == 0 ? "write" : "read";
    return s;
}
script beside_writers(const cell& c, unsigned thread) {
    script s = thread == 0 ? loads(c, thread)
                           : mixture(c, thread, 0, c.keys,
                                     {{op::store, 0.5}, {op::insert, 0.25}, {op::erase, 0.25}});
    s.role = thread == 0 ? "read" : "write";
    return s;
}
script nothing(const cell&, unsigned) { return {}; }

// --- YCSB ---

script ycsb_b(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, 0.95}, {op::store, 0.05}});
}
/// Reads what is newest most: rank 0 is this thread's last insert.
script ycsb_d(const cell& c, unsigned thread) {
    constexpr double inserts = 0.05;
    const std::size_t length = share_of(c, thread).second;
    const auto most = static_cast<std::uint32_t>(c.what->key_numbers(c) - c.keys) / c.threads;
    const auto first = static_cast<std::uint32_t>(c.keys) + most * thread;
    const zipf_source zipf(c.keys);
    random_source random = random_for(c, thread);
    script s;
    std::uint32_t inserted = 0;
    while (s.keys.size() < length) {
        const bool insert = random.fraction() < inserts && inserted < most;
        s.ops.push_back(insert ? op::insert : op::load);
        if (insert) {
            s.keys.push_back(first + inserted++);
            continue;
        }
        const std::uint32_t rank = zipf.next(random);
        s.keys.push_back(rank < inserted ? first + inserted - 1 - rank
                                         : static_cast<std::uint32_t>(c.keys) - 1 -
                                               std::min(rank - inserted,
                                                        static_cast<std::uint32_t>(c.keys) - 1));
    }
    return s;
}
script ycsb_f(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, 0.5}, {op::update, 0.5}});
}

script custom(const cell& c, unsigned thread) {
    return mixture(c, thread, 0, c.keys, {{op::load, c.read_ratio}, {op::store, 1}});
}

}  // namespace bench::scripts
