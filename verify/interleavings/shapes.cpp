// SPDX-License-Identifier: BSL-1.0
//
// The map under test in six shapes, driven by calls on small integers.
#include <memory>
#include <syncmap/map.hpp>

#include "subject.hpp"

namespace {

/// Bucket by the key's lowest three bits (first bit first), the same tag for all: every key of a bucket has to
/// be compared.
struct chosen_hash {
    using is_avalanching = void;
    std::size_t operator()(std::uint64_t key) const noexcept {
        return (key & 1U) << 63U | (key & 2U) << 61U | (key & 4U) << 59U | 9U;
    }
};

/// What user code that runs inside a section may do: a load of another map.
void look_elsewhere();

/// A key or value that is no word: every look at it is checked to be one at a living object.
class watched {
public:
    explicit watched(int id) : id_(id) {}
    watched(const watched& other) : id_((look_elsewhere(), other.look())) {}
    watched& operator=(const watched&) = delete;
    ~watched() {
        machine::touch(this, true);
        // Volatile: a compiler may take it that nobody looks at what a destructor leaves behind.
        *static_cast<volatile int*>(&id_) = gone;
    }
    [[nodiscard]] int look() const {
        machine::touch(this, false);
        if (id_ == gone) {
            machine::violation("a destroyed object is looked at");
        }
        return id_;
    }
    friend bool operator==(const watched& a, const watched& b) { return a.look() == b.look(); }

protected:
    static constexpr int gone = -1;  ///< the number of an object that has been destroyed

    int id_;
};

/// The same, used again: nobody may look at it any more when it is assigned to.
class reused : public watched {
public:
    using watched::watched;
    reused(const reused&) = default;
    reused& operator=(const reused& other) {
        machine::touch(this, true);
        id_ = other.look();
        return *this;
    }
    ~reused() = default;
};

/// A flat key of two words, which must never be seen half overwritten.
struct wide_key {
    std::uint64_t low;
    std::uint64_t high;
    friend bool operator==(const wide_key& a, const wide_key& b) {
        if (a.low != ~a.high || b.low != ~b.high) {
            machine::violation("a torn key has been shown to KeyEqual");
        }
        return a.low == b.low;
    }
};

/// What a set has for a value: there is only one, 0.
struct no_value {
    friend bool operator==(no_value, no_value) = default;
};

template <class X>
X make(int id) {
    if constexpr (std::is_same_v<X, no_value>) {
        return {};
    } else if constexpr (std::is_same_v<X, wide_key>) {
        return {static_cast<std::uint64_t>(id), ~static_cast<std::uint64_t>(id)};
    } else {
        return X(id);
    }
}
template <class X>
int id_of(const X& x) {
    if constexpr (std::is_same_v<X, no_value>) {
        return 0;
    } else if constexpr (std::is_same_v<X, wide_key>) {
        return static_cast<int>(x.low);
    } else if constexpr (requires { x.look(); }) {
        return x.look();
    } else {
        return static_cast<int>(x);
    }
}

template <class Key>
struct hash_by_id {
    using is_avalanching = void;
    std::size_t operator()(const Key& key) const {
        return chosen_hash{}(static_cast<std::uint64_t>(id_of(key)));
    }
};

}  // namespace

template <>
inline constexpr bool syncmap::recyclable<reused> = true;

namespace {

/// Counts what the map has allocated and not given back.
template <class X>
struct counting_allocator : std::allocator<X> {
    counting_allocator() = default;
    template <class Y>
    counting_allocator(const counting_allocator<Y>&) noexcept {}  // NOLINT: as allocators are
    template <class Y>
    struct rebind {
        using other = counting_allocator<Y>;
    };
    X* allocate(std::size_t n) {
        X* const at = std::allocator<X>::allocate(n);
        ++allocations;
        return at;
    }
    void deallocate(X* at, std::size_t n) {
        --allocations;
        std::allocator<X>::deallocate(at, n);
    }
};

void look_elsewhere() {
    if (copies_look_into != nullptr) {
        copies_look_into->look_elsewhere();
    }
}

template <class Key, class T>
class subject_of final : public subject {
public:
    void make(const call& c, history& to) override {
        event e{c, machine::current_thread(), {}, machine::last_run().steps, 0, {}, 0};
        e.knew = machine::running() ? machine::now() : machine::steps{};
        const auto finish = [&](const call& what, std::optional<int> got) {
            e.made = what;
            e.got = got;
            e.ended = machine::last_run().steps;
            e.last_step = machine::running() ? machine::now()[e.thread] : std::uint16_t{0};
            const arena::opened closed(false);
            machine::say(to_string(e));
            to.add(e);
        };
        switch (c.what) {
        case verb::for_each:
        case verb::for_each_in_parts:
        case verb::erase_all: walk(c, finish); return;
        default: finish(c, result_of(c)); return;
        }
    }
    std::optional<int> entry(int key) override { return id(map_.load(key_of(key))); }
    std::size_t size() override { return map_.size(); }
    std::size_t garbage_after_reclaim() override {
        map_.reclaim();
        return map_.stats().retired_objects;
    }
    void look_elsewhere() override { static_cast<void>(elsewhere_.contains(key_of(0))); }

private:
    static Key key_of(int id) { return ::make<Key>(id); }
    static std::optional<int> id(const std::optional<T>& value) {
        return value ? std::optional<int>(id_of(*value)) : std::nullopt;
    }

    std::optional<int> result_of(const call& c) {
        const Key key = key_of(c.key);
        const T value = ::make<T>(c.value);
        switch (c.what) {
        case verb::load: return id(map_.load(key));
        case verb::visit: {
            std::optional<int> seen;
            map_.visit(key, [&](const T& v) { seen = look_twice(v); });
            return seen;
        }
        case verb::pin: {
            const auto handle = map_.pin(key);
            return handle ? std::optional<int>(look_twice(*handle)) : std::nullopt;
        }
        case verb::contains: return map_.contains(key);
        case verb::store: map_.store(key, value); return {};
        case verb::load_or_store: return id_of(map_.load_or_store(key, value).first);
        case verb::try_emplace: return look_twice(*map_.try_emplace(key, value).first);
        case verb::load_and_erase: return id(map_.load_and_erase(key));
        case verb::erase: return map_.erase(key);
        case verb::exchange: return id(map_.exchange(key, value));
        case verb::compare_exchange:
            return map_.compare_exchange(key, ::make<T>(c.expected), value);
        case verb::compare_and_erase: return map_.compare_and_erase(key, ::make<T>(c.expected));
        case verb::update:
            return id(map_.update(key, [&](const T* now) {
                return std::optional<T>(
                    ::make<T>(now != nullptr ? id_of(*now) + c.value : c.value));
            }));
        case verb::toggle:
            return id(map_.update(key, [&](const T* now) {
                return now != nullptr ? std::optional<T>() : std::optional<T>(value);
            }));
        case verb::keep: return id(map_.update(key, [](const T*) { return syncmap::unchanged; }));
        case verb::erase_one:
            return map_.erase_if(key, [&](const T& now) { return look_twice(now) == c.expected; });
        case verb::erase_if:
            return map_.erase_if([&](const Key& k, const T&) { return id_of(k) == c.key; }) != 0;
        case verb::clear: map_.clear(); return {};
        case verb::reclaim: map_.reclaim(); return {};
        case verb::reserve: map_.reserve(static_cast<std::size_t>(c.value)); return {};
        case verb::shrink: map_.shrink_to_fit(); return {};
        case verb::end_of_thread: syncmap::detail::domain::end_of_thread(); return {};
        default: machine::give_up("no such call");
        }
    }

    /// for_each is a load of every key, erase_all an erasure of every key, each at some moment of its own.
    template <class Finish>
    void walk(const call& c, const Finish& finish) {
        std::optional<int> seen[key_count];
        std::size_t distinct = 0;
        const auto note = [&](const Key& key, const T& value) {
            std::optional<int>& s = seen[id_of(key)];
            if (s && c.what != verb::erase_all) {
                machine::violation("for_each has shown key " + std::to_string(id_of(key)) +
                                   " twice");
            }
            distinct += s ? 0 : 1;
            s = look_twice(value);
            return true;
        };
        if (c.what == verb::for_each) {
            map_.for_each(note);
        } else if (c.what == verb::for_each_in_parts) {
            const auto parts = static_cast<std::size_t>(c.key);
            for (std::size_t part = 0; part < parts; ++part) {
                map_.for_each(part, parts, note);
            }
        } else if (map_.erase_if(note) != distinct) {
            machine::give_up("erase_all has lost a race: no such scenarios, please");
        }
        for (int key = 0; key < key_count; ++key) {
            const bool erased = seen[key] && c.what == verb::erase_all;
            finish({erased ? c.what : verb::for_each, key, 0, 0}, seen[key]);
        }
    }

    static int look_twice(const T& value) {
        const int first = id_of(value);
        if (id_of(value) != first) {
            machine::violation("a value has changed while it was looked at");
        }
        return first;
    }

    using map_type = syncmap::map<Key, T, hash_by_id<Key>, std::equal_to<>,
                                  counting_allocator<std::pair<const Key, T>>>;
    map_type map_;
    map_type elsewhere_;
};

template <class Key, class T>
std::unique_ptr<subject> make_subject() {
    return std::make_unique<subject_of<Key, T>>();
}

}  // namespace

std::span<const shape> all_shapes() noexcept {
    static constexpr shape all[] = {
        {"flat", make_subject<std::uint64_t, std::uint64_t>},
        {"flat-wide-key", make_subject<wide_key, std::uint32_t>},
        {"node-word", make_subject<watched, std::uint64_t>},
        {"node-box", make_subject<std::uint64_t, watched>},
        {"node-reused", make_subject<reused, reused>},
        {"set", make_subject<wide_key, no_value>, false},
    };
    return all;
}
