// SPDX-License-Identifier: BSL-1.0
//
// Compiled once for each shape, since each takes its time.
#include "session.hpp"

template void fuzz::run_shape<fuzz::SHAPE>(fuzz::input&);
