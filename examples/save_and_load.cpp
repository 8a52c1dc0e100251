// SPDX-License-Identifier: BSL-1.0
// A map saved and loaded: as JSON, by nlohmann-json, and as a Boost.Serialization archive.
//
// Why this way: a map has no iterators, so no library can walk through it on its own; but for_each() and snapshot()
// give what each of them wants. for_each() writes one entry after the other, without a copy of the whole, while others
// go on writing. snapshot() is a std::vector of pairs, which every library knows. Loading is one store() for each
// entry, after reserve(). Watch out: neither shows one moment of the whole map. What is there throughout is in the file
// once; what is written or erased meanwhile may be in it or not. Who needs one moment has to keep writers away. To save
// beside the old file and rename it then is what keeps a crash from leaving half of one.
#include <syncmap/map.hpp>

#include <boost/archive/text_iarchive.hpp>
#include <boost/archive/text_oarchive.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <latch>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

struct route {
    std::string next_hop;
    int cost = 0;

    friend bool operator==(const route&, const route&) = default;

    // What nlohmann-json asks for ...
    NLOHMANN_DEFINE_TYPE_INTRUSIVE(route, next_hop, cost)
    // ... and what Boost does.
    template <class Archive>
    void serialize(Archive& archive, unsigned /*version*/) {
        archive & next_hop & cost;
    }
};
using routes = syncmap::map<std::string, route>;

std::string to_json(const routes& from) {
    auto object = nlohmann::json::object();
    from.for_each([&](const std::string& network, const route& r) { object[network] = r; });
    return object.dump();
}
void from_json(const std::string& text, routes& to) {
    const auto object = nlohmann::json::parse(text);
    to.reserve(object.size());
    for (const auto& [network, r] : object.items()) to.store(network, r.get<route>());
}

std::string to_archive(const routes& from) {
    const auto entries = from.snapshot();
    std::ostringstream text;
    boost::archive::text_oarchive(text) << entries;
    return text.str();
}
void from_archive(const std::string& archive, routes& to) {
    std::vector<std::pair<std::string, route>> entries;
    std::istringstream text(archive);
    boost::archive::text_iarchive(text) >> entries;
    to.reserve(entries.size());
    for (auto& [network, r] : entries) to.store(std::move(network), std::move(r));
}

bool ok = true;
void check(bool condition, const char* what) {
    if (!condition) std::printf("FAILED: %s\n", what);
    ok = ok && condition;
}

std::map<std::string, route> sorted(const routes& m) {
    const auto entries = m.snapshot();
    return {entries.begin(), entries.end()};
}

}  // namespace

int main() {
    constexpr int n = 1000;
    routes original;
    for (int i = 0; i < n; ++i) {
        original.store("10.0." + std::to_string(i) + ".0/24",
                       route{"eth" + std::to_string(i % 4), i});
    }

    routes by_json;
    from_json(to_json(original), by_json);
    check(sorted(by_json) == sorted(original), "what was saved as JSON is loaded");
    routes by_boost;
    from_archive(to_archive(original), by_boost);
    check(sorted(by_boost) == sorted(original), "what was saved as an archive is loaded");

    // While somebody writes: all that is there throughout is in what is saved, each once.
    std::atomic<bool> over{false};
    std::latch begun(1);
    std::jthread writer([&] {
        for (int i = 0; !over; i = (i + 1) % n) {
            original.store("192.168." + std::to_string(i) + ".0/24", route{"eth0", i});
            if (i > 0) original.erase("192.168." + std::to_string(i - 1) + ".0/24");
            if (i == 1 && !begun.try_wait()) begun.count_down();
        }
    });
    begun.wait();
    routes meanwhile;
    from_json(to_json(original), meanwhile);
    routes meanwhile_too;
    from_archive(to_archive(original), meanwhile_too);
    over = true;
    for (const routes* saved : {&meanwhile, &meanwhile_too}) {
        std::size_t found = 0;
        saved->for_each([&](const std::string& network, const route&) {
            if (network.starts_with("10.")) ++found;
        });
        check(found == n, "what was there throughout has been saved beside a writer");
    }

    std::printf("%zu routes, %zu bytes of JSON, %zu of an archive\n", by_json.size(),
                to_json(by_json).size(), to_archive(by_json).size());
    return ok ? 0 : 1;
}
