// SPDX-License-Identifier: BSL-1.0
//
// Maps that end in odd moments, many at a time: thread_local ones with their threads, static ones with
// the process, those of a shared library (and what it did to the program's) when it is closed, by whichever
// thread is the last. Its argument after `short` or `long` is the library.
#include <dlfcn.h>
#include <sys/wait.h>

#include <atomic>
#include <vector>

#include "lifetimes.hpp"

namespace {

using namespace faults;

constexpr std::uint64_t threads = 4;

// Used by the destructors of thread_local maps' neighbours, and at exit.
shared_maps of_program;

struct last_words {
    shared_maps* maps = nullptr;
    ~last_words() {
        if (maps != nullptr)  // the end of a thread, or of the process
            use(*maps, 77, 50);
    }
};
last_words at_exit;  // destroyed before the maps above

void short_lived_threads(std::size_t count) {
    std::vector<std::jthread> all;
    for (std::uint64_t me = 0; me < threads; ++me)
        all.emplace_back([me, count] {
            for (std::size_t i = 0; i < count; ++i)
                std::jthread([&] {
                    static thread_local last_words before;
                    static thread_local shared_maps mine;
                    static thread_local last_words after;
                    use(mine, me + i, 200);
                    use(of_program, me + i, 200);
                    before.maps = &of_program;
                    after.maps = &mine;
                }).join();
        });
}

void open_use_close(const char* path, std::uint64_t stream) {
    void* const library = ::dlopen(path, RTLD_NOW | RTLD_LOCAL);
    require(library != nullptr, "the library can be opened");
    auto* const use_plugin = reinterpret_cast<plugin_function*>(::dlsym(library, "use_plugin"));
    require(use_plugin != nullptr, "the library has its function");
    use_plugin(of_program, stream, 300);
    of_program.words.reclaim();
    of_program.texts.reclaim();
    require(::dlclose(library) == 0, "the library can be closed");
}

// Each opens and closes by itself; the last one out unloads the library under those who go on with the
// maps. A thread's own map in the library keeps it until the thread ends.
std::size_t opening_and_closing(const char* path, std::size_t rounds) {
    std::atomic<bool> over{false};
    std::jthread bystander([&] {
        for (std::uint64_t i = 0; !over; ++i) use(of_program, 1000 + i, 100);
    });
    std::size_t unloaded = 0;
    for (std::size_t i = 0; i < rounds; ++i) {
        {
            std::vector<std::jthread> all;
            for (std::uint64_t me = 0; me < threads; ++me)
                all.emplace_back([&, me] {
                    for (std::uint64_t again = 0; again < 3; ++again)
                        std::jthread([&] {
                            open_use_close(path, i * 100 + me * 10 + again);
                        }).join();
                });
        }
        // It could not be unloaded while a thread that had closed it still had a map in it. That is looked
        // at again when somebody closes it the next time.
        if (void* const still = ::dlopen(path, RTLD_NOW | RTLD_NOLOAD)) ::dlclose(still);
        unloaded += ::dlopen(path, RTLD_NOW | RTLD_NOLOAD) == nullptr;
    }
    over = true;
    return unloaded;
}

}  // namespace

int main(int argc, char** argv) {
    begin(argc, argv);
    require(argc == 3, "the second argument is the library");
    at_exit.maps = &of_program;
    const std::size_t short_lived = running.pick<std::size_t>(100, 10'000);
    const std::size_t opened = running.pick<std::size_t>(25, 5000);
    short_lived_threads(short_lived);
    const std::size_t unloaded = opening_and_closing(argv[2], opened);
    require(unloaded == opened, "the library is unloaded when all have closed it");
    of_program.texts.reclaim();
    std::printf(
        "lifetimes: %zu threads with maps of their own, a library opened %zu times and unloaded "
        "%zu times, static maps used until the end\n",
        threads * short_lived, 3 * threads * opened, unloaded);
}
