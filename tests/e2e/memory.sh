#!/bin/sh
# memory.sh - each command with its allocations failing, from the first on
#
# FAILING_MEMORY is preloaded (tests/faults/preload.c). At a sample of places
# one allocation fails, or all from there on. The command ends with exit 11 and
# E911, or says exactly what it says undisturbed. EVERY=1 tries every place.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
: "${FAILING_MEMORY:?path of the shared object to preload}"

file_policy "$work/policy.json"
people() {
    printf 'id,givenName,surname,company,phonebusiness\n'
    printf '1,Anna,Graf,Nordwind,030 23125-001\n'
    printf '2,%s,Klein,Hansa,030 23125-002\n' "$1"
    printf '3,Dora,Lang,Hansa,030 23125-003\n'
}
start=$work/start
ruf "$start" --quiet init --policy "$work/policy.json"
people Bernd >"$work/people.csv"
ruf "$start" --quiet import "$work/people.csv"
ruf "$start" --quiet emit --format stream --commit >"$work/stdout"
people Berta >"$work/people.csv"
ruf "$start" --quiet index
printf '%s\n' '+493023125001' '030 23125-009' '+49 30 23125003' >"$work/numbers"

# disturbed PLACE COMMAND...: on a copy of the home, its input from numbers;
# what it says is in out and err, how it ends in $code
disturbed() {
    failing=$1
    shift
    rm -rf "$work/home" "$work/new"
    cp -a "$start" "$work/home"
    code=0
    LD_PRELOAD=$FAILING_MEMORY RUFNAME_TEST_FAIL=$failing \
        RUFNAME_TEST_COUNT_FD=9 "$RUFNAME" --home "$work/home" --lang en "$@" \
        <"$work/numbers" >"$work/out" 2>"$work/err" 9>"$work/count" || code=$?
}

try() {
    nth=$1
    shift
    disturbed "$nth" "$@"
    [ "$code" -ne 11 ] || {
        grep -q '^rufname: E911' "$work/err" || fail "$* at $nth: no E911"
        ruf "$work/home" emit >"$work/emit" || fail "$* at $nth: no index"
        cmp -s "$work/emit" "$work/before" || cmp -s "$work/emit" "$work/after" ||
            fail "$* at $nth: another index"
        return 0
    }
    cat "$work/err" >"$work/stderr"
    [ "$code" = "$calm" ] || {
        cat "$work/err" >&2
        fail "$* at $nth: exit $code, not 11 or $calm"
    }
    cmp -s "$work/out" "$work/full" ||
        same "$work/out" "$work/calm" "$* at $nth: says something else"
}

ruf "$start" emit >"$work/before"
# A record of what the phone has that cannot be read makes a request full.
sed 's/^/ADD_ID /' "$work/before" >"$work/full"
echo COMPLETE >>"$work/full"

command_fails() {
    disturbed 0 "$@"
    calm=$code
    cp "$work/out" "$work/calm"
    all=$(cat "$work/count")
    [ "$all" -gt 0 ] || fail "$*: nothing was counted"
    ruf "$work/home" emit >"$work/after"
    step=$((all / 20 + 1))
    [ -z "${EVERY-}" ] || step=1
    place=1
    tries=0
    while [ "$place" -le "$all" ]; do
        try "$place" "$@"
        try "$place+" "$@"
        tries=$((tries + 2))
        place=$((place + step))
    done
    note "$* ($all allocations, $tries tries)"
}

command_fails init --home "$work/new" --policy "$work/policy.json"
command_fails import "$work/people.csv"
command_fails index
command_fails lookup '030 23125-001'
command_fails --json lookup -
command_fails search anna
command_fails --json search -
command_fails emit
command_fails emit --format stream --commit
command_fails normalize --clean --region DE
command_fails explain '030 23125-001'
command_fails explain K201
command_fails report
command_fails stats
command_fails policy show
command_fails policy check "$work/policy.json"
command_fails ring '030 23125-001'
command_fails export live-caller-id "$work/new.binpb"
command_fails verify
command_fails doctor
command_fails --help
