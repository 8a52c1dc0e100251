// expect-ok
// SPDX-License-Identifier: BSL-1.0
// The same calls as in the other files of this folder, made well: shows that those fail for their own reason.
#include <syncmap/map.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace {

struct key {
    int value;
    bool operator==(const key&) const = default;
};

struct key_hash {
    std::size_t operator()(const key& k) const { return std::hash<int>()(k.value); }
};

struct incomparable {
    int value;
};

}  // namespace

int main() {
    syncmap::map<int, std::unique_ptr<int>> move_only;
    move_only.try_emplace(1, std::make_unique<int>(1));
    move_only.visit(1, [](const std::unique_ptr<int>&) {});

    syncmap::map<key, int, key_hash> own_hash;
    own_hash.store(key{1}, 1);

    syncmap::map<int, incomparable> values;
    values.exchange(1, incomparable{1});

    syncmap::map<std::string, int> map;
    map.load_or_store("one", 1);
    map.compare_exchange("one", 1, 2);
    map.update("one", [](const int* current) {
        return current ? std::optional(*current + 1) : std::nullopt;
    });

    const std::vector<std::string> keys{"one", "two"};
    std::vector<std::optional<int>> out(keys.size());
    map.load_many(keys, std::span(out));
}
