// SPDX-License-Identifier: BSL-1.0
//
// The C++ code of README.md, word for word between the marks, and what its comments promise.
#include <gtest/gtest.h>

#include <any>
#include <cstdio>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// [README
#include <syncmap/map.hpp>
// ]
#include <syncmap/any_map.hpp>

namespace {

TEST(readme, shows_a_map_of_colors) {
    // [README
    syncmap::map<std::string, std::string> color; // all threads may use it, without a lock of yours

    color.store("sky", "blue");
    std::optional<std::string> sky = color.load("sky");           // a copy, or nullopt
    auto [grass, loaded] = color.load_or_store("grass", "green"); // "green", false: it was absent
    bool changed = color.compare_exchange("sky", "blue", "grey"); // true: it was blue
    color.update("sky", [](const std::string* now) -> std::optional<std::string> {
        return now != nullptr ? "dark " + *now : "black"; // atomic; nullopt would erase it
    });
    color.visit("sky", [](const std::string& now) { std::puts(now.c_str()); }); // no copy
    syncmap::pinned<std::string> kept = color.pin("sky");
    color.erase("sky"); // *kept is still "dark grey", as long as the handle lives
    color.for_each([](const std::string& thing, const std::string& is) {
        std::printf("%s is %s\n", thing.c_str(), is.c_str()); // grass is green
    });
    // ]
    EXPECT_EQ(sky, "blue");
    EXPECT_EQ(grass, "green");
    EXPECT_FALSE(loaded);
    EXPECT_TRUE(changed);
    EXPECT_EQ(*kept, "dark grey");
    const std::vector<std::pair<std::string, std::string>> left{{"grass", "green"}};
    EXPECT_EQ(color.snapshot(), left);
}

TEST(readme, shows_a_map_of_anything) {
    // [README
    syncmap::any_map things; // Go's map[any]any

    things.store("answer", 42);
    things.store(7, std::vector{1, 2, 3});
    std::optional<int> answer = things.load<int>("answer"); // 42; nullopt for any other type
    std::optional<syncmap::any> seven = things.load(7);
    auto numbers = syncmap::any_cast<std::vector<int>>(seven); // or throws std::bad_any_cast
    // ]
    EXPECT_EQ(answer, 42);
    EXPECT_EQ(numbers, (std::vector{1, 2, 3}));
    EXPECT_EQ(things.load<long>("answer"), std::nullopt);
    EXPECT_THROW((void)syncmap::any_cast<int>(seven), std::bad_any_cast);
}

} // namespace
