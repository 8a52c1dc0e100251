// SPDX-License-Identifier: BSL-1.0
//
// The members that concern a map as a whole: its room, its garbage, its ownership.
#pragma once

#include <stdexcept>

#include "many.hpp"

namespace fuzz {

template <class Shape>
class whole : public many<Shape> {
public:
    using base = many<Shape>;
    using base::base;

protected:
    using base::attempt;
    using base::here;
    using base::map;
    using base::model;
    using base::there;
    using typename base::key_type;
    using typename base::map_type;
    using typename base::value_type;

    void clear() {
        attempt(none, [&] { map().clear(); });
        model().clear();
    }

    void reserve(const step& s) {
        if (s.value == 255) {
            too_large(s);
            return;
        }
        const std::size_t n = std::size_t{s.value} * 8;
        attempt(map_memory | other_memory | hashing, [&] {
            const bool was_empty = map().stats().buckets == 0;
            map().reserve(n);
            require(!was_empty || map().stats().buckets * 14 >= n, "reserve: too little room");
        });
    }
    void shrink_to_fit() {
        attempt(none, [&] { map().shrink_to_fit(); });
    }
    /// Outside callbacks, and without handles, nothing is left behind.
    void reclaim() {
        attempt(none, [&] { map().reclaim(); });
        require(this->depth_ != 0 || this->any_handle() || map().stats().retired_objects == 0,
                "reclaim: something is left");
    }

    // --- nobody may be using the map ---

    void swap() {
        if (!propagates_on_swap && !same_allocator()) return;
        swap_both(map(), *there().map);
        std::swap(here().model, there().model);
        std::swap(here().scheme, there().scheme);
        if constexpr (propagates_on_swap) std::swap(here().memory, there().memory);
        check_functions();
    }

    /// From itself, to the same allocator or that of the other map.
    void move_construct(const step& s) {
        std::unique_ptr<map_type> moved;
        if (s.value % 2 == 0) {
            moved = std::make_unique<map_type>(std::move(map()));
        } else {
            this->drop_handles();
            const auto memory = Shape::allocator(*there().memory);
            if (!attempt_to_move(
                    [&] { moved = std::make_unique<map_type>(std::move(map()), memory); }))
                return;
            here().memory = there().memory;
        }
        require(map().empty() && map().snapshot().empty(), "a map is not empty after a move");
        map().store(base::key(s.key), base::value(s.value));
        require(map().erase(base::key(s.key)), "a map cannot be used after a move");
        here().map = std::move(moved);
        check_functions();
    }

    void move_assign() {
        this->drop_handles();
        if (!attempt_to_move([&] { map() = std::move(*there().map); })) return;
        require(there().map->empty(), "a map is not empty after a move");
        here().model = std::exchange(there().model, std::make_unique<reference>());
        there().map.reset();
        if constexpr (map_traits::propagate_on_container_move_assignment::value)
            here().memory = there().memory;
        there().scheme = std::exchange(here().scheme, there().scheme);
        there().map = base::empty_map(there());
        check_functions();
    }

    /// Again, from what is in it, some of it twice.
    void construct(const step& s) {
        this->drop_handles();
        const auto hash = Shape::hash(here().scheme);
        const typename base::key_equal equal;
        const auto memory = Shape::allocator(*here().memory);
        std::vector<std::pair<key_type, value_type>> entries = map().snapshot();
        if (!entries.empty()) entries.emplace_back(entries.front().first, base::value(s.value));
        std::unique_ptr<map_type> made;
        const bool done = attempt(anything, [&] {
            switch (s.key % 3) {
            case 0:
                made =
                    std::make_unique<map_type>(entries.begin(), entries.end(), hash, equal, memory);
                break;
            case 1:
                made = std::make_unique<map_type>(entries.size(), hash, equal, memory);
                for (const auto& [k, v] : entries) made->load_or_store(k, v);
                break;
            default: {
                const std::initializer_list<typename map_type::value_type> list = {
                    {base::key(s.key), base::value(s.value)},
                    {base::key(s.key), base::value(s.value + 1)}};
                made = std::make_unique<map_type>(list, hash, equal, memory);
                const faults::pause quiet;
                model().clear();
                model().put(s.key, base::value_number(s.value));
            }
            }
        });
        if (done) here().map = std::move(made);
    }

private:
    using allocator_type = typename map_type::allocator_type;
    using map_traits = std::allocator_traits<allocator_type>;
    static constexpr bool propagates_on_swap = map_traits::propagate_on_container_swap::value;

    bool same_allocator() { return map().get_allocator() == there().map->get_allocator(); }
    static void swap_both(map_type& a, map_type& b) {
        using std::swap;
        swap(a, b);
    }
    void check_functions() {
        require(Shape::has_hash(map(), here().scheme), "a map has another hash function");
        require(map().get_allocator() == Shape::allocator(*here().memory),
                "a map has another allocator");
    }

    /// More than there can be, or more than there is (`most_at_once`).
    void too_large(const step& s) {
        bool refused = false;
        try {
            map().reserve(~std::size_t{0} >> s.key % 16);
        } catch (const std::length_error&) {
            refused = true;
        } catch (const std::bad_alloc&) {
            refused = true;
        }
        require(refused, "reserve: took far too much");
        this->compare_all();
    }

    /// A move entry by entry may fail half way: then nothing is known of either map but that they
    /// live.
    template <class Move>
    bool attempt_to_move(Move&& move) {
        const faults::scope armed(this->plan_);
        // A destructor that ran now would find values that have been moved from already.
        const auto at_death = std::exchange(tracked::at_death, nullptr);
        struct restore {
            const decltype(at_death)& value;
            ~restore() { tracked::at_death = value; }
        } const restored{at_death};
        try {
            move();
            return true;
        } catch (const injected&) {
        } catch (const std::bad_alloc&) {
        }
        const faults::pause quiet;
        for (auto* s : {&here(), &there()}) {
            s->map = base::empty_map(*s);
            s->model->clear();
        }
        return false;
    }
};

}  // namespace fuzz
