// SPDX-License-Identifier: BSL-1.0
//
// Goes through the scenarios, in every shape of the map: all ways with few preemptions and stale loads, then
// random ones. The first execution that breaks a rule is shown step by step.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <sys/time.h>
#include <unistd.h>

#include "explore.hpp"
#include "scenarios.hpp"
#include "subject.hpp"

namespace {

struct options {
    std::string scenario;
    std::string shape;
    unsigned preemptions = 4;
    unsigned stale = 1;
    std::uint64_t executions = 20'000;
    std::uint64_t random = 1'000;
    std::uint64_t seed = std::random_device{}();
    std::string replay;
    unsigned part = 0;
    unsigned parts = 1;
};

struct shape {
    const char* name;
    std::unique_ptr<subject> (*make)();
};
template <class Key, class T>
std::unique_ptr<subject> make_subject() {
    return std::make_unique<subject_of<Key, T>>();
}
constexpr shape shapes[] = {
    {"flat", make_subject<std::uint64_t, std::uint64_t>},
    {"flat-wide-key", make_subject<wide_key, std::uint32_t>},
    {"node-word", make_subject<node_key, std::uint64_t>},
    {"node-box", make_subject<std::uint64_t, boxed>},
};

// --- what threads have in thread_local variables ------------------------------------------------------

constexpr unsigned outside = machine::max_threads; ///< the thread that prepares and checks
std::array<syncmap::detail::thread_state, machine::max_threads + 1> thread_states;

void swap_thread_state(unsigned thread, bool gets_it) {
    auto& mine = syncmap::detail::this_thread;
    if (gets_it) {
        thread_states[outside] = mine;
        mine = thread_states[thread];
    } else {
        thread_states[thread] = mine;
        mine = thread_states[outside];
    }
}

// --- one scenario in one shape ------------------------------------------------------------------------

std::uint64_t executions_begun = 0;

struct result {
    std::uint64_t executions = 0;
    std::uint64_t steps = 0;
    unsigned preemptions = 0; ///< all ways with so many have been tried
};

class explorer {
public:
    explorer(const scenario& s, const shape& of, const options& o)
        : scenario_(s), shape_(of), options_(o), nothing_(arena::save()) {
        prepare();
    }
    explorer(const explorer&) = delete;
    explorer& operator=(const explorer&) = delete;
    ~explorer() {
        arena::restore(nothing_);
        syncmap::detail::this_thread = {};
    }

    /// All ways without a preemption, with one, with two ... as far as the budget goes; then random ones.
    result explore() {
        result r;
        machine::forget_sharing();
        for (unsigned preemptions = 0; preemptions <= options_.preemptions; ++preemptions) {
            for (unsigned stale = 0; stale <= options_.stale; ++stale) {
                if (!explore_all(preemptions, stale, r)) {
                    preemptions = options_.preemptions;
                    break;
                }
                r.preemptions = preemptions;
            }
        }
        std::uint64_t longest = 1;
        for (std::uint64_t i = 0; i < options_.random; ++i) {
            pct random(options_.seed + i, 2 + static_cast<unsigned>(i % 4), longest);
            execute(random, r);
            longest = std::max(longest, machine::last_run().steps);
        }
        return r;
    }

    /// False if the budget did not suffice.
    bool explore_all(unsigned preemptions, unsigned stale, result& r) {
        bounded all(preemptions, stale);
        for (bool more = true; more;) {
            if (r.executions >= options_.executions * scenario_.effort) {
                return false;
            }
            execute(all, r);
            if (machine::found_more_sharing()) {
                all.restart();
            } else {
                more = all.next();
            }
        }
        return true;
    }

    void show(const std::string& decisions) {
        std::printf("%s, %s:\n", scenario_.name.c_str(), shape_.name);
        machine::trace_all();
        replay again(decisions);
        result r;
        execute(again, r);
        std::printf("nothing wrong\n");
    }

    /// How to see the execution that is going on again.
    [[nodiscard]] std::string decisions() const {
        return recorder_ != nullptr ? recorder_->decisions() : "";
    }
    [[nodiscard]] const scenario& what() const { return scenario_; }
    [[nodiscard]] const shape& in() const { return shape_; }
    [[nodiscard]] const history& so_far() const { return history_; }

private:
    void prepare() {
        const arena::opened open;
        allocations = 0;
        subject_ = shape_.make().release();
        history ignored;
        for (const call& c : scenario_.before) {
            subject_->make(c, ignored);
        }
        thread_states.fill({});
        if (!scenario_.new_threads) {
            for (unsigned t = 0; t < scenario_.threads.size(); ++t) {
                swap_thread_state(t, true);
                static_cast<void>(syncmap::detail::domain::process().record_of_this_thread());
                swap_thread_state(t, false);
            }
        }
        {
            const arena::opened closed(false);
            // Not by asking the map: loads that miss would move its buckets.
            before_ = entries_after(scenario_.before, key_count);
            for (unsigned t = 0; t < scenario_.threads.size(); ++t) {
                bodies_.emplace_back([this, t] {
                    for (const call& c : scenario_.threads[t]) {
                        subject_->make(c, history_);
                    }
                });
            }
        }
        prepared_ = arena::save();
        prepared_states_ = thread_states;
        prepared_allocations_ = allocations;
        my_state_ = syncmap::detail::this_thread;
    }

    void execute(machine::guide& by, result& r) {
        arena::restore(prepared_);
        thread_states = prepared_states_;
        allocations = prepared_allocations_;
        syncmap::detail::this_thread = my_state_;
        history_.clear();
        ++executions_begun;
        recorder written(by);
        recorder_ = &written;
        machine::run(bodies_, written);
        check();
        recorder_ = nullptr;
        ++r.executions;
        r.steps += machine::last_run().steps;
    }

    void check() {
        const arena::opened open;
        std::vector<std::optional<int>> after;
        {
            const arena::opened closed(false);
            after.reserve(key_count);
        }
        std::size_t present = 0;
        for (int key = 0; key < key_count; ++key) {
            after.push_back(subject_->entry(key));
            present += after.back().has_value() ? 1 : 0;
        }
        const bool stale = machine::last_run().stale_loads != 0;
        if (const auto key = history_.unexplained(before_, after, stale)) {
            machine::violation("no order explains the calls on key " + std::to_string(*key));
        }
        if (subject_->size() != present) {
            machine::violation("size() is " + std::to_string(subject_->size()) +
                               ", and there are " + std::to_string(present) + " entries");
        }
        if (const std::size_t left = subject_->garbage_after_reclaim(); left != 0) {
            machine::violation(std::to_string(left) + " objects are left after reclaim()");
        }
        delete subject_;
        if (allocations != 0) {
            machine::violation(std::to_string(allocations) + " allocations have leaked");
        }
    }

    const scenario& scenario_;
    const shape& shape_;
    const options& options_;
    arena::state nothing_;
    arena::state prepared_;
    std::array<syncmap::detail::thread_state, machine::max_threads + 1> prepared_states_{};
    std::ptrdiff_t prepared_allocations_ = 0;
    syncmap::detail::thread_state my_state_{};
    subject* subject_ = nullptr;
    history history_;
    std::vector<std::optional<int>> before_;
    std::vector<std::function<void()>> bodies_;
    recorder* recorder_ = nullptr;
};

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
    struct sigaction action {};
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

} // namespace

int main(int argc, char** argv) {
    options o;
    CLI::App app("Explores interleavings of small scenarios.");
    app.add_option("--scenario", o.scenario, "only scenarios whose name contains this");
    app.add_option("--shape", o.shape, "flat, flat-wide-key, node-word or node-box");
    app.add_option("--preemptions", o.preemptions, "at most so many in the systematic part")
        ->capture_default_str();
    app.add_option("--stale", o.stale, "at most so many loads of old values in the systematic part")
        ->capture_default_str();
    app.add_option("--executions", o.executions,
                   "at most about so many of a scenario in the systematic part")
        ->capture_default_str();
    app.add_option("--random", o.random, "so many random executions of a scenario")
        ->capture_default_str();
    app.add_option("--seed", o.seed, "of the random part");
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
            explorer e(s, in, o);
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
