#!/bin/sh
# sync.sh - signing in and a sync, with each of their allocations failing
#
# ARGUMENTS go to test_memory_faults: --all for every allocation.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/../e2e/lib.sh"

start_tenant "$work/tenant" --contacts 20 --seed 4
"${MEMORY_FAULTS:?path of test_memory_faults}" --tenant "$work/tenant" "$@"
