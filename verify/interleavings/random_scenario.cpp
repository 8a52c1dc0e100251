// SPDX-License-Identifier: BSL-1.0
#include "random_scenario.hpp"

#include <iterator>
#include <random>

#include "calls.hpp"

using namespace calls;

namespace {

/// Numbers that are the same with every standard library.
class dice {
public:
    explicit dice(std::uint64_t seed) : numbers_(seed) {}
    unsigned below(unsigned n) { return static_cast<unsigned>(numbers_() % n); }
    bool one_in(unsigned n) { return below(n) == 0; }
    template <class List>
    const auto& any_of(const List& list) {
        return list[below(static_cast<unsigned>(std::size(list)))];
    }

private:
    std::mt19937_64 numbers_;
};

// What is in these lists more than once is chosen more often.

const std::vector<call> contents[] = {
    {},
    {store(0, 1)},
    {reserve(8), store(0, 1)},
    {reserve(8), store(0, 1), store(3, 2)},
    {store(0, 1), store(4, 5)},
    {store(0, 1), store(0, 2), store(0, 3)},
    {store(0, 1), clear()},
    half_moved,
    half_moved + erased(3, 3) + erased(7, 7),
    about_to_grow,
    about_to_shrink,
    half_shrunk,
    full_bucket,
    full_bucket,
    full_bucket + std::vector<call>{erase(4), erase(8)},
    full_bucket + std::vector<call>{store(12, 4)},
    full_bucket + std::vector<call>{erase(4), store(12, 4)},
};

constexpr verb looks[] = {
    verb::load,     verb::load,  verb::load, verb::load,     verb::pin,
    verb::contains, verb::visit, verb::keep, verb::for_each, verb::for_each_in_parts};
constexpr verb puts[] = {verb::store,       verb::store,    verb::store,  verb::load_or_store,
                         verb::try_emplace, verb::exchange, verb::update, verb::toggle};
constexpr verb removals[] = {verb::erase,          verb::erase,    verb::erase,
                             verb::load_and_erase, verb::erase_if, verb::compare_and_erase,
                             verb::erase_one};
constexpr verb others[] = {verb::clear,   verb::compare_exchange, verb::reclaim,
                           verb::reclaim, verb::reserve,          verb::shrink};

enum class kind { look, put, remove, other };

/// What a thread does next: often what orders have to be right for. A key is stored and then another one looked
/// for, one is erased and its slot used again, one is looked for twice.
kind random_kind(dice& d, kind last) {
    if (last != kind::other && d.one_in(2)) {
        return last == kind::remove ? kind::put : kind::look;
    }
    constexpr kind all[] = {kind::look, kind::look,   kind::look,   kind::put,  kind::put,
                            kind::put,  kind::remove, kind::remove, kind::other};
    return d.any_of(all);
}

verb random_verb(dice& d, kind of) {
    switch (of) {
    case kind::look: return d.any_of(looks);
    case kind::put: return d.any_of(puts);
    case kind::remove: return d.any_of(removals);
    default: return d.any_of(others);
    }
}

call random_call(dice& d, verb what, int key, int value, const entries& before) {
    const int expected = before[static_cast<std::size_t>(key)].value_or(1);
    switch (what) {
    case verb::compare_exchange: return compare_exchange(key, expected, value);
    case verb::compare_and_erase: return compare_and_erase(key, expected);
    case verb::erase_one: return erase_one(key, expected);
    case verb::for_each_in_parts: return for_each_in_parts(2 + static_cast<int>(d.below(4)));
    case verb::reserve: return reserve(6 + static_cast<int>(d.below(30)));
    case verb::clear:
    case verb::reclaim:
    case verb::shrink:
    case verb::for_each: return {what};
    case verb::store:
    case verb::load_or_store:
    case verb::try_emplace:
    case verb::exchange:
    case verb::update:
    case verb::toggle: return {what, key, value};
    default: return {what, key};
    }
}

}  // namespace

scenario random_scenario(std::uint64_t seed) {
    dice d(seed);
    scenario s;
    s.name = "random " + std::to_string(seed);
    s.before = d.any_of(contents);
    s.new_threads = d.one_in(8);
    const entries before = entries_after(s.before);
    // Few keys, of one bucket or of several: the threads have to meet.
    constexpr int more[] = {2, 3, 4, 7, 8, 12};
    const int keys[] = {0, d.any_of(more), d.any_of(more)};
    const unsigned key_choice = d.one_in(2) ? 1 : 2 + d.below(2);
    const unsigned threads = d.one_in(8) ? 4 : d.one_in(3) ? 3 : 2;
    for (unsigned t = 0; t < threads; ++t) {
        std::vector<call>& calls = s.threads.emplace_back();
        const unsigned count = 1 + d.below(6 - threads);
        kind last = kind::other;
        while (calls.size() < count) {
            const int key = keys[d.below(key_choice)];
            const auto value = static_cast<int>(100 * (t + 1) + 10 * calls.size());
            last = random_kind(d, last);
            calls.push_back(random_call(d, random_verb(d, last), key, value, before));
        }
        if (s.new_threads && d.one_in(2)) {
            calls.push_back(end_of_thread());
        }
    }
    return s;
}

std::string to_code(const scenario& s) {
    const auto list = [](const std::vector<call>& calls) {
        std::string text;
        for (const call& c : calls) {
            text += (text.empty() ? "" : ", ") + to_string(c);
        }
        return "{" + text + "}";
    };
    std::string text = "{\"" + s.name + "\",\n " + list(s.before) + ",\n {";
    for (const std::vector<call>& calls : s.threads) {
        text += (&calls == &s.threads.front() ? "" : ",\n  ") + list(calls);
    }
    return text + "}" + (s.new_threads ? ",\n true" : "") + "},";
}
