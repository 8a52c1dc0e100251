// SPDX-License-Identifier: BSL-1.0
//
// Two maps of one shape, each with its reference, and what all operations on them need: calls under
// a plan of faults, callbacks that come back to the map, comparison of everything, handles that
// outlive their entries.
#pragma once

#include <array>
#include <memory>
#include <utility>

#include "reference.hpp"
#include "shapes.hpp"

namespace fuzz {

template <class Shape>
class bench {
public:
    using map_type = typename Shape::map;
    using key_type = typename map_type::key_type;
    using value_type = typename map_type::mapped_type;

    bench(input& from, const hash_scheme& scheme, bool one_ledger) : input_(from) {
        sides_[0].scheme = scheme;
        sides_[1].memory = &ledgers_[one_ledger ? 0 : 1];
        for (side& s : sides_) s.map = empty_map(s);
    }
    bench(const bench&) = delete;
    bench& operator=(const bench&) = delete;
    virtual ~bench() {
        drop_handles();
        for (side& s : sides_) s.map.reset();
    }

protected:
    static key_type key(number n) { return Shape::key(n); }
    static value_type value(number n) { return Shape::value(n); }
    static number value_number(number n) { return Shape::number_of(Shape::value(n)); }
    static number of(const auto& object) { return Shape::number_of(object); }
    static std::optional<number> of(const std::optional<value_type>& object) {
        return object ? std::optional(of(*object)) : std::nullopt;
    }

    struct side {
        ledger* memory = nullptr;
        hash_scheme scheme;
        std::unique_ptr<map_type> map;
        std::unique_ptr<reference> model = std::make_unique<reference>();
    };
    side& here() { return sides_[current_]; }
    side& there() { return sides_[1 - current_]; }
    map_type& map() { return *here().map; }
    reference& model() { return *here().model; }
    void go_to_other() { current_ = 1 - current_; }

    static std::unique_ptr<map_type> empty_map(side& s) {
        return std::make_unique<map_type>(0, Shape::hash(s.scheme), key_equal(),
                                          Shape::allocator(*s.memory));
    }
    using key_equal = typename map_type::key_equal;

    /// Makes a call that may fail, under the plan of the step. Says whether it succeeded; if not,
    /// nothing has changed. `may_fail`: the faults that it may pass on.
    template <class Call>
    bool attempt(unsigned may_fail, Call&& call) {
        const faults::scope armed(plan_);
        bool done = false;
        try {
            call();
            done = true;
        } catch (const injected&) {
        } catch (const std::bad_alloc&) {
        }
        plan_ = armed.rest();
        if (!done) {
            require((armed.fired() & may_fail) != 0, "a call failed that must not fail");
            const faults::pause quiet;
            // Later failures of a step are compared at its end.
            if (!std::exchange(failed_before_, true)) compare_all();
        }
        return done;
    }

    /// What callbacks do beside their own work.
    void call_back(const step& s) {
        faults::point(calling);
        if (s.nests && depth_ < 2 && nested_ < 3) {
            ++nested_;
            const faults::pause quiet;
            nested_step();
        }
        faults::point(calling);
    }
    virtual void nested_step() = 0;

    void compare_all() {
        const auto& expected = model().entries();
        require(map().size() == expected.size(), "size() is wrong");
        require(map().empty() == expected.empty(), "empty() is wrong");
        compare_stats();
        for (const auto& [k, v] : expected) {
            require(of(map().load(Shape::lookup(key(k)))) == v, "load: a key has another value");
        }
        std::set<number> shown;
        map().for_each([&](const key_type& k, const value_type& v) {
            require(shown.insert(of(k)).second, "for_each: a key was shown twice");
            require(model().get(of(k)) == of(v), "for_each: a key has another value");
        });
        require(shown.size() == expected.size(), "for_each: a key was not shown");
        for (const handle& h : handles_)
            require(!h.pin || of(*h.pin) == h.value, "a pinned value has changed");
    }

    void compare_stats() {
        const syncmap::map_stats s = map().stats();
        require(s.size == model().size(), "stats: size is wrong");
        require((s.buckets & (s.buckets - 1)) == 0, "stats: buckets is no power of two");
        require(s.buckets != 0 || s.size == 0, "stats: entries without a table");
        require(s.buckets == 0 ||
                    s.load_factor == static_cast<double>(s.size) / static_cast<double>(s.buckets),
                "stats: load_factor is wrong");
        require(s.amended ? s.moved_buckets < s.buckets : s.moved_buckets == 0,
                "stats: moved_buckets is wrong");
        require((s.retired_objects == 0) == (s.retired_bytes == 0),
                "stats: retired objects and bytes disagree");
    }

    // --- handles ---

    using pin_type = decltype(std::declval<const map_type&>().pin(std::declval<const key_type&>()));
    void keep(number slot, pin_type pin, number value) {
        handles_[slot % handles_.size()] = {std::move(pin), value};
    }
    void drop_handle(number slot) { handles_[slot % handles_.size()].pin.reset(); }
    void drop_handles() {
        for (handle& h : handles_) h.pin.reset();
    }
    [[nodiscard]] bool any_handle() const {
        for (const handle& h : handles_)
            if (h.pin) return true;
        return false;
    }

    input& input_;
    fault_plan plan_;  ///< of the step, as far as it has not been used up
    int depth_ = 0;    ///< of steps within callbacks
    int nested_ = 0;   ///< steps within callbacks of this step, so far
    bool failed_before_ = false;

private:
    struct handle {
        pin_type pin;
        number value = 0;
    };

    std::array<ledger, 2> ledgers_;
    std::array<side, 2> sides_{side{&ledgers_[0], {}, {}}, side{}};
    unsigned current_ = 0;
    std::array<handle, 8> handles_;
};

}  // namespace fuzz
