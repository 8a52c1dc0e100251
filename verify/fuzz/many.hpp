// SPDX-License-Identifier: BSL-1.0
//
// The members that look at many entries, while their callbacks change the map.
#pragma once

#include <algorithm>
#include <span>
#include <vector>

#include "single.hpp"

namespace fuzz {

template <class Shape>
class many : public single<Shape> {
public:
    using base = single<Shape>;
    using base::base;

protected:
    using base::attempt;
    using base::map;
    using base::model;
    using base::of;
    using typename base::key_type;
    using typename base::value_type;

    void load_many(const step& s) {
        const std::vector<key_type> keys = some_keys(s);
        std::vector<std::optional<value_type>> values(keys.size() + 1);
        values.back().emplace(base::value(77));
        attempt(base::key_faults | copying | other_memory, [&] {
            const std::size_t present = map().load_many(keys, std::span(values));
            const faults::pause quiet;
            std::size_t expected = 0;
            for (std::size_t i = 0; i < keys.size(); ++i) {
                const auto there = model().get(of(keys[i]));
                require(of(values[i]) == there, "load_many: another value");
                expected += there ? 1 : 0;
            }
            require(present == expected, "load_many: another count");
        });
        require(of(values.back()) == of(base::value(77)), "load_many: wrote too far");
    }

    void visit_many(const step& s) {
        const std::vector<key_type> keys = some_keys(s);
        const reference::watch all(model());
        std::size_t calls = 0;
        std::size_t next = 0;
        const auto left_out_until = [&](std::size_t i) {
            for (; next < i; ++next)
                require(!all.stays().contains(of(keys[next])), "visit_many: a key was left out");
        };
        attempt(base::key_faults | other_memory | calling, [&] {
            const std::size_t present =
                map().visit_many(keys, [&](std::size_t i, const value_type& v) {
                    require(i >= next && i < keys.size(), "visit_many: out of order");
                    require(all.was(of(keys[i]), of(v)), "visit_many: another value");
                    left_out_until(i);
                    ++next;
                    ++calls;
                    this->call_back(s);
                });
            require(present == calls, "visit_many: another count");
            left_out_until(keys.size());
        });
    }

    /// Stops early where the step's key says so, and goes in parts where its value does.
    void for_each(const step& s) {
        const reference::watch all(model());
        std::set<number> shown;
        bool stopped = false;
        attempt(hashing | other_memory | calling, [&] {
            const auto show = [&](const key_type& k, const value_type& v) {
                require(!stopped, "for_each: went on though it was told to stop");
                {
                    const faults::pause quiet;
                    require(shown.insert(of(k)).second, "for_each: a key was shown twice");
                    require(all.was(of(k), of(v)), "for_each: another value");
                }
                this->call_back(s);
                stopped = shown.size() == s.key;
                return !stopped;
            };
            const std::size_t parts = s.value % 4 == 3 ? 1 + s.value / 4 % 9 : 1;
            for (std::size_t part = 0; part < parts && !stopped; ++part) {
                parts == 1 ? map().for_each(show) : map().for_each(part, parts, show);
            }
            require(stopped || std::ranges::includes(shown, all.stays()),
                    "for_each: a key was left out");
        });
    }

    void snapshot(const step&) {
        attempt(anything, [&] {
            const auto entries = map().snapshot();
            const faults::pause quiet;
            require(entries.size() == model().size(), "snapshot: another size");
            for (const auto& [k, v] : entries)
                require(model().get(of(k)) == of(v), "snapshot: another value");
        });
    }

    void erase_if(const step& s) {
        const reference::watch all(model());
        std::size_t erased = 0;
        // What pred() was true of last. Whether that has been erased shows when it is called again.
        std::optional<reference::entry> doomed;
        const auto settle = [&] {
            if (doomed && model().get(doomed->first)) {
                require(model().take(doomed->first) == doomed->second,
                        "erase_if: did not ask again after a change");
                ++erased;
            }
            doomed.reset();
        };
        attempt(base::key_faults | other_memory | calling, [&] {
            try {
                const std::size_t got = map().erase_if([&](const key_type& k, const value_type& v) {
                    const reference::entry shown{of(k), of(v)};
                    {
                        const faults::pause quiet;
                        if (doomed && doomed->first == shown.first) doomed.reset();
                        settle();
                        require(all.was(shown.first, shown.second), "erase_if: another value");
                    }
                    this->call_back(s);
                    if ((shown.first + shown.second + s.value) % 4 != 0) doomed = shown;
                    return doomed.has_value();
                });
                const faults::pause quiet;
                settle();
                require(got == erased, "erase_if: another count");
            } catch (...) {
                const faults::pause quiet;
                if (doomed && !map().contains(Shape::lookup(base::key(doomed->first)))) settle();
                throw;
            }
        });
    }

private:
    static std::vector<key_type> some_keys(const step& s) {
        std::vector<key_type> keys;
        for (number i = 0; i < s.value; ++i) keys.push_back(base::key(s.key + i * (s.value % 3)));
        return keys;
    }
};

}  // namespace fuzz
