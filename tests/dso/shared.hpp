// SPDX-License-Identifier: BSL-1.0
//
// What the libraries and the main program share: maps, as pointers. Each of them is compiled with
// hidden visibility and so has its own copy of every static variable in syncmap.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <syncmap/map.hpp>

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED [[gnu::visibility("default")]]
#endif

struct shared_maps {
    syncmap::map<std::uint64_t, std::uint64_t> words;
    syncmap::map<std::string, std::string> texts;
};

inline std::string text(std::uint64_t n) {
    return "a text that is too long for its object " + std::to_string(n);
}

constexpr std::uint64_t keys = 2000;

// lib_a
EXPORTED shared_maps* make_maps();
EXPORTED void destroy_maps(shared_maps*);
EXPORTED void change_in_a(shared_maps&, std::uint64_t seed, std::size_t rounds);

// lib_b; a handle it has made can be dropped anywhere.
EXPORTED void change_in_b(shared_maps&, std::uint64_t seed, std::size_t rounds);
EXPORTED syncmap::pinned<std::string> pin_in_b(const shared_maps&, std::uint64_t n);
EXPORTED void drop_in_b(syncmap::pinned<std::string>);
EXPORTED bool visit_in_b(const shared_maps&, std::uint64_t n, void (*)(void*), void* data);

// plugin, found by its name after dlopen
using change_function = void(shared_maps&, std::uint64_t seed, std::size_t rounds);
