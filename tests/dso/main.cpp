// SPDX-License-Identifier: BSL-1.0
//
// A program and two libraries that share maps, and a plugin (its path is the argument) that is
// closed while they go on. Catches: readers, handles, hashes or garbage that each library has for
// itself, and code or data of a library that is used after it was closed.
#include <latch>
#include <thread>
#include <vector>

#include "change.hpp"

#if defined(__GLIBC__)
#include <dlfcn.h>
#endif

namespace {

constexpr std::size_t rounds = built_with == sanitizer::none ? 200'000 : 20'000;

void every_side_finds_what_the_others_store(shared_maps& maps) {
    for (std::uint64_t n = 0; n < keys; ++n) {
        maps.words.store(n, 3 * n);
        maps.texts.store(text(n), text(n + 1));
    }
    check(pin_in_b(maps, 7) && *pin_in_b(maps, 7) == text(8), "a library finds the program's keys");
    change_in_b(maps, 1, 5000);
    std::size_t found = 0;
    for (std::uint64_t n = 0; n < keys; ++n) found += maps.texts.contains(text(n));
    check(found == maps.texts.size(), "the program finds a library's keys, each once");
}

void all_change_at_once(shared_maps& maps) {
    std::vector<std::thread> all;
    all.emplace_back([&] { change_in_a(maps, 1, rounds); });
    all.emplace_back([&] { change_in_b(maps, 2, rounds); });
    all.emplace_back([&] { change_all(maps, 3, rounds); });
    for (auto& t : all) t.join();
    std::size_t found = 0;
    for (std::uint64_t n = 0; n < keys; ++n) found += maps.texts.contains(text(n));
    check(found == maps.texts.size(), "each key is there once");
    check(maps.texts.snapshot().size() == found, "and visited once");
}

void what_one_library_protects_no_other_destroys(shared_maps& maps) {
    maps.texts.store(text(1), text(2));
    maps.texts.store(text(5), text(6));
    auto pin = pin_in_b(maps, 1);
    std::latch inside(1);
    std::latch leave(1);
    auto meet = [&] {
        inside.count_down();
        leave.wait();
    };
    std::thread visitor([&] {
        const bool found =
            visit_in_b(maps, 5, [](void* f) { (*static_cast<decltype(meet)*>(f))(); }, &meet);
        check(found, "the visitor has found its key");
    });
    inside.wait();
    change_in_a(maps, 4, 20'000);
    maps.texts.clear();
    maps.texts.reclaim();
    check(*pin == text(2), "a handle protects its value from all libraries");
    leave.count_down();
    visitor.join();
    drop_in_b(std::move(pin));
    maps.texts.reclaim();
    check(maps.texts.stats().retired_objects == 0, "what is dropped anywhere can be reclaimed");
}

#if defined(__GLIBC__)
// A thread that has used the plugin ends before it is closed, or goes on after; so does this one.
void a_plugin_can_be_closed(shared_maps& maps, const char* path, bool all_end_before) {
    void* const plugin = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    check(plugin != nullptr, "the plugin can be opened");
    auto* const change_in_plugin =
        reinterpret_cast<change_function*>(dlsym(plugin, "change_in_plugin"));
    check(change_in_plugin != nullptr, "the plugin has its function");
    std::latch closed(1);
    std::latch changed(1);
    std::thread other([&] {
        change_in_plugin(maps, 1, 5000);
        changed.count_down();
        if (all_end_before) return;
        closed.wait();
        change_all(maps, 2, 5000);
    });
    changed.wait();
    if (all_end_before)
        other.join();
    else
        change_in_plugin(maps, 3, 5000);
    maps.words.reclaim();
    maps.texts.reclaim();
    check(dlclose(plugin) == 0, "the plugin can be closed");
    if (all_end_before)
        check(dlopen(path, RTLD_NOW | RTLD_NOLOAD) == nullptr, "a closed plugin is gone");
    closed.count_down();
    change_all(maps, 4, rounds / 4);
    change_in_a(maps, 5, rounds / 4);
    if (other.joinable()) other.join();
    maps.texts.reclaim();
}
#endif

}  // namespace

int main(int argc, char** argv) {
    check(argc == 2, "the argument is the plugin's path");
    shared_maps* const maps = make_maps();
    every_side_finds_what_the_others_store(*maps);
    all_change_at_once(*maps);
    what_one_library_protects_no_other_destroys(*maps);
#if defined(__GLIBC__)
    for (const bool all_end_before : {true, true, false})
        a_plugin_can_be_closed(*maps, argv[1], all_end_before);
#else
    static_cast<void>(argv);
#endif
    destroy_maps(maps);
}
