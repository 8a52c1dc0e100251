// SPDX-License-Identifier: BSL-1.0
//
// The only function that the page calls.
#include <stdexcept>

#include "machine.hpp"

/// A command and its answer; {"error": sentence} for one that cannot be done. The answer's text is
/// good until the next call.
extern "C" const char* perform(const char* command) {
    static std::unique_ptr<machine::contest> contest;
    static std::string answer;
    try {
        const auto asked = nlohmann::json::parse(command);
        if (asked.at("op") == "new") {
            contest = machine::make_contest(asked);
            answer = contest->perform({{"op", "fill"}, {"count", 0}}).dump();
        } else {
            answer = contest->perform(asked).dump();
        }
    } catch (const std::invalid_argument& refused) {
        answer = nlohmann::json{{"error", refused.what()}}.dump();
    }
    return answer.c_str();
}
