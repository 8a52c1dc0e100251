// SPDX-License-Identifier: BSL-1.0
#include "contender.hpp"

#include "../examples/index_tree/scanner.hpp"
#include "../examples/index_tree/tree.hpp"

#include <atomic>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace bench {
namespace {

std::unique_ptr<any_dataset> make_dataset(std::string_view type) {
    std::unique_ptr<any_dataset> made;
    for_each_type([&]<class Key, class T>() {
        if (type == type_name<Key, T>) made = std::make_unique<dataset<Key, T>>();
    });
    return made;
}

/// Millions of identifiers are enough; a tree may have hundreds.
constexpr std::size_t longest_trace = 5'000'000;

}  // namespace

const any_dataset& dataset_store::prepare(const cell& c) {
    const std::string wanted = description_of(c);
    if (prepared_ == wanted) return *current_;
    prepared_.clear();
    const bool trace = c.what->make == nullptr;
    const std::string type = trace ? "trace" : c.type;
    if (trace) read_trace();
    if (type_ != type) {
        current_.reset();  // before the next one is made: they are large
        current_ = trace ? std::make_unique<dataset<std::string, std::uint64_t>>(identifiers_)
                         : make_dataset(type);
        type_ = type;
    }
    std::vector<script> scripts;
    if (trace) {
        scripts = trace_scripts(c.threads);
    } else {
        for (unsigned t = 0; t < c.threads; ++t) scripts.push_back(c.what->make(c, t));
    }
    current_->load(std::move(scripts), trace ? 0 : c.what->key_numbers(c));
    prepared_ = wanted;
    return *current_;
}

std::uint64_t dataset_store::trace_keys() {
    read_trace();
    return identifiers_.size();
}

void dataset_store::read_trace() {
    if (!trace_.empty()) return;
    std::atomic<std::uint64_t> found{0};
    demo::source_tree tree = demo::find_sources(trace_folder_, found);
    std::unordered_map<std::string, std::uint32_t> numbers;
    for (const demo::source& file : tree.files) {  // one at a time: all would need too much memory
        std::string text;
        try {
            text = demo::read_file(tree.folder / file.name, static_cast<std::size_t>(file.size));
        } catch (const std::system_error&) {
            continue;  // what cannot be read is not in the trace
        }
        demo::scanner scan(text);
        for (std::string_view word; !(word = scan.next()).empty();) {
            const auto [it, fresh] = numbers.try_emplace(
                std::string(word), static_cast<std::uint32_t>(identifiers_.size()));
            if (fresh) identifiers_.emplace_back(word);
            trace_.push_back(it->second);
        }
        if (trace_.size() >= longest_trace) break;
    }
    if (trace_.empty())
        throw usage_error(
            fmt::format("--tree: no identifier in any C or C++ source below {}", trace_folder_));
}

std::vector<script> dataset_store::trace_scripts(unsigned threads) {
    std::vector<script> scripts(threads);
    for (std::size_t t = 0; t < threads; ++t) {
        const auto at = [&](std::size_t i) {
            return trace_.begin() + static_cast<std::ptrdiff_t>(trace_.size() * i / threads);
        };
        scripts[t].keys.assign(at(t), at(t + 1));
        scripts[t].only = op::update;
    }
    return scripts;
}

}  // namespace bench
