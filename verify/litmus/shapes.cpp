// SPDX-License-Identifier: BSL-1.0
#include "shapes.hpp"

#include <algorithm>

namespace litmus {
namespace {

constexpr std::uint8_t x = 0;
constexpr std::uint8_t y = 1;

/// A member that writes, and whether the key is there before.
struct writing {
    member what;
    value before;
};
constexpr writing inserting[] = {
    {member::store, absent},           {member::load_or_store, absent},
    {member::load_or_compute, absent}, {member::try_emplace, absent},
    {member::exchange, absent},        {member::update_put, absent},
};
constexpr writing replacing[] = {
    {member::store, old},
    {member::exchange, old},
    {member::compare_exchange, old},
    {member::update_put, old},
};
constexpr writing erasing[] = {
    {member::erase, old},        {member::load_and_erase, old}, {member::compare_and_erase, old},
    {member::update_erase, old}, {member::erase_one, old},      {member::erase_if, old},
    {member::clear, old},
};

/// Members that tell what is there. Some of them write if they do not find what they look for.
constexpr member reading[] = {
    member::load,
    member::contains,
    member::visit,
    member::pin,
    member::load_many,
    member::visit_many,
    member::for_each,
    member::parts,
    member::snapshot,
    member::update_keep,
    member::load_or_store,
    member::load_or_compute,
    member::try_emplace,
    member::compare_exchange,
    member::compare_and_erase,
    member::erase_one,
    member::erase,
    member::load_and_erase,
};

bool has(const layout& l, member m) { return std::ranges::find(l.has, m) != l.has.end(); }

/// The cells of one layout and state.
class maker {
public:
    maker(const layout& l, state s, std::vector<cell>& out) : layout_(l), state_(s), out_(out) {
        for (const auto& some :
             {std::span<const writing>(inserting), std::span<const writing>(replacing),
              std::span<const writing>(erasing)}) {
            for (const writing& w : some) {
                // A map that has just been cleared has nothing to be replaced or erased.
                if (has(l, w.what) && !(s == state::cleared && w.before != absent)) {
                    writings_.push_back(w);
                }
            }
        }
    }

    void make_all() {
        for (const writing& w : writings_) {
            two_writes(w);
            for (const member r : reading) {
                if (has(layout_, r)) {
                    across(w, r);
                }
            }
        }
        if (state_ != state::cleared) {
            reborn();
            beside_clear();
        }
    }

private:
    /// Values that nobody else stores: the map's state is told by them.
    value fresh() { return layout_.valued ? ++last_ : old; }

    call write(writing w, std::uint8_t key) {
        return {w.what, key, puts(w.what) ? fresh() : absent, w.before};
    }
    static bool puts(member m) {
        return m == member::compare_exchange ||
               std::ranges::any_of(inserting, [m](const writing& w) { return w.what == m; });
    }
    /// Looks for what `of` leaves, or else for what was there before.
    call read(member m, const call& of) {
        return {m, of.key, puts(m) ? fresh() : absent, of.argument != absent ? of.argument : old};
    }
    /// Whether a reading member tells the state before a write from the one after it.
    bool tells(writing w, member r) {
        last_ = old;
        const call c = write(w, x);
        const call look = read(r, c);
        contents before{w.before, w.before};
        contents after = before;
        apply(after, c);
        return apply(before, look) != apply(after, look);
    }

    void add(shape s, program p, double weight = 1) {
        cell c{.what = s, .of = &layout_, .in = state_, .calls = std::move(p), .weight = weight};
        for (const auto& calls : c.calls.threads) {
            c.walks |= std::ranges::any_of(calls, [](const call& k) {
                return k.what == member::for_each || k.what == member::parts ||
                       k.what == member::snapshot || k.what == member::erase_if;
            });
        }
        out_.push_back(std::move(c));
    }

    /// Every writing with every reading member, in every state, would leave too little time for each. All pairs
    /// are there for the shape that depends most on how a call ends and begins, with new tables. Otherwise every
    /// writing member goes with one that reads, and every reading member with one that inserts (and, with new
    /// tables, with one that erases and one that replaces).
    [[nodiscard]] bool telling(writing w, member r) const {
        return r == look_ || (w.what == insert_ && w.before == absent) ||
               (state_ == state::plain && (w.what == member::store || w.what == member::erase));
    }

    /// All writes are of one member, and all reads too: what a write leaves behind, and how a read looks, does
    /// not depend on what another thread's member is called.
    void across(writing w, member r) {
        if (tells(w, r) && (telling(w, r) || state_ == state::plain)) {
            const contents before{w.before, w.before};
            last_ = old;
            const call wx = write(w, x);
            const call wy = write(w, y);
            const call looks_at_x[] = {read(r, wx), read(r, wx)};
            const call looks_at_y[] = {read(r, wy), read(r, wy)};
            add(shape::store_buffering, {before, {{wx, looks_at_y[0]}, {wy, looks_at_x[0]}}});
            if (telling(w, r)) {
                add(shape::message_passing, {before, {{wx, wy}, {looks_at_y[0], looks_at_x[0]}}});
                add(shape::read_read, {{w.before, absent}, {{wx}, {looks_at_x[0], looks_at_x[1]}}});
            }
            // Four threads take long to get together where there are fewer processors.
            if (telling(w, r) && state_ != state::chain && state_ != state::promoting) {
                add(shape::independent_reads,
                    {before,
                     {{wx}, {wy}, {looks_at_x[0], looks_at_y[0]}, {looks_at_y[1], looks_at_x[1]}}},
                    0.5);
            }
        }
        read_write(w, r);
    }

    /// Who has written last (or first) is told by what is there in the end, or by what the calls return; clear()
    /// returns nothing and leaves nothing.
    void two_writes(writing w) {
        if (w.what != member::clear) {
            last_ = old;
            const call first[] = {write(w, x), write(w, y)};
            const call second[] = {write(w, y), write(w, x)};
            add(shape::two_writes,
                {{w.before, w.before}, {{first[0], first[1]}, {second[0], second[1]}}}, 4);
        }
    }

    /// What a thread has seen its own write finds.
    void read_write(writing w, member r) {
        const writing other{w.before == absent ? member::erase : insert_,
                            w.before == absent ? old : absent};
        if (tells(other, r) && telling(w, r)) {
            last_ = old;
            const call theirs = write(other, x);
            const call look = read(r, theirs);
            call mine = write(w, x);
            mine.expected = theirs.argument;
            add(shape::read_write, {{other.before, absent}, {{theirs}, {look, mine}}});
        }
    }

    /// Read twice, or read and then erased.
    void reborn() {
        for (const writing& out : erasing) {
            for (const writing& in : inserting) {
                for (const member r : reading) {
                    const int special =
                        (out.what != member::erase) + (in.what != insert_) + (r != look_);
                    if (special <= 1 && has(layout_, out.what) && has(layout_, in.what) &&
                        has(layout_, r)) {
                        reborn(out, in, r, r);
                        reborn(out, in, r, member::erase);
                    }
                }
            }
        }
    }
    void reborn(writing out, writing in, member r, member then) {
        last_ = old;
        const call gone = write(out, x);
        const call back = write(in, x);
        const call looks[] = {read(r, back), read(then, back)};
        add(shape::reborn, {{old, absent}, {{gone, back}, {looks[0], looks[1]}}},
            layout_.halts && state_ == state::reused ? 20 : 1);  // halting takes its time
    }
    /// clear() is a write of all keys at one moment, so it has shapes of its own.
    void beside_clear() {
        for (const writing& in : inserting) {
            for (const member r : reading) {
                if (has(layout_, member::clear) && has(layout_, in.what) && has(layout_, r) &&
                    (r == look_ || (in.what == insert_ && state_ == state::plain))) {
                    beside_clear(in, r);
                }
            }
        }
    }
    void beside_clear(writing in, member r) {
        last_ = old;
        const call clear{member::clear};
        const call into_x = write(in, x);
        const call into_y = write(in, y);
        const call old_x = read(r, {member::clear, x});
        const call old_y = read(r, {member::clear, y});
        const call new_y = read(r, into_y);
        // Both go at once, and what comes afterwards is seen without what was before.
        add(shape::cleared, {{old, old}, {{clear}, {old_x, old_y}}});
        add(shape::cleared, {{old, absent}, {{clear, into_y}, {new_y, old_x}}});
        // If y outlives clear(), it came afterwards, and so did what its thread did then.
        add(shape::cleared, {{old, absent}, {{clear}, {into_y, old_x}}});
        add(shape::cleared, {{old, absent}, {{clear, new_y}, {into_y, old_x}}});
        add(shape::cleared, {{absent, absent}, {{clear}, {into_x, into_y}}});
        add(shape::cleared, {{old, absent}, {{clear}, {into_y}, {new_y, old_x}}});
    }

    const layout& layout_;
    state state_;
    std::vector<cell>& out_;
    std::vector<writing> writings_;
    member insert_ = has(layout_, member::store) ? member::store : member::load_or_store;
    member look_ = has(layout_, member::load) ? member::load : member::contains;
    value last_ = old;
};

}  // namespace

std::string_view name(shape s) noexcept {
    constexpr std::string_view names[shapes] = {"SB",   "MP",   "IRIW",   "2+2W",
                                                "CoRR", "CoRW", "reborn", "clear"};
    return names[static_cast<std::size_t>(s)];
}

std::string_view name(state s) noexcept {
    constexpr std::string_view names[states] = {"plain",  "reused",    "chain",
                                                "moving", "promoting", "cleared"};
    return names[static_cast<std::size_t>(s)];
}

std::vector<cell> all_cells(const std::vector<layout>& layouts) {
    std::vector<cell> cells;
    for (const layout& l : layouts) {
        for (std::size_t s = 0; s < states; ++s) {
            // Controls have tables of their own kind: they are tried as they come, and with keys used before.
            if (const auto in = static_cast<state>(s);
                l.ours || in == state::plain || in == state::reused) {
                maker(l, in, cells).make_all();
            }
        }
    }
    return cells;
}

}  // namespace litmus
