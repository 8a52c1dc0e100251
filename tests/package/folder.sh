#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# The headers as they are.
. "$(dirname -- "$0")/common.sh"
run_readme . folder
check ./your_program
