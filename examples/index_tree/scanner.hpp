// SPDX-License-Identifier: BSL-1.0
// Finds the identifiers of a C or C++ source: names and keywords outside of comments, literals,
// numbers, header names and directive names. Any bytes are a valid input: what is not terminated
// ends with its line (a quote) or with the text (a comment, a raw string).
#pragma once

#include "utf8.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace demo {

class scanner {
public:
    // The text must outlive the scanner. Its terminating null spares most checks for the end.
    explicit scanner(const std::string& text)
        : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {}

    // The next identifier; empty at the end of the text.
    std::string_view next() {
        for (;;) {
            switch (kind_of(*at_)) {
            case kind::letter:
            case kind::high: {
                const std::string_view word = take_word();
                if (word.empty()) {
                    ++at_;  // no character at all: this file is not UTF-8, or not a text
                    break;
                }
                if ((*at_ == '"' || *at_ == '\'') && is_literal_prefix(word)) {
                    skip_literal(word.back() == 'R');
                    break;
                }
                return word;
            }
            case kind::digit: skip_number(); break;
            case kind::dot:
                if (kind_of(at_[1]) == kind::digit)
                    skip_number();
                else
                    ++at_;
                break;
            case kind::newline:
                ++line_;
                ++at_;
                break;
            case kind::quote: skip_quoted(); break;
            case kind::slash: skip_slash(); break;
            case kind::hash: skip_hash(); break;
            case kind::null:
                if (at_ == end_) return {};
                ++at_;
                break;
            case kind::other: ++at_; break;
            }
        }
    }

    // The line of the identifier that next() returned last, from 1.
    std::uint32_t line() const { return line_; }

private:
    // high: a part of a character beyond ASCII, which counts as a letter.
    enum class kind : std::uint8_t {
        other,
        letter,
        high,
        digit,
        dot,
        newline,
        quote,
        slash,
        hash,
        null
    };

    static constexpr std::array<kind, 256> make_kinds() {
        std::array<kind, 256> kinds{};
        for (unsigned c = 0; c < 256; ++c) {
            const bool ascii_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            if (ascii_letter || c == '_' || c == '$') kinds[c] = kind::letter;
            if (c >= '0' && c <= '9') kinds[c] = kind::digit;
            if (c >= 0x80) kinds[c] = kind::high;
        }
        kinds['.'] = kind::dot;
        kinds['\n'] = kind::newline;
        kinds['"'] = kinds['\''] = kind::quote;
        kinds['/'] = kind::slash;
        kinds['#'] = kind::hash;
        kinds['\0'] = kind::null;
        return kinds;
    }
    static kind kind_of(char c) {
        static constexpr std::array<kind, 256> kinds = make_kinds();
        return kinds[static_cast<unsigned char>(c)];
    }
    static bool continues_word(char c) {
        const kind k = kind_of(c);
        return k == kind::letter || k == kind::digit || k == kind::high;
    }
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }

    static bool is_literal_prefix(std::string_view word) {
        if (word.back() == 'R') word.remove_suffix(1);
        return word.empty() || word == "L" || word == "u" || word == "U" || word == "u8";
    }

    std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

    std::string_view take_word() {
        const char* const first = at_;
        for (;;) {
            const kind k = kind_of(*at_);
            if (k == kind::letter || k == kind::digit)
                ++at_;
            else if (const std::size_t length = k == kind::high ? character_length(rest()) : 0)
                at_ += length;
            else
                break;
        }
        return {first, static_cast<std::size_t>(at_ - first)};
    }

    void skip_blanks() {
        while (is_blank(*at_)) ++at_;
    }

    void skip_number() {
        for (;; ++at_) {
            const char c = *at_;
            const bool exponent = c == 'e' || c == 'E' || c == 'p' || c == 'P';
            if (exponent && (at_[1] == '+' || at_[1] == '-'))
                ++at_;
            else if (!continues_word(c) && c != '.' && !(c == '\'' && continues_word(at_[1])))
                return;
        }
    }

    void skip_literal(bool raw) {
        if (!raw || *at_ != '"' || !skip_raw_string()) skip_quoted();
    }

    void skip_quoted() {
        const char quote = *at_++;
        for (;; ++at_) {
            if (*at_ == '\\' && at_ + 1 < end_) {
                ++at_;
                if (*at_ == '\r' && at_[1] == '\n') ++at_;
                line_ += *at_ == '\n';
            } else if (*at_ == '\n' || at_ == end_) {
                return;
            } else if (*at_ == quote) {
                ++at_;
                return;
            }
        }
    }

    // False, and nothing skipped, if the quote does not begin a raw string: "delimiter( ...
    // )delimiter"
    bool skip_raw_string() {
        constexpr std::size_t longest_delimiter = 16;
        const std::string_view inside = rest().substr(1);
        const std::size_t open =
            inside.substr(0, longest_delimiter + 1).find_first_of("() \\\t\r\n\"");
        if (open == std::string_view::npos || inside[open] != '(') return false;
        std::string closing = ")";
        closing.append(inside, 0, open).append("\"");
        const std::size_t close = inside.find(closing, open);
        const char* const stop =
            close == std::string_view::npos ? end_ : inside.data() + close + closing.size();
        skip_to(stop);
        return true;
    }

    void skip_slash() {
        if (at_[1] == '*') {
            at_ += 2;
            const std::size_t close = rest().find("*/");
            skip_to(close == std::string_view::npos ? end_ : at_ + close + 2);
        } else if (at_[1] == '/') {
            skip_line();
        } else {
            ++at_;
        }
    }

    // To the end of a line comment; a backslash at the end of the line continues it.
    void skip_line() {
        for (;;) {
            const auto* newline = static_cast<const char*>(
                std::memchr(at_, '\n', static_cast<std::size_t>(end_ - at_)));
            if (newline == nullptr) {
                at_ = end_;
                return;
            }
            const char* last = newline - 1;
            if (*last == '\r') --last;
            if (*last != '\\') {
                at_ = newline;
                return;
            }
            ++line_;
            at_ = newline + 1;
        }
    }

    // At the beginning of a line # introduces a directive, and what follows `include` may be a
    // <name>.
    void skip_hash() {
        const char* before = at_++;
        while (before != begin_ && is_blank(before[-1])) --before;
        if (before != begin_ && before[-1] != '\n') return;
        skip_blanks();
        const std::string_view directive = take_word();
        if (directive != "include" && directive != "include_next" && directive != "import") return;
        skip_blanks();
        if (*at_ == '<')
            while (*at_ != '>' && *at_ != '\n' && at_ != end_) ++at_;
    }

    void skip_to(const char* stop) {
        for (; at_ != stop; ++at_) line_ += *at_ == '\n';
    }

    const char* begin_;
    const char* at_;
    const char* end_;
    std::uint32_t line_ = 1;
};

// Keywords of C and C++, and `defined`. They are identifiers to the scanner, as they are to the
// preprocessor.
inline bool is_keyword(std::string_view word) {
    static constexpr auto keywords = std::to_array<std::string_view>(
        {"alignas",     "alignof",      "and",          "and_eq",
         "asm",         "auto",         "bitand",       "bitor",
         "bool",        "break",        "case",         "catch",
         "char",        "char16_t",     "char32_t",     "char8_t",
         "class",       "co_await",     "co_return",    "co_yield",
         "compl",       "concept",      "const",        "const_cast",
         "consteval",   "constexpr",    "constinit",    "continue",
         "decltype",    "default",      "defined",      "delete",
         "do",          "double",       "dynamic_cast", "else",
         "enum",        "explicit",     "export",       "extern",
         "false",       "float",        "for",          "friend",
         "goto",        "if",           "inline",       "int",
         "long",        "mutable",      "namespace",    "new",
         "noexcept",    "not",          "not_eq",       "nullptr",
         "operator",    "or",           "or_eq",        "private",
         "protected",   "public",       "register",     "reinterpret_cast",
         "requires",    "restrict",     "return",       "short",
         "signed",      "sizeof",       "static",       "static_assert",
         "static_cast", "struct",       "switch",       "template",
         "this",        "thread_local", "throw",        "true",
         "try",         "typedef",      "typeid",       "typename",
         "union",       "unsigned",     "using",        "virtual",
         "void",        "volatile",     "wchar_t",      "while",
         "xor",         "xor_eq"});
    static_assert(std::ranges::is_sorted(keywords));
    return std::ranges::binary_search(keywords, word);
}

}  // namespace demo
