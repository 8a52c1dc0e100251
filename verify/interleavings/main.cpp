// SPDX-License-Identifier: BSL-1.0
//
// Goes through the scenarios, in every shape of the map: all ways with few preemptions and stale loads, then
// random ones. The first execution that breaks a rule is shown step by step.
#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/time.h>
#include <unistd.h>

#include "explorer.hpp"

namespace {

struct options {
    std::string scenario;
    std::string shape;
    bounds within;
    std::string replay;
    unsigned part = 0;
    unsigned parts = 1;
};

template <class Key, class T>
std::unique_ptr<subject> make_subject() {
    return std::make_unique<subject_of<Key, T>>();
}
constexpr shape shapes[] = {
    {"flat", make_subject<std::uint64_t, std::uint64_t>},
    {"flat-wide-key", make_subject<wide_key, std::uint32_t>},
    {"node-word", make_subject<watched, std::uint64_t>},
    {"node-box", make_subject<std::uint64_t, watched>},
    {"set", make_subject<wide_key, no_value>, false},
};

/// The same with 0 for all values.
scenario without_values(scenario s) {
    const auto change = [](std::vector<call>& calls) {
        for (call& c : calls) {
            if (c.what != verb::reserve) {
                c.value = c.expected = 0;
            }
        }
    };
    change(s.before);
    for (std::vector<call>& thread : s.threads) {
        change(thread);
    }
    return s;
}

// --- when a rule is broken ----------------------------------------------------------------------------

explorer* exploring = nullptr;
const char* program = nullptr;
bool showing = false;

/// The execution is lost; another process repeats it and shows each step.
[[noreturn]] void broken(const std::string& what) {
    const arena::opened closed(false);
    if (showing) {
        std::printf("  calls:\n");
        for (const event& e : exploring->so_far().events()) {
            if (e.made.what != verb::for_each || e.got) {
                std::printf("    T%u %s\n", e.thread, to_string(e).c_str());
            }
        }
        std::printf("VIOLATION: %s\n", what.c_str());
        std::fflush(stdout);
        std::_Exit(1);
    }
    const std::string decisions = exploring->decisions();
    std::printf("VIOLATION: %s; in %s, %s.\n"
                "Once more, step by step (time goes down; @ is a place in memory); to repeat it: "
                "--scenario '%s' --shape %s --replay %s\n",
                what.c_str(), exploring->what().name.c_str(), exploring->in().name,
                exploring->what().name.c_str(), exploring->in().name, decisions.c_str());
    std::fflush(stdout);
    ::execl(program, program, "--scenario", exploring->what().name.c_str(), "--shape",
            exploring->in().name, "--replay", decisions.empty() ? "none" : decisions.c_str(),
            static_cast<char*>(nullptr));
    std::perror("execl");
    std::_Exit(1);
}

void crashed(int signal) { broken("crash (" + std::string(::strsignal(signal)) + ")"); }

/// Every few seconds of processor time.
void look_for_progress(int) {
    static std::uint64_t seen = 0;
    if (seen == executions_begun) {
        broken("an execution does not end");
    }
    seen = executions_begun;
}

void catch_crashes() {
    static std::array<char, 65536> stack;
    stack_t alternate{};
    alternate.ss_sp = stack.data();
    alternate.ss_size = stack.size();
    ::sigaltstack(&alternate, nullptr);
    struct sigaction action{};
    action.sa_handler = crashed;
    action.sa_flags = SA_ONSTACK | SA_NODEFER;
    for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE}) {
        ::sigaction(signal, &action, nullptr);
    }
    action.sa_handler = look_for_progress;
    ::sigaction(SIGVTALRM, &action, nullptr);
    const itimerval every{{10, 0}, {10, 0}};
    ::setitimer(ITIMER_VIRTUAL, &every, nullptr);
}

}  // namespace

int main(int argc, char** argv) {
    options o;
    CLI::App app("Explores interleavings of small scenarios.");
    app.add_option("--scenario", o.scenario, "only scenarios whose name contains this");
    app.add_option("--shape", o.shape, "flat, flat-wide-key, node-word, node-box or set");
    app.add_option("--preemptions", o.within.preemptions, "at most so many in the systematic part")
        ->capture_default_str();
    app.add_option("--stale", o.within.stale,
                   "at most so many loads of old values in the systematic part")
        ->capture_default_str();
    app.add_option("--executions", o.within.executions,
                   "at most about so many of a scenario in the systematic part")
        ->capture_default_str();
    app.add_option("--random", o.within.random, "so many random executions of a scenario")
        ->capture_default_str();
    app.add_option("--seed", o.within.seed, "of the random part");
    app.add_option("--replay", o.replay,
                   "repeat one execution, step by step: the decisions that were printed");
    app.add_option("--part", o.part,
                   "with --parts: every so many-th scenario, beginning with this one");
    app.add_option("--parts", o.parts, "how many processes share the work")
        ->check(CLI::PositiveNumber);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& e) {
        return app.exit(e) == 0 ? 0 : 2;
    }
    program = "/proc/self/exe";
    showing = !o.replay.empty();
    machine::on_switch(swap_thread_state);
    machine::on_violation(broken);
    catch_crashes();
    {
        const arena::opened open;
        static_cast<void>(syncmap::detail::domain::process());
    }

    result total;
    unsigned number = 0;
    unsigned explored = 0;
    for (const scenario& s : all_scenarios()) {
        for (const shape& in : shapes) {
            if (number++ % o.parts != o.part || s.name.find(o.scenario) == std::string::npos ||
                (!o.shape.empty() && o.shape != in.name)) {
                continue;
            }
            const scenario fitting = in.values ? s : without_values(s);
            explorer e(fitting, in, o.within);
            exploring = &e;
            if (showing) {
                e.show(o.replay);
                return 0;
            }
            const auto start = std::chrono::steady_clock::now();
            const result r = e.explore();
            const double seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
            std::printf(
                "%-44s %-14s %9llu executions %11llu steps %6.1f s  all with %u preemptions\n",
                s.name.c_str(), in.name, static_cast<unsigned long long>(r.executions),
                static_cast<unsigned long long>(r.steps), seconds, r.preemptions);
            std::fflush(stdout);
            total.executions += r.executions;
            total.steps += r.steps;
            ++explored;
        }
    }
    std::printf("total %u %llu %llu\n", explored, static_cast<unsigned long long>(total.executions),
                static_cast<unsigned long long>(total.steps));
    return 0;
}
