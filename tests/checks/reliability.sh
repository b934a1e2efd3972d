#!/bin/sh
# reliability.sh ROOT - every test that docs/reliability.md names is there
#
# SPDX-License-Identifier: Apache-2.0
set -eu
cd "${1:?root of the checkout}"
bad=0
named=0

# Reads "test [case]" a line.
check() {
    while read -r test case; do
        named=$((named + 1))
        case $test in
        e2e_*) file=tests/e2e/${test#e2e_}.sh ;;
        memory_faults_sync) file=tests/faults/sync.sh ;;
        *) file=$(find tests -name "$test.c" | tr '\n' ' ') ;;
        esac
        # shellcheck disable=SC2086 # rooms may have files of one name
        if ! ls $file >/dev/null 2>&1 || [ -z "$file" ]; then
            echo "docs/reliability.md names $test, which is not there" >&2
            bad=1
        elif [ -n "$case" ] && ! cat $file | grep -q "[ (]$case[,)]"; then
            echo "docs/reliability.md names $case, which is not in $file" >&2
            bad=1
        fi
    done
    [ "$named" -ge 40 ] || {
        echo "docs/reliability.md names only $named tests" >&2
        bad=1
    }
    return "$bad"
}

grep '^|' docs/reliability.md | sed 's/ |$//; s/.*| //' | tr ',' '\n' |
    sed -n 's/^ *`\([a-z0-9_-]*\( [a-z0-9_]*\)\{0,1\}\)`$/\1/p' | check
