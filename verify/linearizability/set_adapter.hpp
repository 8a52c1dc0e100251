// SPDX-License-Identifier: BSL-1.0
//
// Makes a subject of a syncmap::set: a map in which each key that is there has the_value.
#pragma once

#include <syncmap/set.hpp>

#include "adapter.hpp"

namespace linearizability {

template <class Set>
class set_adapter final : public subject {
public:
    using key_type = typename Set::key_type;

    void make(call& c) override {
        my_pace = c.what < member::store ? pace::of_load() : pace::of_write();
        const key_type key = number<key_type>::make(c.key);
        switch (c.what) {
        case member::load: c.result = set_.contains(key) ? the_value : none; break;
        case member::contains: c.yes = set_.contains(key); break;
        case member::store: set_.insert(key); break;
        case member::load_or_store:
            c.yes = !set_.insert(key);
            c.result = the_value;
            break;
        case member::erase: c.yes = set_.erase(key); break;
        case member::clear: set_.clear(); break;
        case member::size: c.result = set_.size() - c.expected; break;
        default: throw std::logic_error("sets have no such member");
        }
    }

    void for_each(const std::function<bool(std::uint64_t, value)>& f) override {
        set_.for_each([&](const key_type& key) { return f(number<key_type>::of(key), the_value); });
    }
    void for_each(std::size_t part, std::size_t parts,
                  const std::function<bool(std::uint64_t, value)>& f) override {
        set_.for_each(part, parts,
                      [&](const key_type& key) { return f(number<key_type>::of(key), the_value); });
    }
    std::vector<std::pair<std::uint64_t, value>> snapshot() override {
        std::vector<std::pair<std::uint64_t, value>> keys;
        for (const key_type& key : set_.snapshot()) {
            keys.emplace_back(number<key_type>::of(key), the_value);
        }
        return keys;
    }
    std::size_t erase_if(const std::function<bool(std::uint64_t, value)>& pred) override {
        return set_.erase_if(
            [&](const key_type& key) { return pred(number<key_type>::of(key), the_value); });
    }
    void reserve(std::size_t n) override { set_.reserve(n); }
    void shrink_to_fit() override { set_.shrink_to_fit(); }
    void reclaim() override { set_.reclaim(); }
    std::size_t promotions() override { return static_cast<std::size_t>(set_.stats().promotions); }

private:
    Set set_;
};

}  // namespace linearizability
