// SPDX-License-Identifier: BSL-1.0
//
// Runs an input on one shape: step after step, everything compared at the end, and all objects
// gone.
#pragma once

#include "whole.hpp"

namespace fuzz {

/// Whether steps are shown: for people who look at an input.
inline bool tracing = false;
/// All that have been compared, in this process.
inline unsigned long long operations = 0;

template <class Shape>
class session : public whole<Shape> {
public:
    using base = whole<Shape>;
    using base::base;

    void run(bool compare_always) {
        tracked::at_death = [this] { use_from_destructor(); };
        while (!this->input_.empty() && work_left_ > 0) {
            carry_out(this->input_.step());
            if (compare_always || this->failed_before_) compare_here();
        }
        this->compare_all();
        this->go_to_other();
        this->compare_all();
        tracked::at_death = nullptr;
    }

private:
    /// About as many operations on one key make an input, so that none takes seconds.
    static constexpr long work = 8'000;

    void carry_out(step s) {
        if (tracing) show(s);
        const fault_plan outer_plan = std::exchange(this->plan_, s.plan);
        const int outer_nested = std::exchange(this->nested_, 0);
        this->failed_before_ = false;
        ++this->depth_;
        for (number i = 0; i < s.count && work_left_ > 0; ++i) {
            one(s);
            ++operations;
            work_left_ -= cost(s);
            if (s.what != operation::churn) ++s.key;
            ++s.value;
        }
        --this->depth_;
        this->nested_ = outer_nested;
        this->plan_ = outer_plan;
    }

    /// Estimated.
    long cost(const step& s) {
        switch (s.what) {
        case operation::load_many:
        case operation::visit_many: return 1 + s.value;
        case operation::for_each:
        case operation::erase_if:
        case operation::snapshot:
        case operation::construct: return 8 + static_cast<long>(this->model().size());
        case operation::clear:
        case operation::reserve:
        case operation::move_assign:
        case operation::move_construct: return 32;
        default:
            // Keys of one hash are in one chain.
            return this->here().scheme.of == quality::good
                       ? 1
                       : 1 + static_cast<long>(this->model().size()) / 8;
        }
    }

    void compare_here() {
        this->compare_all();
        work_left_ -= static_cast<long>(this->model().size());
    }

    /// In all the ways in which a destructor may, but that the entries stay as they are.
    void use_from_destructor() {
        const faults::pause quiet;
        auto& map = this->map();
        map.erase(Shape::lookup(base::key(~number{1})));
        map.load(Shape::lookup(base::key(0)));
        map.reclaim();
    }

    void nested_step() override {
        step s = this->input_.step();
        if (is_exclusive(s.what)) s.what = operation::contains;
        carry_out(s);
    }

    // clang-format off
    void one(const step& s) {
        switch (s.what) {
        case operation::load: return this->load(s);
        case operation::contains: return this->contains(s);
        case operation::visit: return this->visit(s);
        case operation::pin: return this->pin(s);
        case operation::unpin: return this->drop_handle(s.value);
        case operation::load_many: return this->load_many(s);
        case operation::visit_many: return this->visit_many(s);
        case operation::store: return this->store(s);
        case operation::load_or_store: return this->load_or_store(s);
        case operation::load_or_compute: return this->load_or_compute(s);
        case operation::try_emplace: return this->try_emplace(s);
        case operation::exchange: return this->exchange(s);
        case operation::compare_exchange: return this->compare_exchange(s);
        case operation::update: return this->update(s);
        case operation::churn: return this->churn(s);
        case operation::erase: return this->erase(s);
        case operation::load_and_erase: return this->load_and_erase(s);
        case operation::compare_and_erase: return this->compare_and_erase(s);
        case operation::update_away: return this->update_away(s);
        case operation::erase_if: return this->erase_if(s);
        case operation::for_each: return this->for_each(s);
        case operation::snapshot: return this->snapshot(s);
        case operation::clear: return this->clear();
        case operation::reserve: return this->reserve(s);
        case operation::shrink_to_fit: return this->shrink_to_fit();
        case operation::reclaim: return this->reclaim();
        case operation::compare_all: return compare_here();
        case operation::swap: return this->swap();
        case operation::move_construct: return this->move_construct(s);
        case operation::move_assign: return this->move_assign();
        case operation::construct: return this->construct(s);
        case operation::other_map: return this->go_to_other();
        }
    }
    // clang-format on

    void show(const step& s) const {
        std::fprintf(stderr, "%*s%s key %u value %u x%u", 2 * this->depth_, "",
                     operation_names[static_cast<unsigned>(s.what)], s.key, s.value, s.count);
        if (s.nests) std::fputs(", callbacks do the next steps", stderr);
        if (s.plan.kinds != none)
            std::fprintf(stderr, ", %s of kinds %#x after %u",
                         s.plan.for_good ? "failures" : "a failure", s.plan.kinds, s.plan.after);
        std::fputc('\n', stderr);
    }

    long work_left_ = work;
};

template <class Shape>
void run_shape(input& in) {
    const std::uint8_t header = in.byte();
    hash_scheme scheme{static_cast<quality>((header & 63) % qualities), {}};
    if (scheme.of == quality::chosen)
        for (std::uint8_t& byte : scheme.bytes) byte = in.byte();
    if (tracing)
        std::fprintf(stderr, "shape %s, hash %u\n", Shape::name, static_cast<unsigned>(scheme.of));
    session<Shape>(in, scheme, (header & 64) != 0).run((header & 128) != 0);
    require(tracked::alive == 0, "an object was not destroyed");
}

}  // namespace fuzz
