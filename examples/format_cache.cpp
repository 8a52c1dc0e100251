// SPDX-License-Identifier: BSL-1.0
// Caches that are written once and read for ever. Format strings are parsed when they are first
// used, and the function that prints a type is found by its std::type_index, so plugins may add
// types at any time.
//
// Why this way: try_emplace() makes the value in place, and only if the key is absent, so the
// parser is a constructor; from the second time on the call takes no lock, and a literal is looked
// up without making a std::string. Pointers to functions are values so small that they lie in the
// table itself: load() is the cheapest way to get them. Watch out: threads that race for a new key
// may all parse it (one result is kept), and nothing is ever removed: keys that come from outside
// need a limit, as in sessions.cpp.
#include <syncmap/map.hpp>

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <vector>

namespace {

// A format string, parsed: "{} of {}" is the literals "", " of " and "", with a hole between any
// two.
class parsed_format {
public:
    static inline std::atomic<int> parsed =
        0;  // how often the work was done, to show that it is little

    explicit parsed_format(std::string_view text) {
        ++parsed;
        for (std::size_t hole; (hole = text.find("{}")) != text.npos; text.remove_prefix(hole + 2))
            literals_.emplace_back(text.substr(0, hole));
        if (text.find_first_of("{}") != text.npos)
            throw std::invalid_argument("a brace without its partner in a format string");
        literals_.emplace_back(text);
    }
    const std::vector<std::string>& literals() const { return literals_; }

private:
    std::vector<std::string> literals_;
};

class formatter {
public:
    // From now on values of type T are printed by an F, such as a lambda that captures nothing.
    template <class T, class F>
        requires std::is_empty_v<F>
    void add_type(F) {
        printers_.store(std::type_index(typeid(T)),
                        [](const void* value) { return F()(*static_cast<const T*>(value)); });
    }

    // Throws if the format is wrong (and leaves the map as it was), or a type unknown.
    template <class... T>
    std::string operator()(std::string_view format, const T&... values) {
        // The handle keeps the parsed format where it is, without a copy.
        const auto [parsed, was_there] = formats_.try_emplace(format, format);
        return fill(*parsed, {argument{typeid(T), &values}...});
    }

    std::size_t formats() const { return formats_.size(); }

private:
    using printer = std::string (*)(const void* value);
    struct argument {
        std::type_index type;
        const void* value;
    };

    std::string fill(const parsed_format& format, std::initializer_list<argument> arguments) const {
        if (arguments.size() + 1 != format.literals().size())
            throw std::invalid_argument("not as many values as a format string has holes");
        auto literal = format.literals().begin();
        std::string result = *literal;
        for (const auto& [type, value] : arguments) {
            const auto print = printers_.load(type);
            if (!print)
                throw std::invalid_argument(std::string("nobody has added the type ") +
                                            type.name());
            result += (*print)(value);
            result += *++literal;
        }
        return result;
    }

    syncmap::map<std::type_index, printer> printers_;
    syncmap::map<std::string, parsed_format> formats_;
};

struct point {
    int x, y;
};

bool refused(formatter& format, std::string_view text, double value) {
    try {
        format(text, value);
        return false;
    } catch (const std::invalid_argument& reason) {
        std::printf("refused: %s\n", reason.what());
        return true;
    }
}

}  // namespace

int main() {
    formatter format;
    format.add_type<int>([](int number) { return std::to_string(number); });
    format.add_type<std::string>([](const std::string& text) { return '"' + text + '"'; });

    constexpr int lines = 20'000;
    constexpr int threads = 4;
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t)
            workers.emplace_back([&, t] {
                // All threads do this: storing the same again changes nothing.
                format.add_type<point>([](const point& p) {
                    return '(' + std::to_string(p.x) + ", " + std::to_string(p.y) + ')';
                });
                const std::string name = "user " + std::to_string(t);
                for (int i = 0; i < lines; ++i) {
                    const std::string n = std::to_string(i);
                    wrong += format("{} of {}", i, lines) != n + " of 20000";
                    wrong += format("{} is at {}", name, point{i, t}) !=
                             '"' + name + "\" is at (" + n + ", " + std::to_string(t) + ')';
                    wrong += format("no holes") != "no holes";
                }
            });
    }
    std::printf("%s\n", format("from {} to {}", point{0, 1}, point{lines, 1}).c_str());
    const bool all_refused =
        refused(format, "{} of {", 1) && refused(format, "{} of {}", 1) && refused(format, "{}", 1);
    std::printf("%d lines from %zu formats, parsed %d times by %d threads; %d lines were wrong\n",
                3 * threads * lines, format.formats(), parsed_format::parsed.load(), threads,
                wrong.load());
    // Three of the loop, "from {} to {}" and "{}". What a constructor refuses is never stored.
    const bool right = all_refused && wrong == 0 && format.formats() == 5 &&
                       parsed_format::parsed <= 3 * threads + 3;
    return right ? 0 : 1;
}
