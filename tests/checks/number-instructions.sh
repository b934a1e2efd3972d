#!/bin/sh
# number-instructions - does a phone number cost more instructions than it used to?
#
# number-instructions SOURCE-DIR COMPILER
#
# Counts what ruf_number_parse() executes for made-up texts, under valgrind:
# the same on a busy machine as on an idle one. A ceiling is about a tenth above
# what gcc 12 and clang 14 were seen to need with -O2; whoever makes the parser
# faster lowers it. Skipped (77) without valgrind and beyond x86-64.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

root=$1
cc=$2
[ "$(uname -m)" = x86_64 ] || exit 77
command -v valgrind >/dev/null || exit 77
work=$(mktemp -d "${TMPDIR:-/tmp}/rufname-instructions.XXXXXX")
trap 'rm -rf "$work"' EXIT

sources=$(sed -n 's/^set(RUF_NUMBER_SOURCES \(.*\))$/\1/p' \
    "$root/base/number.cmake" | tr ' ' '\n' | sed "s|^|$root/base/|")
# shellcheck disable=SC2086 # a list of files
"$cc" -std=c17 -O2 -I"$root" -I"$root/include" -o "$work/answer" \
    "$root/tests/oracle/answer.c" "$root/tests/oracle/answer_line.c" \
    $sources "$root/base/text.c"

failed=0
# measure KIND CEILING FORMAT...: a hundred texts of each format.
measure() {
    kind=$1
    ceiling=$2
    shift 2
    for format in "$@"; do
        i=0
        while [ $i -lt 100 ]; do
            # shellcheck disable=SC2059 # the formats are ours
            printf "DE\t$format\n" "$(printf %03d $i)"
            i=$((i + 1))
        done
    done >"$work/in"
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        --toggle-collect=ruf_number_parse "$work/answer" \
        <"$work/in" >"$work/out" 2>"$work/log" || { cat "$work/log"; exit 1; }
    [ "$(cut -f 1,3 "$work/out" | sort -u)" = "OK	1" ] ||
        { echo "$kind: not all of them are valid"; failed=1; }
    each=$(awk -v n="$(wc -l <"$work/in")" \
        '/Collected/ { printf "%d", $NF / n }' "$work/log")
    echo "$kind: $each instructions a number, at most $ceiling"
    [ "$each" -le "$ceiling" ] || failed=1
}

measure clean 560 '+498999998%s' '+493023125%s'
measure plain 830 '+49 89 99998-%s' '0049 30 23125 %s' '(089) 99998-%s' \
    '030/23125-%s' '+49 (0) 30 / 23125-%s' '08999998%s'
measure marked 2280 '+49 89 99998-%s ext. 12' '030 23125-%s x7' \
    '089 99998%s #12' 'tel:+49-30-23125%s;ext=7' '089–99998 %s' \
    '030/23125%s x302/x2303' '+49 89 99998%s €'
exit $failed
