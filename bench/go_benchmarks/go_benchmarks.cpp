// SPDX-License-Identifier: BSL-1.0
#include "go_benchmarks.hpp"

#include <algorithm>
#include <deque>
#include <mutex>
#include <stdexcept>

#include "string_benchmarks.hpp"

namespace bench {
namespace go {
namespace {

const benchmark& find(std::string_view name, std::span<const benchmark> in) {
    const auto found = std::ranges::find(in, name, &benchmark::name);
    if (found == in.end())
        throw std::invalid_argument("Go has no benchmark of this name: " + std::string(name));
    return *found;
}

std::span<const benchmark> benchmarks_of(std::string_view peer) {
    if (peer == "syncmap") return syncmap_benchmarks();
    if (peer == "classic") return classic_benchmarks();
    throw std::invalid_argument("Go's benchmarks are not there for this peer: " +
                                std::string(peer));
}

/// About 100 us of work; 1 as long as nobody knows how long an operation takes.
std::int64_t batch_for(double seconds_per_operation) {
    constexpr double worth = 100e-6;
    return static_cast<std::int64_t>(std::clamp(worth / seconds_per_operation, 1.0, 10'000.0));
}

/// As Go does: more and more operations, until a run is long enough; 20 % more than should be needed, and
/// never a hundred times as many as the last time, which may have been too short to judge by.
double nanoseconds_per_operation(const benchmark& b, int threads, double seconds) {
    run_size size{1, 1, threads};
    for (;;) {
        const double took = std::max(b.run(size), 1e-9);
        const double each = took / static_cast<double>(size.operations);
        if (took >= seconds || size.operations >= b.most_operations) return each * 1e9;
        const double wanted =
            std::min(1.2 * seconds / each, 1e2 * static_cast<double>(size.operations));
        size.operations =
            std::clamp(static_cast<std::int64_t>(wanted), size.operations + 1, b.most_operations);
        size.batch = batch_for(each);
    }
}

std::string in_binary(std::size_t number) {
    std::string digits;
    do {
        digits.insert(digits.begin(), static_cast<char>('0' + number % 2));
        number /= 2;
    } while (number != 0);
    return digits;
}

}  // namespace

const std::vector<std::string>& binary_numbers(std::size_t count) {
    static std::deque<std::vector<std::string>> lists;  // a deque: nothing moves
    static std::mutex guard;
    const std::lock_guard lock(guard);
    const auto found = std::ranges::find(lists, count, &std::vector<std::string>::size);
    if (found != lists.end()) return *found;
    auto& list = lists.emplace_back();
    for (std::size_t i = 0; i < count; ++i) list.push_back(in_binary(i));
    return list;
}

}  // namespace go

std::vector<std::string> go_benchmark_names() {
    std::vector<std::string> names;
    for (const auto& b : go::syncmap_benchmarks()) names.emplace_back(b.name);
    return names;
}

std::vector<std::string> go_benchmark_peers() { return {"syncmap", "classic"}; }

std::string go_benchmark_type(std::string_view name) {
    return std::string(go::find(name, go::syncmap_benchmarks()).type);
}

double run_go_benchmark(std::string_view name, std::string_view peer, int threads, double seconds) {
    return go::nanoseconds_per_operation(go::find(name, go::benchmarks_of(peer)), threads, seconds);
}

}  // namespace bench
