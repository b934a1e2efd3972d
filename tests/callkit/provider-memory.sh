#!/bin/sh
# provider-memory.sh PROVIDER - memory does not grow with the directory
#
# Peak memory of the extension with 1,999,999 entries is that of 1,000, give or
# take a MiB, and all of them are accepted.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
provider=${1:?path of the program}

peak() {
    "$provider" emit "$1" | tee /dev/stderr | sed -n 's/.*peak \([0-9]*\) KiB.*/\1/p'
}

small=$(peak 1000)
large=$(peak 1999999)
[ "$small" -gt 1000 ]
difference=$((large - small))
[ "$difference" -le 1024 ] && [ "$difference" -ge -1024 ] || {
    echo "$small KiB for 1,000 entries, $large KiB for 1,999,999" >&2
    exit 1
}
