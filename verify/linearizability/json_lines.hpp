// SPDX-License-Identifier: BSL-1.0
//
// Histories as lines of JSON, with the verdict that was found here, for porcupine/.
#pragma once

#include <ostream>

#include "history.hpp"

namespace linearizability {

/// `whole`: all keys are to be looked at as one object, rather than each by itself. What is 0 or false is left out.
inline void write_line(std::ostream& out, const history& h, bool whole, bool explained) {
    out << R"({"whole":)" << (whole ? "true" : "false") << R"(,"explained":)"
        << (explained ? "true" : "false") << R"(,"margin":)" << h.margin << R"(,"initial":[)";
    for (std::size_t i = 0; i < h.initial.size(); ++i) {
        out << (i == 0 ? "" : ",") << h.initial[i];
    }
    out << R"(],"calls":[)";
    const std::uint64_t first = h.first_moment();
    for (const call& c : h.calls) {
        out << (&c == h.calls.data() ? "" : ",") << R"({"call":")" << name_of(c.what) << '"';
        const auto field = [&](const char* name, std::uint64_t number) {
            if (number != 0) {
                out << ",\"" << name << "\":" << number;
            }
        };
        field("thread", c.lane);
        field("key", c.key);
        field("argument", c.argument);
        field("expected", c.expected);
        field("result", c.result);
        out << (c.yes ? ",\"yes\":true" : "");
        field("begin", c.begin - first);
        field("end", c.end - first);
        out << '}';
    }
    out << "]}\n";
}

}  // namespace linearizability
