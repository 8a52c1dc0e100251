// SPDX-License-Identifier: BSL-1.0
#include "machine.hpp"

#include <charconv>
#include <functional>
#include <random>
#include <stdexcept>

#include "classic.hpp"
#include "to_json.hpp"

namespace machine {

namespace {

using nlohmann::json;

/// Seeded by the page, not by the process, so that the same steps give the same tables. `poor`: all
/// keys have the same hash, so that chains can be seen.
template <class Key>
struct page_hash {
    std::uint64_t seed = 0;
    bool poor = false;

    std::uint64_t operator()(const Key& key) const {
        std::uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15;
        if (poor) return state;
        for (const char c : std::string(text_of(key)))
            state = (state ^ static_cast<unsigned char>(c)) *
                    0x100000001b3;  // FNV-1a; the map mixes it
        return state;
    }
};

struct numbers {
    using type = std::uint32_t;
    static constexpr bool boxed = false;
    static type parse(const std::string& text, const char* what) {
        type n = 0;
        const char* const end = text.data() + text.size();
        const auto [at, error] = std::from_chars(text.data(), end, n);
        if (text.empty() || error != std::errc() || at != end) {
            throw std::invalid_argument(std::string("A ") + what +
                                        " is a number from 0 to 4294967295 here.");
        }
        return n;
    }
    static type key(std::uint32_t n) { return n; }
    static type value(std::uint32_t n) { return n; }
};

struct words {
    using type = std::string;
    static constexpr bool boxed = true;
    static type parse(const std::string& text, const char* what) {
        if (text.empty() || text.size() > 24) {
            throw std::invalid_argument(std::string("A ") + what + " has 1 to 24 characters here.");
        }
        return text;
    }
    static type key(std::uint32_t n) { return "k" + std::to_string(n); }
    static type value(std::uint32_t n) { return "v" + std::to_string(n); }
};

template <class Entries>
class contest_of : public contest {
    using type = typename Entries::type;

public:
    contest_of(std::uint32_t seed, bool poor)
        : random_(seed), map_({}, page_hash<type>{seed, poor}) {}

    json perform(const json& command) override {
        steps_ = json::array();
        run(command);
        return {{"steps", std::move(steps_)},
                {"agree", agree_},
                {"clears", clears_},
                {"syncmap", to_json(inspector::look_at(map_))},
                {"classic", to_json(look_at(classic_))}};
    }

    [[nodiscard]] json expected() const override {
        json all = json::object();
        for (const auto& [key, value] : model_) all[text_of(key)] = text_of(value);
        return all;
    }

private:
    void run(const json& command) {
        const std::string op = command.at("op");
        const auto given = [&](const char* what) { return Entries::parse(command.at(what), what); };
        if (op == "store") {
            const type key = given("key"), value = given("value");
            make_room_for(model_.contains(key) ? 0 : 1);
            return store(key, value);
        }
        if (op == "load") return load(given("key"));
        if (op == "erase") return erase(given("key"));
        if (op == "for each") return for_each();
        if (op == "clear") return clear();
        if (op == "reclaim") {
            return step(verb::reclaim, "reclaim", nullptr, [&](operation&) { map_.reclaim(); });
        }
        if (op == "shrink") {
            return step(verb::shrink, "shrink to fit", nullptr,
                        [&](operation&) { map_.shrink_to_fit(); });
        }
        const std::size_t count = command.at("count").get<std::size_t>();
        if (op == "reserve") {
            if (count > most_entries) throw too_many(most_entries);
            return step(verb::reserve, "reserve " + std::to_string(count), nullptr,
                        [&](operation&) { map_.reserve(count); });
        }
        if (count > most_steps) throw too_many(most_steps);
        if (op == "fill") make_room_for(count);
        for (std::size_t i = 0; i < count; ++i) {
            if (op == "fill") {
                store_new();
            } else if (op == "load random") {
                load(some_key());
            } else if (op == "erase random") {
                erase(some_key());
            } else if (op == "random") {
                anything();
            } else {
                throw std::invalid_argument("There is no operation \"" + op + "\".");
            }
        }
    }

    static std::invalid_argument too_many(std::size_t limit) {
        return std::invalid_argument("At most " + std::to_string(limit) + " at a time.");
    }

    // --- random ---------------------------------------------------------------------------------

    /// Not a distribution of the standard library: those differ from one to the next.
    std::uint32_t below(std::size_t n) { return static_cast<std::uint32_t>(random_() % n); }

    /// Three times of four one that is there.
    type some_key() {
        if (model_.empty() || below(4) == 0) return Entries::key(next_ + below(20));
        return std::next(model_.begin(), static_cast<std::ptrdiff_t>(below(model_.size())))->first;
    }
    void store_new() {
        while (model_.contains(Entries::key(next_))) ++next_;
        store(Entries::key(next_), Entries::value(below(100)));
    }
    void anything() {
        const std::uint32_t dice = below(10);
        if (dice < 5) return load(some_key());
        if (dice < 8 && model_.size() < most_entries) return store_new();
        const type key = some_key();
        if (dice == 8 && model_.contains(key)) return store(key, Entries::value(below(100)));
        erase(key);
    }

    // --- the operations -------------------------------------------------------------------------

    void make_room_for(std::size_t count) const {
        if (model_.size() + count > most_entries) {
            throw std::invalid_argument("More than " + std::to_string(most_entries) +
                                        " entries cannot be drawn.");
        }
    }

    void store(const type& key, const type& value) {
        step(verb::store, "store " + text(key) + " = " + text(value), &key, [&](operation&) {
            map_.store(key, value);
            classic_.store(key, value);
            model_[key] = value;
        });
    }

    void load(const type& key) {
        step(verb::load, "load " + text(key), &key, [&](operation& o) {
            const auto at = model_.find(key);
            const auto right = [&](const std::optional<type>& found) {
                return found ? at != model_.end() && *found == at->second : at == model_.end();
            };
            const std::optional<type> found = map_.load(key);
            agree_ = right(classic_.load(key)) && right(found) && agree_;
            o.found = found ? text(*found) : "absent";
        });
    }

    void erase(const type& key) {
        step(verb::erase, "erase " + text(key), &key, [&](operation&) {
            const bool right = model_.erase(key) != 0;
            const bool erased = map_.erase(key);
            agree_ = classic_.erase(key) == right && erased == right && agree_;
        });
    }

    void for_each() {
        step(verb::for_each, "for each", nullptr, [&](operation& o) {
            std::map<type, type> seen, seen_by_classic;
            std::size_t shown = 0;
            map_.for_each([&](const type& key, const type& value) { seen[key] = value, ++shown; });
            classic_.for_each(
                [&](const type& key, const type& value) { seen_by_classic[key] = value; });
            agree_ =
                agree_ && seen == model_ && seen_by_classic == model_ && shown == model_.size();
            o.found = std::to_string(shown) + (shown == 1 ? " entry" : " entries");
        });
    }

    void clear() {
        step(verb::clear, "clear", nullptr, [&](operation&) {
            map_.clear();
            classic_.clear();
            model_.clear();
            ++clears_;
        });
    }

    static std::string text(const type& x) { return std::string(text_of(x)); }

    /// Does it, and writes down what that did to both maps.
    void step(verb what, const std::string& name, const type* key,
              const std::function<void(operation&)>& change) {
        operation o;
        o.what = what;
        o.boxed = Entries::boxed;
        if (key != nullptr) {
            o.key = text(*key);
            o.hash = inspector::hash_of(map_, *key);
            o.present = model_.contains(*key);
        }
        const map_look before = inspector::look_at(map_);
        const classic_facts classic_before = facts_of(look_at(classic_), key);
        change(o);
        const map_look after = inspector::look_at(map_);
        agree_ = agree_ && map_.size() == model_.size() && after.stats.size == model_.size();
        json done{{"name", name},
                  {"syncmap", to_json(tell(o, before, after))},
                  {"classic", to_json(tell(o, classic_before, facts_of(look_at(classic_), key)))},
                  {"way", key != nullptr ? way_of(o.hash, after) : json::array()},
                  {"key", o.key}};
        steps_.push_back(std::move(done));
    }

    std::mt19937 random_;
    syncmap::map<type, type, page_hash<type>> map_;
    syncmap::reference::classic_sync_map<type, type> classic_;
    std::map<type, type> model_;
    std::uint32_t next_ = 1;  ///< the number that new keys are looked for from
    std::uint32_t clears_ = 0;
    bool agree_ = true;
    json steps_;
};

}  // namespace

std::unique_ptr<contest> make_contest(const json& command) {
    const std::uint32_t seed = command.at("seed").get<std::uint32_t>();
    const bool poor = command.at("hash") == "poor";
    if (command.at("entries") == "words") return std::make_unique<contest_of<words>>(seed, poor);
    return std::make_unique<contest_of<numbers>>(seed, poor);
}

}  // namespace machine
