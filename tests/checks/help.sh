#!/bin/sh
# help.sh RUFNAME - help says the same in both languages
#
# Each command is described in German and English: other words, the same
# options in the same order, nothing below the usage wider than a terminal.
#
# SPDX-License-Identifier: Apache-2.0
set -eu
rufname=${1:?path of rufname}
LC_ALL=C.UTF-8
export LC_ALL
bad=0

complain() {
    echo "$1" >&2
    bad=1
}

# help LANGUAGE [COMMAND]
help() {
    language=$1
    shift
    "$rufname" --lang "$language" help "$@"
}

options() {
    grep -o -e '--[a-z][a-z-]*' | tr '\n' ' '
}

# compare [COMMAND]
compare() {
    german=$(help de "$@")
    english=$(help en "$@")
    [ "$(echo "$german" | sed 1d)" != "$(echo "$english" | sed 1d)" ] ||
        complain "${1-rufname}: not translated"
    [ "$(echo "$german" | options)" = "$(echo "$english" | options)" ] ||
        complain "${1-rufname}: other options in German than in English"
    ! printf '%s\n%s\n' "$german" "$english" |
        grep -v -e '^usage: ' -e '^Aufruf: ' | grep '.\{80\}' >&2 ||
        complain "${1-rufname}: these lines are wider than 79 columns"
}

commands=$(help en | awk '/^  [a-z]/ { print $1 }')
[ -n "$commands" ] || complain 'no commands'
compare
for command in $commands; do
    compare "$command"
done
exit "$bad"
