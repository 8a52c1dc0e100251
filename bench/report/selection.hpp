// SPDX-License-Identifier: BSL-1.0
//
// Takes the records apart that charts are made of.
#pragma once

#include <algorithm>
#include <functional>
#include <iterator>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

#include "plot_data.hpp"

namespace bench::charts {

using records = std::vector<record>;

struct workload_order {
    bool operator()(const std::string& a, const std::string& b) const { return comes_before(a, b); }
};
struct type_order {
    bool operator()(const std::string& a, const std::string& b) const {
        return type_comes_before(a, b);
    }
};

inline records only(const records& all, const std::function<bool(const record&)>& wanted) {
    records chosen;
    std::ranges::copy_if(all, std::back_inserter(chosen), wanted);
    return chosen;
}

template <class Compare = std::less<>, class Member>
auto distinct(const records& of, Member member) {
    using value = std::remove_cvref_t<std::invoke_result_t<Member, const record&>>;
    std::set<value, Compare> values;
    for (const auto& r : of) values.insert(std::invoke(member, r));
    return values;
}

inline bool is_go(const record& r) { return r.workload.starts_with("Go/"); }

inline std::vector<peer> peers_in(const dataset& data, const records& of) {
    std::vector<peer> found;
    std::ranges::copy_if(data.peers, std::back_inserter(found), [&](const peer& p) {
        return std::ranges::find(of, p.name, &record::peer) != of.end();
    });
    return found;
}

}  // namespace bench::charts
