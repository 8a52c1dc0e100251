// SPDX-License-Identifier: BSL-1.0
#include "call.hpp"

#include <algorithm>
#include <utility>

namespace litmus {
namespace {

/// Goes through all orders of the calls that keep each thread's own.
class orders {
public:
    explicit orders(const program& p) : program_(p), next_(p.threads.size()) {
        for (const auto& calls : p.threads) {
            results_.emplace_back(calls.size());
        }
    }

    std::vector<std::uint64_t> all() {
        go_on(program_.before);
        std::ranges::sort(found_);
        const auto rest = std::ranges::unique(found_);
        found_.erase(rest.begin(), rest.end());
        return std::move(found_);
    }

private:
    void go_on(const contents& now) {
        bool over = true;
        for (std::size_t t = 0; t < next_.size(); ++t) {
            const std::size_t i = next_[t];
            if (i < program_.threads[t].size()) {
                over = false;
                contents then = now;
                results_[t][i] = apply(then, program_.threads[t][i]);
                ++next_[t];
                go_on(then);
                --next_[t];
            }
        }
        if (over) {
            outcome o;
            for (const auto& results : results_) {
                for (const result r : results) {
                    o.add(r);
                }
            }
            for (const value v : now) {
                o.add(v);
            }
            found_.push_back(o.bits());
        }
    }

    const program& program_;
    std::vector<std::size_t> next_;
    std::vector<std::vector<result>> results_;
    std::vector<std::uint64_t> found_;
};

std::string text(result r) {
    if (r >= nonsense) {
        return "nonsense";
    }
    const int number = r % was_there;
    return (number == 0 ? "-" : std::to_string(number)) + (r >= was_there ? " found" : "");
}

}  // namespace

result apply(contents& now, const call& c) noexcept {
    value& v = now[c.key];
    switch (c.what) {
    case member::load:
    case member::visit:
    case member::pin:
    case member::load_many:
    case member::visit_many:
    case member::for_each:
    case member::parts:
    case member::update_keep:
    case member::snapshot: return v;
    case member::contains: return v != absent;
    case member::load_or_store:
    case member::load_or_compute:
    case member::try_emplace:
        if (v != absent) {
            return static_cast<result>(v | was_there);
        }
        return v = c.argument;
    case member::store: v = c.argument; return 0;
    case member::exchange:
    case member::update_put: return std::exchange(v, c.argument);
    case member::update_erase:
    case member::load_and_erase: return std::exchange(v, absent);
    case member::erase:
    case member::erase_if: return std::exchange(v, absent) != absent;
    case member::compare_exchange:
        if (v == absent || v != c.expected) {
            return 0;
        }
        v = c.argument;
        return 1;
    case member::compare_and_erase:
    case member::erase_one:
        if (v == absent || v != c.expected) {
            return 0;
        }
        v = absent;
        return 1;
    case member::clear: now = {}; return 0;
    }
    return nonsense;
}

std::vector<std::uint64_t> explained(const program& p) { return orders(p).all(); }

std::string_view name(member m) noexcept {
    constexpr std::string_view names[members] = {"load",
                                                 "contains",
                                                 "visit",
                                                 "pin",
                                                 "load_many",
                                                 "visit_many",
                                                 "for_each",
                                                 "snapshot",
                                                 "load_or_store",
                                                 "load_or_compute",
                                                 "try_emplace",
                                                 "compare_exchange",
                                                 "compare_and_erase",
                                                 "erase",
                                                 "load_and_erase",
                                                 "store",
                                                 "exchange",
                                                 "update_put",
                                                 "update_erase",
                                                 "update_keep",
                                                 "erase_one",
                                                 "erase_if",
                                                 "parts",
                                                 "clear"};
    return names[static_cast<std::size_t>(m)];
}

std::string describe(const program& p, std::uint64_t outcome) {
    constexpr const char* key_names[keys] = {"x", "y"};
    std::size_t count = keys;
    for (const auto& calls : p.threads) {
        count += calls.size();
    }
    std::string line;
    for (std::size_t k = 0; k < keys; ++k) {
        line.append(key_names[k])
            .append(" ")
            .append(text(p.before[k]))
            .append(k + 1 < keys ? ", " : ":");
    }
    std::size_t i = 0;
    for (const auto& calls : p.threads) {
        line += i == 0 ? "" : " |";
        for (const call& c : calls) {
            line.append(" ").append(name(c.what));
            if (c.what != member::clear) {
                line.append("(").append(key_names[c.key]);
                line.append(c.argument != 0 ? ", " + text(c.argument) : "").append(")");
            }
            line.append("=").append(text(outcome::at(outcome, i++, count)));
        }
    }
    line += " ->";
    for (std::size_t k = 0; k < keys; ++k) {
        line.append(" ")
            .append(key_names[k])
            .append(" ")
            .append(text(outcome::at(outcome, i++, count)));
    }
    return line;
}

}  // namespace litmus
