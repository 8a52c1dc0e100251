// SPDX-License-Identifier: BSL-1.0
//
// Instantiates every member for each way in which entries are kept, for clang-tidy to look at. Is not run.
#include <syncmap/syncmap.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace {

template <class Key, class T>
void use(const Key& key, const T& value) {
    using map = syncmap::map<Key, T>;
    map m;
    const std::vector<Key> keys{key};
    std::vector<std::optional<T>> values(1);
    m.store(key, value);
    m.load_or_store(key, value);
    m.load_or_compute(key, [&] { return value; });
    m.try_emplace(key, value);
    m.exchange(key, value);
    m.compare_exchange(key, value, value);
    m.update(key, [&](const T* current) { return std::optional(current ? *current : value); });
    m.update(key, [](const T*) { return syncmap::unchanged; });
    if (m.load(key) && m.contains(key) && m.pin(key)) m.visit(key, [](const T&) {});
    m.load_many(keys, values);
    m.visit_many(keys, [](std::size_t, const T&) {});
    m.for_each([](const Key&, const T&) { return true; });
    m.for_each(0, 2, [](const Key&, const T&) {});
    m.erase_if([](const Key&, const T&) { return false; });
    m.erase_if(key, [](const T&) { return false; });
    m.compare_and_erase(key, value);
    m.load_and_erase(key);
    m.erase(key);
    m.reserve(m.size() + m.snapshot().size() + m.stats().buckets);
    m.shrink_to_fit();
    m.clear();
    m.reclaim();
    if (!m.empty()) return;
    map other(m.size(), m.hash_function(), m.key_eq(), m.get_allocator());
    other = std::move(m);
    m = std::move(other);
    m.swap(other);

    syncmap::set<Key> s{key};
    if (!s.contains(key)) s.insert(key);
    s.visit_many(keys, [](std::size_t) {});
    s.for_each([](const Key&) {});
    s.for_each(0, 2, [](const Key&) {});
    s.erase_if([](const Key&) { return true; });
    s.erase(key);
    s.reserve(s.size() + s.snapshot().size() + s.stats().buckets);
    s.shrink_to_fit();
    s.clear();
    s.reclaim();
    if (!s.empty()) return;
    syncmap::set<Key> others(s.size(), s.hash_function(), s.key_eq(), s.get_allocator());
    others.swap(s);
}

}  // namespace

int main() {
    use<std::uint64_t, std::uint64_t>(1, 2);               // flat
    use<std::pair<std::uint64_t, int>, float>({1, 2}, 3);  // flat, a key of two words
    use<std::string, int>("key", 1);                       // a word in a node
    use<std::string, std::string>("key", "value");         // a box
    use<int, std::shared_ptr<int>>(1, nullptr);            // a box, a short key

    syncmap::any_map things;
    things.store("answer", 42);
    things.compare_exchange("answer", 42, std::string("none"));
    things.compare_and_erase("answer", 42);
    return things.load<int>("answer") == 42 ? 1 : 0;
}
