// SPDX-License-Identifier: BSL-1.0
//
// What debug builds say when handles, callbacks and maps end in the wrong order, or an empty handle is looked into.
#undef NDEBUG  // before the library: this is about debug builds, however the tests are compiled

#include <syncmap/map.hpp>

#include <memory>
#include <string>

#include "../check.hpp"
#include "../last_words.hpp"

namespace {

bool says(const std::string& said, const char* words) {
    return said.find(words) != std::string::npos;
}

constexpr auto outlives = "a pinned value outlives its map";
constexpr auto in_callback = "a map is destroyed while a callback looks at a value of it";
constexpr auto is_empty = "an empty pinned has no value";

template <class T>
void empty_handles() {
    struct holder {
        T value;
    };
    syncmap::map<int, T> m;
    check(says(last_words([&] { static_cast<void>(*m.pin(1)); }), is_empty),
          "a handle to nothing is told from one to something");
    syncmap::map<int, holder> holders;
    check(says(last_words([&] { static_cast<void>(holders.pin(1)->value); }), is_empty),
          "its members likewise");
    check(says(last_words([&] {
                   m.try_emplace(1);
                   auto handle = m.pin(1);
                   const auto other = std::move(handle);
                   static_cast<void>(*handle);  // NOLINT(bugprone-use-after-move)
               }),
               is_empty),
          "one that was moved from likewise");
    m.try_emplace(1);
    check(m.pin(1).get() != nullptr && m.pin(2).get() == nullptr, "it may be asked");
}

using map = syncmap::map<int, std::string>;

template <class F>
std::string destroyed_in(F callback) {
    return last_words([&] {
        auto m = std::make_unique<map>();
        m->store(1, "one");
        m->store(2, "two");
        callback(m);
    });
}

}  // namespace

int main() {
    empty_handles<int>();
    empty_handles<std::string>();

    const std::string said = destroyed_in([](std::unique_ptr<map>& m) {
        const auto handle = m->pin(1);
        m.reset();
    });
    check(says(said, outlives) && !says(said, in_callback), "a handle that outlives its map");
    const std::string erased = destroyed_in([](std::unique_ptr<map>& m) {
        const auto handle = m->pin(1);
        m->erase(1);
        m.reset();
    });
    check(says(erased, outlives) && !says(erased, in_callback), "also to what was erased before");
    const std::string visited = destroyed_in(
        [](std::unique_ptr<map>& m) { m->visit(1, [&](const std::string&) { m.reset(); }); });
    check(says(visited, in_callback) && !says(visited, outlives), "a map destroyed by a visit");
    const std::string shown = destroyed_in(
        [](std::unique_ptr<map>& m) { m->for_each([&](int, const std::string&) { m.reset(); }); });
    check(says(shown, in_callback) && !says(shown, outlives), "a map destroyed by a for_each");
    const std::string assigned = destroyed_in([](std::unique_ptr<map>& m) {
        m->update(1, [&](const std::string*) {
            *m = map();
            return std::optional<std::string>();
        });
    });
    check(says(assigned, in_callback) && !says(assigned, outlives), "one assigned to by an update");
    check(destroyed_in([](std::unique_ptr<map>& m) {
              m->visit(1, [&](const std::string&) { m->clear(); });
              auto handle = m->pin(2);
              handle.reset();
              m.reset();
          }).empty(),
          "nothing is said when all is well");
    return 0;
}
