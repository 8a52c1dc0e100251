// SPDX-License-Identifier: BSL-1.0
// Finds the C and C++ sources below a folder and reads them into memory. Nothing in the tree is
// fatal: what cannot be read is listed. Links to files are followed, links to folders are not, so
// loops are harmless.
#pragma once

#include "threads.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace demo {

struct source {
    std::string name;  // the path below the folder, in the bytes of the file system
    std::uintmax_t size = 0;
    std::string text;
};

struct unreadable_file {
    std::string name;
    std::string reason;
};

struct source_tree {
    std::filesystem::path folder;
    std::vector<source> files;  // sorted by name
    std::vector<unreadable_file> unreadable;
    std::uint64_t links_to_folders = 0;
    std::uint64_t bytes = 0;
};

inline constexpr std::string_view source_extensions =
    ".c .cc .cpp .cxx .c++ .cppm .ixx .h .hh .hpp .hxx .h++ .inc .inl .ipp .tcc .tpp .txx";

inline bool has_source_extension(const std::filesystem::path& path) {
    std::string extension = path.extension().string();
    for (char& c : extension)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (extension.size() < 2 || extension.find(' ') != std::string::npos) return false;
    return (std::string(source_extensions) + ' ').find(extension + ' ') != std::string::npos;
}

using file_handle = std::unique_ptr<std::FILE, decltype([](std::FILE* f) { std::fclose(f); })>;

[[noreturn]] inline void throw_errno() { throw std::system_error(errno, std::generic_category()); }

// At most `size` bytes from the beginning of the file. Throws std::system_error.
inline std::string read_file(const std::filesystem::path& path, std::size_t size) {
    errno = 0;
    const file_handle file(std::fopen(path.c_str(), "rb"));
    if (!file) throw_errno();
    std::string text(size, '\0');
    text.resize(std::fread(text.data(), 1, size, file.get()));
    if (std::ferror(file.get())) throw_errno();
    return text;
}

// The headers of C++ standard libraries have no extension; their first line tells editors the
// language.
inline bool is_marked_as_cpp(const std::filesystem::path& path) {
    const std::string text = read_file(path, 256);
    const std::string_view first_line = std::string_view(text).substr(0, text.find('\n'));
    return first_line.find("-*- C++ -*-") != std::string_view::npos;
}

// Lists the sources below `folder` without reading them. `found` counts them meanwhile.
inline source_tree find_sources(std::filesystem::path folder, std::atomic<std::uint64_t>& found) {
    namespace fs = std::filesystem;
    source_tree tree;
    const std::size_t prefix = (folder / "").native().size();
    const auto name_of = [&](const fs::path& path) {
        return path.native().size() > prefix ? path.native().substr(prefix) : path.native();
    };
    std::vector<fs::path> folders{folder};

    const auto look_at = [&](const fs::directory_entry& entry) {
        const fs::path& path = entry.path();
        std::error_code error;
        const fs::file_type type = entry.status(error).type();
        const bool is_link = fs::is_symlink(entry.symlink_status(error));
        if (type == fs::file_type::directory) {
            if (is_link)
                ++tree.links_to_folders;
            else
                folders.push_back(path);
            return;
        }
        const bool has_extension = has_source_extension(path);
        if (!has_extension && path.filename().native().find('.') != std::string::npos) return;
        if (type == fs::file_type::not_found || type == fs::file_type::none) {
            entry.status(error);
            const bool broken = is_link && type == fs::file_type::not_found;
            tree.unreadable.push_back({name_of(path), broken ? "broken link" : error.message()});
        } else if (type != fs::file_type::regular) {
            if (has_extension) tree.unreadable.push_back({name_of(path), "not a regular file"});
        } else if (has_extension || is_marked_as_cpp(path)) {
            tree.files.push_back({name_of(path), entry.file_size(), {}});
            tree.bytes += tree.files.back().size;
            found.fetch_add(1, std::memory_order_relaxed);
        }
    };

    while (!folders.empty()) {
        const fs::path current = std::move(folders.back());
        folders.pop_back();
        std::error_code error;
        fs::directory_iterator entry(current, error);
        for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
            try {
                look_at(*entry);
            } catch (const std::system_error& e) {
                tree.unreadable.push_back({name_of(entry->path()), e.code().message()});
            }
        }
        if (error) tree.unreadable.push_back({name_of(current), error.message()});
    }
    std::sort(tree.files.begin(), tree.files.end(),
              [](const source& a, const source& b) { return a.name < b.name; });
    tree.folder = std::move(folder);
    return tree;
}

// Reads all files. Those that cannot be read leave the list of files.
inline void read_sources(source_tree& tree, unsigned threads, work_done& done) {
    std::mutex mutex;
    std::vector<char> failed(tree.files.size(), 0);
    for_each_index(threads, tree.files.size(), [&](std::size_t i) {
        source& file = tree.files[i];
        try {
            file.text = read_file(tree.folder / file.name, static_cast<std::size_t>(file.size));
        } catch (const std::system_error& e) {
            failed[i] = 1;
            const std::lock_guard lock(mutex);
            tree.unreadable.push_back({file.name, e.code().message()});
        }
        done.add(1, file.text.size(), 0);
    });
    std::size_t kept = 0;
    tree.bytes = 0;
    for (std::size_t i = 0; i < tree.files.size(); ++i) {
        if (failed[i]) continue;
        tree.bytes += tree.files[i].text.size();
        if (kept != i) tree.files[kept] = std::move(tree.files[i]);
        ++kept;
    }
    tree.files.resize(kept);
    std::sort(tree.unreadable.begin(), tree.unreadable.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
}

}  // namespace demo
