#!/bin/sh
# instructions.sh [--update] BUILD LIST - instructions of hot paths, by callgrind
#
# Time on a shared machine is noise; executed instructions are the same at every
# run of a build on a machine. Other machines may differ a little: libc and
# libcrypto choose by the processor how to copy, clear and decrypt, and a
# compiler's next release arranges code anew. LIST has a line per path, "#"
# starts a comment:
#
#   name | program arguments | ceiling file
#
# The program is looked for in BUILD/tests, the ceiling file beside LIST. Only
# what runs inside the program's function counted() is collected. Fails above
# the ceiling, and where a program fails. --update writes ceilings five in a
# hundred above the present count, room for such differences: for a change that
# is worth it, or that made a path faster. Exit 77 (skipped) without valgrind.
#
# SPDX-License-Identifier: Apache-2.0
set -eu

update=no
[ "${1-}" != --update ] || { update=yes; shift; }
build=${1:?folder of the build}
list=${2:?list of paths}
folder=$(dirname "$list")

command -v valgrind >/dev/null 2>&1 || {
    echo "no valgrind: nothing counted" >&2
    exit 77
}
said=$(mktemp)
trap 'rm -f "$said"' EXIT
bad=0

# count PROGRAM ARGUMENTS...
count() {
    program=$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null \
        --collect-atstart=no --toggle-collect=counted \
        "$build/tests/$program" "$@" >/dev/null 2>"$said" || {
        cat "$said" >&2
        return 1
    }
    sed -n 's/^==[0-9]*== Collected : \([0-9]*\).*/\1/p' "$said"
}

trim() {
    echo "$1" | sed 's/^ *//; s/ *$//'
}

while IFS='|' read -r name run ceiling; do
    case $name in
    '' | \#*) continue ;;
    esac
    # shellcheck disable=SC2086 # program and arguments, separated by blanks
    instructions=$(count $run) || { bad=1; continue; }
    name=$(trim "$name")
    file=$folder/$(trim "$ceiling")
    [ "$update" = no ] || echo $((instructions + instructions / 20)) >"$file"
    limit=$(cat "$file")
    if [ -z "$instructions" ] || [ "$instructions" -eq 0 ]; then
        echo "$name: nothing counted" >&2
        bad=1
    elif [ "$instructions" -gt "$limit" ]; then
        echo "$name: $instructions instructions, at most $limit" >&2
        bad=1
    else
        echo "$name: $instructions instructions of $limit"
    fi
done <"$list"
exit "$bad"
