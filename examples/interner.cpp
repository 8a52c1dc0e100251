// SPDX-License-Identifier: BSL-1.0
// Interned strings: equal strings become one symbol, which is copied, compared and hashed as a
// pointer.
//
// Why this way: the key is a view of the text that the value points to, so each string is stored
// once. View and pointer are trivially copyable and small, so an entry is a slot of the table and
// not a node. Nearly every call finds its string by load(), which neither locks nor allocates nor
// makes a std::string; only what is missing is made, and load_or_store() decides between threads
// that make it at the same time. Watch out: a view must not outlive its text. Here no entry is
// erased before the map ends, which is what makes the pointers good for so long. With erase() one
// would have to reclaim() before the text may be freed.
#include <syncmap/map.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <latch>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace {

// All texts, so that somebody frees them. The map's keys are views of them.
class texts {
public:
    struct entry {
        std::string text;
        entry* older = nullptr;
    };

    texts() = default;
    texts(const texts&) = delete;
    texts& operator=(const texts&) = delete;
    ~texts() {
        for (entry* e = newest_; e != nullptr;) delete std::exchange(e, e->older);
    }
    void add(std::unique_ptr<entry> added) {
        entry* const e = added.release();
        e->older = newest_.load(std::memory_order_relaxed);
        while (!newest_.compare_exchange_weak(e->older, e, std::memory_order_release,
                                              std::memory_order_relaxed)) {
        }
    }

private:
    std::atomic<entry*> newest_ = nullptr;
};

// One word: copying it is free, and == looks at no character.
class symbol {
public:
    std::string_view text() const { return entry_->text; }
    friend bool operator==(symbol, symbol) = default;

    struct hash {
        std::size_t operator()(symbol s) const noexcept {
            return std::hash<const void*>()(s.entry_);
        }
    };

private:
    friend class interner;
    explicit symbol(const texts::entry* e) : entry_(e) {}

    const texts::entry* entry_;
};

class interner {
public:
    // The same symbol for equal texts, from any thread; good until the interner ends.
    symbol operator()(std::string_view text) {
        if (const auto found = symbols_.load(text)) return *found;
        auto made = std::make_unique<texts::entry>(texts::entry{std::string(text)});
        const std::string_view key = made->text;
        const auto [kept, was_there] = symbols_.load_or_store(key, symbol(made.get()));
        if (!was_there)
            texts_.add(std::move(made));  // otherwise another thread was first, and ours goes
        return kept;
    }

    std::size_t size() const { return symbols_.size(); }

private:
    texts texts_;  // before the map, so that it ends after it
    syncmap::map<std::string_view, symbol> symbols_;
};

// Some source code, with as many variables as lines, and blanks between all words.
std::string program(int lines) {
    std::string text;
    for (int i = 0; i < lines; ++i)
        text += "let value_" + std::to_string(i) + " = value_" + std::to_string(i / 2) +
                " + value_" + std::to_string(i / 3) + " ; ";
    return text;
}

template <class F>
void for_each_word(std::string_view text, F f) {
    for (std::size_t end; (end = text.find(' ')) != text.npos; text.remove_prefix(end + 1))
        f(text.substr(0, end));
}

}  // namespace

int main() {
    constexpr std::size_t threads = 4;
    const std::string text = program(100'000);
    interner intern;
    std::vector<std::vector<symbol>> read(threads);  // by thread
    std::latch all_are_here(threads);                // so that they meet new words at the same time
    {
        std::vector<std::jthread> workers;
        for (std::vector<symbol>& mine : read)
            workers.emplace_back([&] {
                all_are_here.arrive_and_wait();
                for_each_word(text, [&](std::string_view word) { mine.push_back(intern(word)); });
            });
    }

    syncmap::map<symbol, std::size_t, symbol::hash> uses;
    for (const symbol s : read[0])
        uses.update(s,
                    [](const std::size_t* n) { return std::optional(n != nullptr ? *n + 1 : 1); });

    std::size_t wrong = 0;
    for (const auto& mine : read) wrong += mine != read[0];  // compares pointers
    std::size_t word = 0;
    for_each_word(text,
                  [&](std::string_view spelled) { wrong += read[0][word++].text() != spelled; });
    wrong += intern("let") != read[0][0] || intern("value_0") == intern("value_1");
    wrong += uses.load(intern("let")) != 100'000 || uses.size() != intern.size();

    std::printf("%zu words are %zu symbols; \"let\" is used %zu times; %zu were wrong\n",
                threads * read[0].size(), intern.size(), uses.load(intern("let")).value_or(0),
                wrong);
    return wrong == 0 && intern.size() == 100'004 ? 0 : 1;
}
