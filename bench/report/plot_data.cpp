// SPDX-License-Identifier: BSL-1.0
#include "plot_data.hpp"

#include "workload.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <stdexcept>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench::charts {
namespace {

using nlohmann::json;

// As far apart as so many can be. A panel has ten lines at most, each with its name beside it.
constexpr std::array palette{"#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9",
                             "#7a4fbf", "#8c564b", "#8a8d00", "#d11f5b", "#9aa4af",
                             "#00596b", "#7cb518", "#c200c2", "#f28b82"};

/// "W1/zipf" and "W11 read" are about W1 and W11.
const workload* known(std::string_view name) {
    return find_workload(name.substr(0, name.find_first_of("/ ")));
}

std::size_t rank(std::string_view name) {
    const auto* found = known(name);
    return static_cast<std::size_t>(found ? found - workloads().data() : std::ssize(workloads()));
}

std::string text_of(const json& j) {
    if (j.is_string()) return j.get<std::string>();
    if (j.is_number_float()) return fmt::format("{:.3g}", j.get<double>());
    return j.dump();
}

/// Compiler flags but for warnings, which change no figure.
std::string without_warnings(const std::string& flags) {
    std::istringstream words(flags);
    std::string rest;
    for (std::string word; words >> word;)
        if (!word.starts_with("-W")) rest += (rest.empty() ? "" : " ") + word;
    return rest;
}

std::string machine_line(const json& machine) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> fields{
        {{"cpu", "{}"},
         {"cores", "{} cores"},
         {"memory_gib", "{} GiB"},
         {"os", "{}"},
         {"compiler", "{}"},
         {"flags", "{}"},
         {"date", "{}"}}};
    std::string line;
    for (const auto& [field, form] : fields) {
        const auto found = machine.find(field);
        if (found == machine.end() || found->is_null()) continue;
        if (!line.empty()) line += ", ";
        const auto text = text_of(*found);
        line += fmt::format(fmt::runtime(form), field == "flags" ? without_warnings(text) : text);
    }
    return line;
}

void read_records(const json& results, dataset& data) {
    for (const auto& r : results.at("results")) {
        if (!r.at("median").is_number()) continue;
        const double median = r.at("median");
        if (!std::isfinite(median)) continue;
        const auto bound = [&](const char* name) {
            const auto found = r.find(name);
            return found != r.end() && found->is_number() ? found->get<double>() : median;
        };
        data.records.push_back({r.at("workload"), r.at("type"), r.at("peer"), r.at("metric"),
                                r.value("keys", std::uint64_t{0}), r.value("threads", 1), median,
                                bound("low"), bound("high")});
    }
}

std::string about(const json& peer) {
    const auto version = peer.value("version", ""), note = peer.value("note", "");
    return version + (version.empty() || note.empty() ? "" : ", ") + note;
}

void read_peers(const json& results, dataset& data) {
    std::vector<peer> peers;
    for (const auto& p : results.value("peers", json::array())) {
        const std::string name = p.at("name");
        if (const auto why = p.find("left_out"); why != p.end() && why->is_string())
            data.missing.push_back({name, *why});
        peers.push_back({name, "", about(p)});
    }
    for (const auto& r : data.records)
        if (std::ranges::find(peers, r.peer, &peer::name) == peers.end())
            peers.push_back({r.peer, "", ""});
    std::erase_if(peers, [&](const peer& p) {
        return std::ranges::find(data.records, p.name, &record::peer) == data.records.end();
    });
    std::ranges::stable_sort(peers, {}, [](const peer& p) {
        return p.name == ours ? 0 : p.name == limit ? 2 : 1;
    });
    std::size_t next = 0;
    for (auto& p : peers)
        p.colour = p.name == ours    ? our_colour
                   : p.name == limit ? limit_colour
                                     : palette[next++ % palette.size()];
    data.peers = std::move(peers);
}

void read_warnings(const json& results, dataset& data) {
    const auto machine = results.value("machine", json::object());
    const auto noise = machine.value("noise", json());
    if (noise.is_object()) {
        const auto disturbed = noise.value("disturbed", 0), all = noise.value("repetitions", 0);
        if (disturbed * 10 > all)
            data.warnings.push_back(fmt::format(
                "The machine was busy with something else in {} of {} repetitions: small "
                "differences mean nothing.",
                disturbed, all));
    }
    if (!machine.value("complete", true))
        data.warnings.emplace_back("Not complete: the run was ended early.");
    for (const auto& f : results.value("failures", json::array()))
        data.warnings.push_back(fmt::format("{}, {}: {}", f.value("peer", ""), f.value("where", ""),
                                            f.value("what", "")));
}

}  // namespace

dataset read_results(const json& results) {
    dataset data;
    try {
        read_records(results, data);
        read_peers(results, data);
        read_warnings(results, data);
        data.machine = machine_line(results.value("machine", json::object()));
    } catch (const json::exception& e) {
        throw std::invalid_argument(std::string("these are not results of this tool: ") + e.what());
    }
    return data;
}

std::string in_words(std::string_view name) {
    if (const auto* found = known(name)) return fmt::format("{}: {}", name, found->title);
    return std::string(name);
}

std::string type_in_words(std::string_view type) {
    const auto one = [](std::string_view name) -> std::string_view {
        return name == "u64" ? "uint64" : name == "struct" ? "256-byte struct" : name;
    };
    const auto colon = type.find(':');
    if (colon == std::string_view::npos) return std::string(type);
    return fmt::format("{} keys, {} values", one(type.substr(0, colon)),
                       one(type.substr(colon + 1)));
}

std::string keys_text(std::uint64_t keys) {
    if (keys >= 1'000'000 && keys % 100'000 == 0)
        return fmt::format("{}M", static_cast<double>(keys) / 1e6);
    if (keys >= 1000 && keys % 100 == 0) return fmt::format("{}k", static_cast<double>(keys) / 1e3);
    return std::to_string(keys);
}

std::string threads_text(int threads) {
    return threads == 1 ? "one thread" : fmt::format("{} threads", threads);
}

std::string number_text(double value) {
    const double size = std::abs(value);
    if (size >= 1e6) return fmt::format("{:.3g}M", value / 1e6);
    if (size >= 1e3) {
        const auto whole = std::llround(value);
        return fmt::format("{}{},{:03}", whole < 0 ? "-" : "", std::llabs(whole) / 1000,
                           std::llabs(whole) % 1000);
    }
    return size >= 99.95 ? fmt::format("{:.0f}", value)
           : size >= 1   ? fmt::format("{:.1f}", value)
                         : fmt::format("{:.2g}", value);
}

std::string unit_in_words(std::string_view metric) {
    if (metric == "ns/op") return "ns per operation (shorter is better)";
    if (metric == "Mops/s") return "million operations per second (longer is better)";
    if (metric == "instr/op") return "instructions per operation (shorter is better)";
    if (metric == "compile s") return "seconds to compile (shorter is better)";
    if (metric == "heap B/entry" || metric == "RSS B/entry")
        return "bytes per entry (shorter is better)";
    return std::string(metric);
}

bool comes_before(std::string_view a, std::string_view b) {
    return std::tuple(rank(a), a) < std::tuple(rank(b), b);
}

bool type_comes_before(std::string_view a, std::string_view b) {
    constexpr std::array<std::string_view, 6> order{"u64:u64",    "string:string", "pointer:u64",
                                                    "u64:string", "u64:struct",    "string:u64"};
    const auto place = [&](std::string_view type) { return std::ranges::find(order, type); };
    return std::tuple(place(a), a) < std::tuple(place(b), b);
}

}  // namespace bench::charts
