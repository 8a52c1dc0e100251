#!/bin/sh
# SPDX-License-Identifier: BSL-1.0
# Installed, and found by pkg-config.
. "$(dirname -- "$0")/common.sh"
run_readme ../syncmap install
rm -rf ../syncmap
run_readme . pkg_config
check ./your_program
