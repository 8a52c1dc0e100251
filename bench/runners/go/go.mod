// SPDX-License-Identifier: BSL-1.0

module syncmap/bench/runners/go

go 1.23
