// SPDX-License-Identifier: BSL-1.0
//
// Goes through the scenarios of the list, each in every shape of the map, or through random ones, each in one
// shape: all ways with few preemptions and stale loads, then random ones. The first execution that breaks a rule
// is shown step by step.
#include <CLI/CLI.hpp>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <sys/time.h>
#include <unistd.h>

#include "explorer.hpp"
#include "random_scenario.hpp"

namespace {

struct options {
    std::string scenario;
    std::string shape;
    std::uint64_t random_scenarios = 0;
    bounds within;
    std::string replay;
    unsigned part = 0;
    unsigned parts = 1;
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
options options_given;

/// The execution is lost; another process repeats it and shows each step.
[[noreturn]] void broken(const std::string& what) {
    const arena::opened closed(false);
    if (!options_given.replay.empty()) {
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
    // A random scenario is found again by its seed, which its name ends with.
    const std::string& name = exploring->what().name;
    const bool random = options_given.random_scenarios != 0;
    std::vector<std::string> arguments{
        "interleavings", random ? "--scenarios-random" : "--scenario", random ? "1" : name};
    if (random) {
        arguments.insert(arguments.end(), {"--seed", name.substr(name.rfind(' ') + 1)});
    }
    const std::string decisions = exploring->decisions();
    arguments.insert(arguments.end(), {"--shape", exploring->in().name, "--replay",
                                       decisions.empty() ? "none" : decisions});
    std::printf("VIOLATION: %s; in %s, %s.\n%s\n"
                "Once more, step by step (time goes down; @ is a place in memory); to repeat it:",
                what.c_str(), name.c_str(), exploring->in().name,
                to_code(exploring->what()).c_str());
    std::vector<char*> words;
    for (std::string& argument : arguments) {
        const bool quoted = argument.find(' ') != std::string::npos;
        std::printf(quoted ? " '%s'" : " %s", argument.c_str());
        words.push_back(argument.data());
    }
    words.push_back(nullptr);
    std::printf("\n");
    std::fflush(stdout);
    ::execv("/proc/self/exe", words.data());
    std::perror("execv");
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

// --- going through them -------------------------------------------------------------------------------

result total;
unsigned explored = 0;

void explore(const scenario& s, const shape& in) {
    const options& o = options_given;
    const scenario fitting = in.values ? s : without_values(s);
    explorer e(fitting, in, o.within);
    exploring = &e;
    if (!o.replay.empty()) {
        e.show(o.replay);
        std::exit(0);
    }
    const auto start = std::chrono::steady_clock::now();
    const result r = e.explore();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    if (o.random_scenarios == 0) {
        std::printf("%-52s %-14s %9llu executions %11llu steps %6.1f s  all with %u preemptions\n",
                    s.name.c_str(), in.name, static_cast<unsigned long long>(r.executions),
                    static_cast<unsigned long long>(r.steps), took.count(), r.preemptions);
        std::fflush(stdout);
    }
    total.executions += r.executions;
    total.steps += r.steps;
    ++explored;
}

void explore_list() {
    const options& o = options_given;
    unsigned number = 0;
    for (const scenario& s : all_scenarios()) {
        for (const shape& in : all_shapes()) {
            if (number++ % o.parts == o.part && s.name.find(o.scenario) != std::string::npos &&
                (o.shape.empty() || o.shape == in.name)) {
                explore(s, in);
            }
        }
    }
}

void explore_random() {
    options& o = options_given;
    const std::uint64_t first = o.within.seed;
    for (std::uint64_t seed = first + o.part; seed < first + o.random_scenarios; seed += o.parts) {
        o.within.seed = seed;
        for (const shape& in : all_shapes()) {
            const bool its_own = &in == &all_shapes()[seed % all_shapes().size()];
            if (o.shape.empty() ? its_own : o.shape == in.name) {
                explore(random_scenario(seed), in);
            }
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    options& o = options_given;
    CLI::App app("Explores interleavings of small scenarios.");
    app.add_option("--scenario", o.scenario, "only scenarios whose name contains this");
    app.add_option("--shape", o.shape,
                   "flat, flat-wide-key, node-word, node-box, node-reused or set");
    app.add_option(
        "--scenarios-random", o.random_scenarios,
        "so many random scenarios in place of the list, each in a shape of its own; the first "
        "one is that of the seed");
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
    app.add_option("--seed", o.within.seed, "of what is random");
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
    machine::on_switch(swap_thread_state);
    machine::on_violation(broken);
    catch_crashes();
    {
        const arena::opened open;
        static_cast<void>(syncmap::detail::domain::process());
    }

    if (o.random_scenarios == 0) {
        explore_list();
    } else {
        explore_random();
    }
    std::printf("total %u %llu %llu\n", explored, static_cast<unsigned long long>(total.executions),
                static_cast<unsigned long long>(total.steps));
    return 0;
}
