// SPDX-License-Identifier: BSL-1.0
//
// What the fuzzers call with each input. FUZZ_TRACE in the environment shows its steps.
#include "session.hpp"

namespace fuzz {
extern template void run_shape<flat>(input&);
extern template void run_shape<small>(input&);
extern template void run_shape<wide>(input&);
extern template void run_shape<text>(input&);
extern template void run_shape<words>(input&);
extern template void run_shape<objects>(input&);
extern template void run_shape<anything_goes>(input&);
}  // namespace fuzz

extern "C" int LLVMFuzzerInitialize(int*, char***) {
    fuzz::tracing = std::getenv("FUZZ_TRACE") != nullptr;
    std::atexit([] { std::fprintf(stderr, "operations: %llu\n", fuzz::operations); });
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fuzz;
    constexpr void (*shapes[])(input&) = {
        run_shape<flat>,  run_shape<small>,   run_shape<wide>,         run_shape<text>,
        run_shape<words>, run_shape<objects>, run_shape<anything_goes>};
    input in({data, size});
    shapes[in.byte() % std::size(shapes)](in);
    return 0;
}
