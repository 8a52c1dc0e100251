// SPDX-License-Identifier: BSL-1.0
#include "preload.hpp"
#include "options.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

namespace bench {
namespace {

struct allocator_library {
    std::string_view name;
    std::string_view file;     ///< how the names of its files begin, the version apart
    std::string_view version;  ///< the one that Debian has
    std::string_view package;  ///< of Debian
};
constexpr std::array<allocator_library, 3> libraries{{
    {"jemalloc", "libjemalloc.so", ".2", "libjemalloc2"},
    {"mimalloc", "libmimalloc.so", ".2", "libmimalloc2.0"},
    {"tcmalloc", "libtcmalloc_minimal.so", ".4", "libtcmalloc-minimal4"},
}};

const allocator_library& library_of(const std::string& name) {
    const auto found = std::find_if(libraries.begin(), libraries.end(),
                                    [&](const allocator_library& l) { return l.name == name; });
    if (found == libraries.end())
        throw usage_error(fmt::format("--malloc: there is no allocator `{}'; there are {}", name,
                                      fmt::join(preloadable(), ", ")));
    return *found;
}

/// Whether a file of this name is part of this process.
bool is_loaded(const allocator_library& l) {
    std::ifstream maps("/proc/self/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find('/' + std::string(l.file)) != std::string::npos) return true;
    return false;
}

/// Not by dlopen(): an allocator that comes late may find no room for its thread-local variables.
std::filesystem::path find(const allocator_library& l) {
    std::vector<std::filesystem::path> folders;
    const char* const given = std::getenv("LD_LIBRARY_PATH");
    std::istringstream list(given != nullptr ? given : "");
    for (std::string folder; std::getline(list, folder, ':');) folders.emplace_back(folder);
    folders.emplace_back("/usr/local/lib");
    Dl_info libc{};  // where the C library is, the others of the system are
    if (dladdr(reinterpret_cast<void*>(&getpid), &libc) != 0 && libc.dli_fname != nullptr)
        folders.push_back(std::filesystem::path(libc.dli_fname).parent_path());
    folders.insert(folders.end(), {"/usr/lib64", "/usr/lib"});
    for (const std::filesystem::path& folder : folders) {
        for (const std::string& version : {std::string(l.version), std::string()}) {
            std::filesystem::path file = folder / (std::string(l.file) + version);
            std::error_code error;
            if (!folder.empty() && std::filesystem::exists(file, error)) return file;
        }
    }
    throw usage_error(fmt::format("--malloc: {}{} is not found; Debian has it in the package {}",
                                  l.file, l.version, l.package));
}

constexpr const char* started_again = "SYNCMAP_BENCH_PRELOADED";

}  // namespace

std::vector<std::string> preloadable() {
    std::vector<std::string> names;
    for (const allocator_library& l : libraries) names.emplace_back(l.name);
    return names;
}

void preload(const std::string& name, char** argv) {
    const allocator_library& library = library_of(name);
    if (is_loaded(library)) return;
    if (std::getenv(started_again) != nullptr)
        throw std::runtime_error(fmt::format("--malloc: {} could not be preloaded", library.file));
    const char* const others = std::getenv("LD_PRELOAD");
    std::string all = find(library).string();
    if (others != nullptr && *others != '\0') all += std::string(":") + others;
    setenv("LD_PRELOAD", all.c_str(), 1);
    setenv(started_again, name.c_str(), 1);
    execv("/proc/self/exe", argv);
    throw std::runtime_error(
        fmt::format("--malloc: cannot start this program again: {}", std::strerror(errno)));
}

std::string allocator_in_use() {
    for (const allocator_library& l : libraries)
        if (is_loaded(l)) return std::string(l.name);
    return "the C library's";
}

}  // namespace bench
