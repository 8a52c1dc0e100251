// SPDX-License-Identifier: BSL-1.0
//
// Several processes do anything to few keys of three members, while something befalls these; then it is looked for an
// order of all calls that explains what they returned, of each key by itself.
//
// usage: etcd_histories self_test FILE
//        etcd_histories FAULT SECONDS SEED FILE     FILE: all histories with their verdicts, for porcupine/
#include <cstdlib>
#include <functional>
#include <iostream>
#include <list>
#include <map>
#include <optional>

#include "checker.hpp"
#include "client.hpp"
#include "rig/cluster.hpp"
#include "rig/proxy.hpp"
#include "self_test.hpp"

namespace {

using namespace histories;
using namespace rig;

constexpr std::uint32_t processes = 3;

struct scene {
    cluster members{{.members = 3}};
    std::list<proxy> net{};
    std::mt19937 random;
    clock::time_point end{};

    explicit scene(unsigned seed) : random(seed) {
        for (std::size_t i = 0; i < members.size(); ++i) net.emplace_back(members.port(i));
    }
    std::size_t any() { return random() % members.size(); }
    // Not beyond the end.
    void sleep(milliseconds at_most) {
        std::this_thread::sleep_until(std::min(
            end, clock::now() + milliseconds(random() % static_cast<unsigned>(at_most.count()))));
    }
    [[nodiscard]] bool over() const { return clock::now() >= end; }
};

void leader_killed(scene& s) {
    while (!s.over()) {
        s.sleep(1500ms);
        const std::size_t i = s.members.leader();
        s.members.kill(i);
        s.sleep(2s);
        s.members.start(i);
        s.members.await(i);
    }
}

void member_stopped(scene& s) {
    while (!s.over()) {
        s.sleep(1s);
        const std::size_t i = s.any();
        s.members.stop(i);
        s.sleep(2500ms);
        s.members.go_on(i);
    }
}

void all_restarted(scene& s) {
    while (!s.over()) {
        s.sleep(2s);
        s.members.kill_all();
        s.sleep(300ms);
        s.members.start_all();
    }
}

void majority_lost(scene& s) {
    while (!s.over()) {
        s.sleep(2s);
        const std::size_t i = s.any(), j = (i + 1) % s.members.size();
        s.members.kill(i);
        s.members.kill(j);
        std::this_thread::sleep_until(std::min(s.end, clock::now() + (long_form() ? 20s : 3s)));
        s.members.start(i);
        s.members.start(j);
        s.members.await_all();
        s.sleep(2s);
    }
}

void network_broken(scene& s) {
    while (!s.over()) {
        proxy& p = *std::next(s.net.begin(), static_cast<int>(s.any()));
        switch (s.random() % 7) {
        case 0: p.cut(); break;
        case 1: p.half_close(); break;
        case 2: p.delay(milliseconds(s.random() % 200)); break;
        case 3: p.swallow(); break;
        case 4: p.refuse(); break;
        case 5: p.lose_answers(static_cast<int>(s.random() % 4)); break;
        default: p.pass();
        }
        s.sleep(250ms);
    }
    for (proxy& p : s.net) p.pass();
}

const std::map<std::string, void (*)(scene&)> faults{
    {"leader_killed", leader_killed},   {"member_stopped", member_stopped},
    {"all_restarted", all_restarted},   {"majority_lost", majority_lost},
    {"network_broken", network_broken},
};

bool check(const std::vector<call>& calls, const std::string& file) {
    std::vector<std::vector<call>> of(keys);
    std::size_t open = 0;
    for (const call& c : calls) {
        open += c.open ? 1 : 0;
        for (std::uint32_t key = 0; key < keys; ++key)
            if (c.what == verb::clear || c.key == key) of[key].push_back(c);
    }
    std::ofstream out(file);
    std::uint32_t impossible = 0, undecided = 0;
    for (std::uint32_t key = 0; key < keys; ++key) {
        const verdict v = search(of[key]).run();
        if (v == verdict::impossible) {
            std::printf("key %u: no order explains what the calls have returned\n", key);
        } else if (v == verdict::undecided) {
            std::printf("key %u: not decided: too many orders\n", key);
        }
        impossible += v == verdict::impossible ? 1U : 0U;
        undecided += v == verdict::undecided ? 1U : 0U;
        if (v != verdict::undecided) write_line(out, of[key], v == verdict::explained);
    }
    // How many calls are uncertain is the members' business; a run that decides next to nothing is none.
    const bool well = impossible == 0 && undecided <= keys / 2;
    std::printf("%zu calls, %zu of them uncertain, of %u keys: %s, %u not decided\n", calls.size(),
                open, keys, well ? "explained" : "NOT explained", undecided);
    return well;
}

// What the clients have called meanwhile, and what is there in the end; nullopt: one of them has failed.
std::optional<std::vector<call>> record(const std::string& fault, int seconds, unsigned seed) {
    std::printf("%s for %d seconds, seed %u\n", fault.c_str(), seconds, seed);
    scene s(seed);
    const folder f;
    const std::int64_t end = moment() + std::int64_t{seconds} * 1000000000;
    s.end = clock::now() + std::chrono::seconds(seconds);
    std::vector<child> clients;
    for (std::uint32_t n = 0; n < processes; ++n) {
        std::vector<std::string> command{
            own_path(),           "--client",          std::to_string(n),
            std::to_string(seed), std::to_string(end), (f.path() / std::to_string(n)).string()};
        for (std::size_t i = 0; i < s.members.size(); ++i) {
            const std::size_t j = (i + n) % s.members.size();
            command.push_back(fault == "network_broken"
                                  ? std::next(s.net.begin(), static_cast<int>(j))->url()
                                  : s.members.endpoint(j));
        }
        clients.emplace_back(command, f.path() / "log");
    }
    faults.at(fault)(s);
    bool well = true;
    for (child& c : clients) well = c.wait() == 0 && well;
    std::fputs(contents(f.path() / "log").c_str(), stdout);
    if (!well) {
        std::puts("a client has failed");
        return std::nullopt;
    }

    std::vector<call> calls;
    for (std::uint32_t n = 0; n < processes; ++n) {
        std::ifstream in(f.path() / std::to_string(n));
        for (call c; read(in, c);) calls.push_back(c);
    }
    s.members.await_all();
    const gateway raw = s.members.direct();
    for (std::uint32_t key = 0; key < keys; ++key) {  // what is there in the end
        call c;
        c.key = key;
        c.begin = moment();
        if (const auto there = raw.get("/h/" + std::to_string(key)))
            c.result = std::stoull(there->value);
        c.end = moment();
        calls.push_back(c);
    }
    return calls;
}

// Where disks are busy, members may take a second for each write. So few calls are no evidence.
bool record_and_check(const std::string& fault, int seconds, unsigned seed,
                      const std::string& file) {
    for (int tries = 0; tries < 3; ++tries) {
        const std::optional<std::vector<call>> calls = record(fault, seconds, seed);
        if (!calls || !check(*calls, file)) return false;
        if (calls->size() > 100) return true;
        std::puts("too few calls: again");
    }
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> words(argv + 1, argv + argc);
    if (words.size() > 5 && words[0] == "--client")
        return run_client(
            {words.begin() + 5, words.end()}, static_cast<std::uint32_t>(std::stoul(words[1])),
            static_cast<unsigned>(std::stoul(words[2])), std::stoll(words[3]), words[4]);
    if (words.size() == 2 && words[0] == "self_test") {
        std::ofstream out(words[1]);
        return self_test(out);
    }
    if (words.size() == 4 && faults.contains(words[0]))
        return record_and_check(words[0], std::stoi(words[1]),
                                static_cast<unsigned>(std::stoul(words[2])), words[3])
                   ? 0
                   : 1;
    std::cerr << "usage: etcd_histories self_test FILE\n"
                 "       etcd_histories FAULT SECONDS SEED FILE\nfaults:";
    for (const auto& [name, what] : faults) std::cerr << ' ' << name;
    std::cerr << '\n';
    return 2;
}
