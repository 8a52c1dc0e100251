// SPDX-License-Identifier: BSL-1.0
//
// Random commands to what the page drives, compiled for this machine: what would be drawn is
// compared with the std::map's contents after each, and what is told with the counters.
#include <cstdio>
#include <map>
#include <random>
#include <regex>
#include <set>
#include <string>

#include "../../../tests/check.hpp"
#include "../core/machine.hpp"

namespace {

using nlohmann::json;

using contents = std::map<std::string, std::string>;

std::set<std::string> topics_seen, states_seen;
unsigned places_seen = 0;

void add(contents& all, const json& key, const json& value) {
    check(all.emplace(key, value).second, "no key is drawn twice where it is true");
}

/// Adds what is live in the buckets of a table that are true; returns how many have moved.
std::size_t collect(contents& all, const json& table) {
    std::size_t moved = 0, overflow = 0;
    for (const json& bucket : table["buckets"]) {
        moved += bucket["moved"] == true ? 1 : 0;
        overflow += bucket["chain"].size() - 1;
        check(!bucket["moved"] || !bucket["heirs"].empty(), "a moved bucket has heirs");
        for (const json& part : bucket["chain"]) {
            check(part["slots"].size() == (bucket["begun"] == true ? 14 : 0),
                  "a bucket has 14 slots, once it is begun");
            for (const json& slot : part["slots"]) {
                if (slot["tag"] > 1 && bucket["moved"] == false) {
                    add(all, slot["key"], slot["value"]);
                } else {
                    check(slot["key"] == "", "no key is drawn that is not true");
                }
            }
        }
    }
    check(table["overflow"] == overflow, "every overflow bucket is drawn");
    return moved;
}

void check_syncmap(const json& look, const contents& expected) {
    contents drawn;
    const json& stats = look["stats"];
    std::size_t moved = 0;
    if (!look["read"].is_null()) moved = collect(drawn, look["read"]);
    if (!look["dirty"].is_null())
        check(collect(drawn, look["dirty"]) == 0, "no bucket of dirty has moved");
    check(drawn == expected, "the live slots of both tables are the contents of the map");
    check(stats["size"] == expected.size(), "so says its size");
    check(stats["amended"] == !look["dirty"].is_null(),
          "amended means that there is a dirty table");
    check(stats["moved"] == moved, "as many buckets are drawn moved as the map counts");
    check(moved == 0 || stats["amended"] == true, "buckets move only to a dirty table");
}

void check_classic(const json& look, const contents& expected) {
    std::map<std::string, std::string> in_dirty;
    for (const json& e : look["dirty"]) {
        check(e["state"] != "expunged", "no entry of dirty is expunged");
        in_dirty[e["key"]] = e["state"];
    }
    contents drawn;
    for (const json& e : look["read"]) {
        states_seen.insert(e["state"]);
        if (e["state"] == "expunged") {
            check(!look["dirty"].is_null() && !in_dirty.contains(e["key"]),
                  "an expunged entry is one that dirty lacks");
        }
        if (look["dirty"].is_null() || e["state"] == "expunged") continue;
        check(in_dirty.contains(e["key"]) || look["amended"] == false,
              "what is in read and not expunged is in dirty");
    }
    for (const json& e : look[look["amended"] == true ? "dirty" : "read"])
        if (e["state"] == "live") add(drawn, e["key"], e["value"]);
    check(drawn == expected, "the live entries are the contents of the map");
}

json random_command(std::mt19937& random) {
    const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
    const std::string key = std::to_string(below(150));
    switch (below(24)) {
    case 0:
    case 1:
    case 2:
    case 3: return {{"op", "store"}, {"key", key}, {"value", std::to_string(below(1000))}};
    case 4:
    case 5:
    case 6: return {{"op", "erase"}, {"key", key}};
    case 7:
    case 8:
    case 9: return {{"op", "load"}, {"key", key}};
    case 10: return {{"op", "fill"}, {"count", below(60)}};
    case 11:
    case 12: return {{"op", "erase random"}, {"count", below(40)}};
    case 13:
    case 14: return {{"op", "load random"}, {"count", below(12)}};
    case 15: return {{"op", "for each"}};
    case 16: return below(4) == 0 ? json{{"op", "clear"}} : json{{"op", "reclaim"}};
    case 17: return {{"op", "reserve"}, {"count", below(200)}};
    case 18: return {{"op", "shrink"}};
    default: return {{"op", "random"}, {"count", below(30)}};
    }
}

/// The sentences about a topic.
std::size_t told(const json& answer, const char* map, const char* topic) {
    std::size_t n = 0;
    for (const json& step : answer["steps"]) {
        check(!step[map].empty(), "each step is told of both maps");
        for (const json& s : step[map]) {
            topics_seen.insert(std::string(map) + " " + s["topic"].get<std::string>());
            n += s["topic"] == topic ? 1 : 0;
        }
    }
    return n;
}

/// The slot that the last step is told to have changed or found is drawn so.
void check_where(const json& answer) {
    static const std::regex place("lot (\\d+) of bucket (\\d+) of (read|dirty)( is dead now)?");
    const json& step = answer["steps"].back();
    for (const json& s : step["syncmap"])
        if (s["topic"] == "promoted") return;  // and what was dirty is read
    std::smatch found;
    for (const json& s : step["syncmap"]) {
        const std::string text = s["text"];
        if (!std::regex_search(text, found, place)) continue;
        const json& bucket = answer["syncmap"][found.str(3)]["buckets"][std::stoul(found[2])];
        const json& slot = bucket["chain"][0]["slots"][std::stoul(found[1])];
        if (found[4].matched) {
            check(slot["tag"] == 1, "a slot that is told to be dead is");
        } else {
            check(bucket["moved"] == true || slot["key"] == step["key"],
                  "a key is where it is told to be");
        }
        ++places_seen;
    }
}

/// Whether a promoted table had been there before, or was begun by the very same operation.
void check_promotion(const json& was, const json& sentences) {
    for (const json& s : sentences) {
        if (s["topic"] != "promoted") continue;
        const bool at_once = s["text"].get<std::string>().find("at once") != std::string::npos;
        check(at_once != was["amended"], "a promotion is told as what it was");
        return;  // a second one would be of a table that is new
    }
}

void compare(const char* entries, const char* hash, unsigned seed, unsigned commands) {
    const json start{{"op", "new"}, {"entries", entries}, {"hash", hash}, {"seed", seed}};
    const auto contest = machine::make_contest(start);
    const auto again = machine::make_contest(start);
    std::mt19937 random(seed);
    json before = contest->perform({{"op", "fill"}, {"count", 0}});
    for (unsigned i = 0; i < commands; ++i) {
        const json command = random_command(random);
        if (command["op"] == "fill" && contest->expected().size() > 500) continue;
        const json answer = contest->perform(command);
        const contents expected = contest->expected();
        check(answer["agree"] == true, "both maps and the std::map agree on every result");
        check_syncmap(answer["syncmap"], expected);
        check_classic(answer["classic"], expected);
        told(answer, "classic", "plain");
        if (!answer["steps"].empty()) check_where(answer);
        const std::size_t misses =
            told(answer, "syncmap", "miss");  // for_each() tells of all of its own in one
        const json& was = before["syncmap"]["stats"];
        const json& is = answer["syncmap"]["stats"];
        if (command["op"] != "clear") {
            const auto more = [&](const char* what) {
                return is[what].get<std::size_t>() - was[what].get<std::size_t>();
            };
            if (answer["steps"].size() == 1) check_promotion(was, answer["steps"][0]["syncmap"]);
            check(told(answer, "syncmap", "promoted") == more("promotions"),
                  "each promotion is told, and no other");
            check(command["op"] == "for each" ? misses <= more("misses") : misses == more("misses"),
                  "each miss is told, and no other");
        }
        check(again->perform(command) == answer, "the same commands give the same answers");
        before = answer;
    }
}

}  // namespace

int main() {
    for (const char* entries : {"numbers", "words"}) {
        compare(entries, "good", 1, 400);
        compare(entries, "good", 2, 400);
        compare(entries, "poor", 3, 200);
    }
    for (const char* topic :
         {"plain", "miss", "moved", "begun", "promoted", "overflow", "cleared", "garbage"})
        check(topics_seen.contains(std::string("syncmap ") + topic),
              "the map was driven to everything that can be told");
    for (const char* topic : {"plain", "miss", "begun", "promoted", "cleared", "copied"})
        check(topics_seen.contains(std::string("classic ") + topic), "and so was the classic one");
    check(states_seen == std::set<std::string>{"live", "nil", "expunged"},
          "to all states of its entries");
    check(places_seen > 500, "it was told where things are");
}
