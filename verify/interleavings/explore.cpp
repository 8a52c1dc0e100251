// SPDX-License-Identifier: BSL-1.0
#include "explore.hpp"

#include <algorithm>
#include <sstream>

using machine::choice;

// --- bounded ----------------------------------------------------------------------------------------

void bounded::begin() {
    depth_ = 0;
    preemptions_.used = 0;
    stale_.used = 0;
}

bounded::budget* bounded::paid_from(choice what) {
    switch (what) {
    case choice::first: return nullptr;
    case choice::stale: return &stale_;
    default: return &preemptions_;
    }
}

unsigned bounded::choose(choice what, std::uint64_t, unsigned count, const unsigned*) {
    budget* const b = paid_from(what);
    if (b != nullptr && b->used == b->limit) {
        return 0;
    }
    if (depth_ == taken_.size()) {
        taken_.push_back({what, 0, count});
    }
    const point& p = taken_[depth_++];
    if (p.what != what || p.count != count) {
        machine::give_up("an execution did not repeat itself");
    }
    if (b != nullptr && p.chosen != 0) {
        ++b->used;
    }
    return p.chosen;
}

bool bounded::next() {
    taken_.resize(depth_);
    while (!taken_.empty() && taken_.back().chosen + 1 == taken_.back().count) {
        taken_.pop_back();
    }
    if (taken_.empty()) {
        return false;
    }
    ++taken_.back().chosen;
    begin();
    return true;
}

// --- pct --------------------------------------------------------------------------------------------

pct::pct(std::uint64_t seed, unsigned depth, std::uint64_t steps)
    : random_(seed), lowest_(machine::max_threads) {
    for (unsigned t = 0; t < machine::max_threads; ++t) {
        priority_[t] = lowest_ + t;
    }
    // A defect may need many old values, or just one.
    constexpr unsigned rates[] = {4, 16, 64};
    stale_one_in_ = rates[random_() % std::size(rates)];
    std::shuffle(std::begin(priority_), std::end(priority_), random_);
    std::uniform_int_distribution<std::uint64_t> when(0, steps);
    for (unsigned i = 1; i < depth; ++i) {
        falls_.push_back(when(random_));
    }
}

unsigned pct::choose(choice what, std::uint64_t, unsigned count, const unsigned* threads) {
    if (what == choice::stale) {
        unsigned back = 0;
        while (back + 1 < count && random_() % stale_one_in_ == 0) {
            ++back;
        }
        return back;
    }
    if (what == choice::yield) {
        return 0;  // fair, where priorities would let two that wait for a third one go on for ever
    }
    if (what == choice::preempt && std::count(falls_.begin(), falls_.end(), at_++) != 0) {
        priority_[threads[0]] = --lowest_;
    }
    const auto* const highest =
        std::max_element(threads, threads + count,
                         [&](unsigned a, unsigned b) { return priority_[a] < priority_[b]; });
    return static_cast<unsigned>(highest - threads);
}

// --- replay -----------------------------------------------------------------------------------------

replay::replay(const std::string& decisions) {
    std::istringstream in(decisions);
    for (std::string one; std::getline(in, one, ',');) {
        std::istringstream parts(one);
        decision d{};
        unsigned what = 0;
        char dot = 0;
        parts >> d.at >> dot >> what >> dot >> d.chosen;
        d.what = static_cast<choice>(what);
        decisions_.push_back(d);
    }
}
unsigned replay::choose(choice what, std::uint64_t at, unsigned count, const unsigned*) {
    if (next_ == decisions_.size() || decisions_[next_].at != at ||
        decisions_[next_].what != what) {
        return 0;
    }
    return std::min(decisions_[next_++].chosen, count - 1);
}

unsigned recorder::choose(choice what, std::uint64_t at, unsigned count, const unsigned* threads) {
    const unsigned chosen = inner_.choose(what, at, count, threads);
    if (chosen != 0) {
        decisions_.push_back({at, what, chosen});
    }
    return chosen;
}
std::string recorder::decisions() const {
    std::ostringstream text;
    for (const decision& d : decisions_) {
        text << (text.tellp() == 0 ? "" : ",") << d.at << '.' << static_cast<unsigned>(d.what)
             << '.' << d.chosen;
    }
    return text.str();
}
