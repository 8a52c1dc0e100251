// SPDX-License-Identifier: BSL-1.0
//
// Where nothing is in the way. Compiled once more with all warnings: fit.warnings.
#include "every_member.hpp"

int main() {
    every_member::verdict v;
    every_member::of_all(v);
    return v.exit_code();
}
