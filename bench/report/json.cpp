// SPDX-License-Identifier: BSL-1.0
#include "json.hpp"

#include <algorithm>
#include <fstream>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace bench {
namespace {

/// Four digits are more than any measurement here is good for.
double rounded(double x) { return std::stod(fmt::format("{:.5g}", x)); }

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"') result += c;
        result += c;
    }
    return result + '"';
}

}  // namespace

nlohmann::json to_json(const results& r) {
    nlohmann::json machine(r.machine);
    machine["cores"] = std::stoi(r.machine.at("cores"));
    machine["memory_gib"] = std::stoi(r.machine.at("memory_gib"));
    machine["noise"] = {{"repetitions", r.noise.repetitions()},
                        {"disturbed", r.noise.disturbed()},
                        {"worst_slowdown", rounded(r.noise.worst_slowdown())},
                        {"worst_waiting", rounded(r.noise.worst_waiting())}};
    machine["seconds"] = rounded(r.seconds);
    machine["complete"] = r.complete;

    nlohmann::json workloads = nlohmann::json::object();
    for (const auto& [name, title] : r.workloads) workloads[name] = title;

    nlohmann::json peers = nlohmann::json::array();
    for (const peer_row& p : r.peers)
        peers.push_back({{"name", p.name},
                         {"version", p.version},
                         {"note", p.note},
                         {"left_out", p.left_out ? nlohmann::json(*p.left_out) : nullptr}});

    nlohmann::json failures = nlohmann::json::array();
    for (const failure& f : r.failures)
        failures.push_back({{"where", f.where}, {"peer", f.peer}, {"what", f.what}});

    nlohmann::json all = nlohmann::json::array();
    for (const result& one : r.all) {
        nlohmann::json samples = nlohmann::json::array();
        for (const double s : one.samples) samples.push_back(rounded(s));
        all.push_back({{"workload", one.workload},
                       {"type", one.type},
                       {"keys", one.keys},
                       {"threads", one.threads},
                       {"peer", one.peer},
                       {"metric", one.metric},
                       {"median", rounded(one.median())},
                       {"low", rounded(one.low())},
                       {"high", rounded(one.high())},
                       {"samples", samples}});
    }
    return {{"machine", machine},
            {"workloads", workloads},
            {"peers", peers},
            {"failures", failures},
            {"results", all}};
}

std::string to_csv(const results& r) {
    std::string text = "workload,type,keys,threads,peer,metric,median,low,high,repetitions\n";
    for (const result& one : r.all)
        text += fmt::format("{},{},{},{},{},{},{:.5g},{:.5g},{:.5g},{}\n", quoted(one.workload),
                            one.type, one.keys, one.threads, quoted(one.peer), quoted(one.metric),
                            one.median(), one.low(), one.high(), one.samples.size());
    return text;
}

void merge(results& r, const std::filesystem::path& file) {
    std::ifstream in(file);
    try {
        const nlohmann::json given = nlohmann::json::parse(in);
        for (const auto& one : given.at("results")) {
            result added{one.at("workload"),
                         one.at("type"),
                         one.at("keys"),
                         one.at("threads"),
                         one.at("peer"),
                         one.at("metric"),
                         {}};
            if (const auto samples = one.find("samples"); samples != one.end() && !samples->empty())
                added.samples = samples->get<std::vector<double>>();
            else
                added.samples = {one.at("median").get<double>()};
            const bool named =
                std::any_of(r.workloads.begin(), r.workloads.end(),
                            [&](const auto& w) { return w.first == added.workload; });
            if (!named) r.workloads.emplace_back(added.workload, "");
            r.all.push_back(std::move(added));
        }
    } catch (const nlohmann::json::exception& e) {
        throw std::runtime_error(
            fmt::format("{} is no file of results: {}", file.string(), e.what()));
    }
}

}  // namespace bench
