// SPDX-License-Identifier: BSL-1.0
//
// The makers of scripts, one for each kind of workload; workload.cpp says which is whose.
#pragma once

#include "workload.hpp"

namespace bench::scripts {

script loads(const cell& c, unsigned thread);
script misses(const cell& c, unsigned thread);
script w4(const cell& c, unsigned thread);
script w5(const cell& c, unsigned thread);
script half_and_half(const cell& c, unsigned thread);
script grow(const cell& c, unsigned thread);
script w8(const cell& c, unsigned thread);
script churn(const cell& c, unsigned thread);
script one_hot_key(const cell& c, unsigned thread);
script beside_writers(const cell& c, unsigned thread);
script nothing(const cell& c, unsigned thread);
script read_heavy(const cell& c, unsigned thread);
script exchange(const cell& c, unsigned thread);
script rapid_grow(const cell& c, unsigned thread);
script ycsb_b(const cell& c, unsigned thread);
script ycsb_d(const cell& c, unsigned thread);
script ycsb_f(const cell& c, unsigned thread);
script custom(const cell& c, unsigned thread);

}  // namespace bench::scripts
