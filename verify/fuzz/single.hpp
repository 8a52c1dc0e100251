// SPDX-License-Identifier: BSL-1.0
//
// The members that take one key, each beside its reference.
#pragma once

#include "bench.hpp"

namespace fuzz {

template <class Shape>
class single : public bench<Shape> {
public:
    using base = bench<Shape>;
    using base::base;

protected:
    using base::attempt;
    using base::key;
    using base::map;
    using base::model;
    using base::of;
    using base::value;
    using base::value_number;
    using typename base::key_type;
    using typename base::map_type;
    using typename base::value_type;

    static decltype(auto) lookup(const key_type& k) { return Shape::lookup(k); }
    static constexpr unsigned key_faults = hashing | comparing;

    // --- reading ---

    void load(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults | copying | other_memory, [&] {
            const auto got = map().load(lookup(k));
            const faults::pause quiet;
            require(of(got) == model().get(s.key), "load");
        });
    }
    void contains(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults, [&] {
            const bool got = map().contains(lookup(k));
            const faults::pause quiet;
            require(got == model().get(s.key).has_value(), "contains");
        });
    }
    void visit(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults | other_memory | calling, [&] {
            bool called = false;
            const bool got = map().visit(lookup(k), [&](const value_type& v) {
                const number before = look(s, &v);
                called = true;
                this->call_back(s);
                require(of(v) == before, "visit: the value has changed");
            });
            const faults::pause quiet;
            require(got == called && (got || !model().get(s.key)), "visit");
        });
    }
    void pin(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults | other_memory, [&] {
            auto got = map().pin(lookup(k));
            const faults::pause quiet;
            require((got ? std::optional(of(*got)) : std::nullopt) == model().get(s.key), "pin");
            this->keep(s.value, std::move(got), model().get(s.key).value_or(0));
        });
    }

    // --- writing ---

    void store(const step& s) {
        const key_type k = key(s.key);
        const value_type v = value(s.value);
        attempt(anything, [&] {
            map().store(lookup(k), v);
            const faults::pause quiet;
            model().put(s.key, of(v));
        });
    }
    void exchange(const step& s) {
        const key_type k = key(s.key);
        const value_type v = value(s.value);
        attempt(anything, [&] {
            const auto got = map().exchange(k, v);
            const faults::pause quiet;
            require(of(got) == model().put(s.key, of(v)), "exchange");
        });
    }
    void load_or_store(const step& s) {
        key_type k = key(s.key);
        value_type v = value(s.value);
        attempt(anything, [&] {
            const auto [got, loaded] = map().load_or_store(std::move(k), std::move(v));
            const faults::pause quiet;
            check_put_if_absent(s, of(got), loaded);
            if (loaded) {
                require(of(k) == s.key && of(v) == value_number(s.value),
                        "load_or_store: an argument was moved from in vain");
            }
        });
    }
    void load_or_compute(const step& s) {
        key_type k = key(s.key);
        attempt(anything, [&] {
            bool called = false;
            const auto [got, loaded] = map().load_or_compute(std::move(k), [&] {
                require(!std::exchange(called, true), "load_or_compute: called twice");
                look(s, nullptr);
                this->call_back(s);
                const faults::pause quiet;
                return value(s.value);
            });
            const faults::pause quiet;
            require(called || loaded, "load_or_compute: not called");
            check_put_if_absent(s, of(got), loaded);
        });
    }
    void try_emplace(const step& s) {
        key_type k = key(s.key);
        value_type v = value(s.value);
        attempt(anything, [&] {
            auto [got, inserted] = map().try_emplace(std::move(k), std::move(v));
            const faults::pause quiet;
            const number now = of(*got);
            check_put_if_absent(s, now, !inserted);
            require(inserted || of(k) == s.key, "try_emplace: the key was moved from in vain");
            this->keep(s.value, std::move(got), now);
        });
    }
    void compare_exchange(const step& s) {
        const key_type k = key(s.key);
        const number expected = expected_value(s);
        const value_type e = value(expected);
        value_type desired = value(s.value + 1);
        attempt(anything, [&] {
            const bool got = map().compare_exchange(lookup(k), e, std::move(desired));
            const faults::pause quiet;
            require(got == model().compare_exchange(s.key, of(e), value_number(s.value + 1)),
                    "compare_exchange");
            require(got || of(desired) == value_number(s.value + 1),
                    "compare_exchange: the value was moved from in vain");
        });
    }
    void update(const step& s) {
        if (s.value % 5 == 4) return update_nothing(s);
        change(s, [&] { return std::optional<value_type>(value(s.value)); });
    }
    void update_away(const step& s) {
        change(s, [] { return std::optional<value_type>(); });
    }

    void update_nothing(const step& s) {
        const key_type k = key(s.key);
        attempt(anything, [&] {
            std::optional<number> shown;
            const auto got =
                map().update(k, [&](const value_type* current) -> syncmap::change<value_type> {
                    const number now = look(s, current);
                    shown = current != nullptr ? std::optional(now) : std::nullopt;
                    this->call_back(s);
                    return syncmap::unchanged;
                });
            const faults::pause quiet;
            require(of(got) == shown, "update: another result though nothing was to change");
        });
    }

    // --- erasing ---

    void erase(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults, [&] {
            const bool got = map().erase(lookup(k));
            const faults::pause quiet;
            require(got == model().take(s.key).has_value(), "erase");
        });
    }
    void load_and_erase(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults | copying | other_memory, [&] {
            const auto got = map().load_and_erase(lookup(k));
            const faults::pause quiet;
            require(of(got) == model().take(s.key), "load_and_erase");
        });
    }
    /// By its value, or by a function that is asked about that.
    void compare_and_erase(const step& s) {
        if (s.value % 3 == 2) return erase_if_told(s);
        const key_type k = key(s.key);
        const value_type expected = value(expected_value(s));
        attempt(key_faults | other_memory, [&] {
            const bool got = map().compare_and_erase(lookup(k), expected);
            const faults::pause quiet;
            require(got == model().compare_and_erase(s.key, of(expected)), "compare_and_erase");
        });
    }
    void erase_if_told(const step& s) {
        const key_type k = key(s.key);
        attempt(key_faults | other_memory | calling, [&] {
            bool told = false;
            const bool got = map().erase_if(lookup(k), [&](const value_type& current) {
                look(s, &current);
                this->call_back(s);
                const faults::pause quiet;
                return told = of(current) % 3 != 0;
            });
            const faults::pause quiet;
            require(!got || told, "erase_if: erased though it was told not to");
            require(got || !told || !model().get(s.key), "erase_if: left what was to go");
            if (got)
                require(model().take(s.key).has_value(), "erase_if: erased what was not there");
        });
    }
    /// A slot that is used again and again.
    void churn(const step& s) {
        store(s);
        erase(s);
    }

private:
    /// In a callback: what it is shown is what is there. Gives its number.
    number look(const step& s, const value_type* current) {
        const faults::pause quiet;
        const auto shown = current != nullptr ? std::optional(of(*current)) : std::nullopt;
        require(shown == model().get(s.key), "a callback was shown another value");
        return shown.value_or(0);
    }
    void check_put_if_absent(const step& s, number got, bool loaded) {
        const auto before = model().get(s.key);
        require(loaded == before.has_value(), "whether a value was there is wrong");
        require(got == before.value_or(value_number(s.value)), "another value is there");
        if (!before) model().put(s.key, got);
    }
    /// Mostly the right one.
    number expected_value(const step& s) {
        return s.value % 4 != 0 ? model().get(s.key).value_or(s.value) : s.value;
    }
    template <class Make>
    void change(const step& s, Make&& make) {
        const key_type k = key(s.key);
        attempt(anything, [&] {
            bool present = false;
            const auto got = map().update(k, [&](const value_type* current) {
                present = current != nullptr;
                look(s, current);
                this->call_back(s);
                const faults::pause quiet;
                return make();
            });
            const faults::pause quiet;
            const std::optional<value_type> made = make();
            require(of(got) == of(made), "update: another result");
            if (made)
                model().put(s.key, of(*made));
            else if (
                present)  // otherwise nothing was to be done, whatever the callback has done since
                model().take(s.key);
        });
    }
};

}  // namespace fuzz
