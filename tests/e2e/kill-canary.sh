#!/bin/sh
# kill-canary.sh [KILLS] - what was killed leaves nothing to read
#
# Sync, import, index, takeover of a policy, rekey and wipe are killed with
# SIGKILL, each at KILLS of its system calls, evenly spread from where it first
# touches the home. After each kill, and after the command that follows it, the
# home, the temporary and the working folder and all output are searched for
# names, numbers and secrets in every form canary.sh knows. Skipped where strace
# may not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/canary.sh"

need_strace
kills=${1:-2}
tenant=$work/tenant
place=$work/place # everything that a command may write to
start=$work/start
mkdir "$place"

start_tenant "$tenant" --contacts 60 --seed 5 --crm 8 --blobs 2 --blob-rows 8
sed 's/{ "id": "AAD"/{ "id": "CSV", "kind": "file" },\n    &/' \
    "$tenant/policy.json" >"$work/policy.json"
sed 's/"version": *[0-9]*/"version": 77/' "$work/policy.json" >"$work/next.json"
cmp -s "$work/policy.json" "$work/next.json" && fail "the policy has no version"
printf 'id,givenName,surname,phonebusiness\n1,Xaveria,Zwirbelhuber,030 23125-001\n2,Anna,Quastenflosser,030 23125-002\n' \
    >"$work/c.csv"
ruf "$start" --quiet init --policy "$work/policy.json" --ca "$tenant/ca.pem"
ruf "$start" --quiet login --flow app --secret-file "$tenant/client-secret"
ruf "$start" --quiet sync
ruf "$start" --quiet import "$work/c.csv"
ruf "$start" --quiet emit --format stream --commit >"$work/stdout"

# --- what must not be found -----------------------------------------------------

{
    values display "$tenant/dump.jsonl" | awk 'length($0) >= 8 && NR % 4 == 0'
    values e164 "$tenant/dump.jsonl" | tr -d '+' | awk 'NR % 7 == 0'
    printf '%s\n' Zwirbelhuber Quastenflosser 493023125001 493023125002
    head -n 1 "$tenant/client-secret"
} >"$work/texts"
[ "$(wc -l <"$work/texts")" -ge 20 ] || fail "too few canaries"
canaries "$work/texts"
scan_finds

# They are what the home holds.
ruf "$start" emit >"$place/emit"
scan "$place" >"$work/stdout" || fail "the home holds no canary"

expect_nothing() {
    if scan "$place"; then fail "$*: readable"; fi
}

# --- kills ------------------------------------------------------------------------

# traced STRACE-OPTIONS -- COMMAND...: on a copy of the home, in a folder of its
# own; the exit code in $code
traced() {
    rm -rf "$place"
    mkdir "$place" "$place/tmp" "$place/cwd"
    cp -a "$start" "$place/home"
    options=$1
    shift
    code=0
    # shellcheck disable=SC2086 # options
    (cd "$place/cwd" && TMPDIR=$place/tmp exec strace -qq -f $options \
        "$RUFNAME" --home "$place/home" "$@") \
        >"$place/out" 2>"$place/err" </dev/null || code=$?
}

# follow_up HOME: what comes after it ends what was begun
follow_up() {
    code=0
    ruf "$1" --quiet index >"$place/out" 2>"$place/err" || code=$?
    case $code in
    0 | 8) ;;
    *)
        cat "$place/err" >&2
        fail "the next command ends with $code"
        ;;
    esac
}

# killed COMMAND...
killed() {
    traced "-o $work/trace" "$@"
    [ "$code" -eq 0 ] || fail "$*: exit $code undisturbed"
    expect_nothing "$*"
    awk -v home="$place/home" '{ sub(/^[0-9]+ +/, ""); name = $0
            sub(/\(.*/, "", name) }
        name !~ /^[a-z0-9_]+$/ { next }
        { count[name]++ }
        index($0, home) && name != "execve" { begun = 1 }
        begun { print name, count[name] }' "$work/trace" >"$work/calls"
    calls=$(wc -l <"$work/calls")
    [ "$calls" -gt "$kills" ] || fail "$*: only $calls calls"
    i=0
    struck=0
    while [ "$i" -lt "$kills" ]; do
        i=$((i + 1))
        # shellcheck disable=SC2046 # name and number
        set_call $(sed -n "$((1 + (2 * i - 1) * (calls - 1) / (2 * kills)))p" \
            "$work/calls")
        traced "-o /dev/null -e trace=$name -e inject=$name:signal=KILL:when=$number" "$@"
        # Threads may come to fewer such calls than the time before.
        [ "$code" -ne 137 ] || struck=$((struck + 1))
        expect_nothing "$* killed at $name $number"
        follow_up "$place/home"
        expect_nothing "$* killed at $name $number, and the next command"
    done
    [ $((struck * 2)) -gt "$kills" ] || fail "$*: only $struck kills struck"
    note "$*: killed $struck times"
}

set_call() {
    name=$1
    number=$2
}

killed --quiet sync --full
killed --quiet import "$work/c.csv"
killed --quiet index
killed --quiet policy import "$work/next.json"
killed --quiet rekey
killed --quiet wipe
