#!/bin/sh
# kill-rekey.sh [all] - a renewal of the key killed at chosen system calls, or
# at every one
#
# Killed with SIGKILL at a system call from the first change on. The next
# command finds everybody under the old key or under the new one, ends what was
# begun, and leaves no trace of a renewal; half of it is tried behind a PIN.
# Skipped where strace may not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

need_strace

file_policy "$work/policy.json"
printf 'id,givenName,surname,phonebusiness\n1,Xaveria,Zwirbelhuber,030 23125-001\n' \
    >"$work/c.csv"
plain=$work/plain
ruf "$plain" --quiet init --policy "$work/policy.json"
ruf "$plain" --quiet import "$work/c.csv" >/dev/null
ruf "$plain" --quiet emit --format stream --commit >/dev/null
printf '2580\n' >"$work/pin"
locked=$work/locked
cp -a "$plain" "$locked"
ruf "$locked" --quiet pin set --pin-fd 3 3<"$work/pin"

home=$work/home

# rekey [STRACE OPTION...]: of $home, with the PIN if $start has one
rekey() {
    set -- strace -qq "$@" "$RUFNAME" --home "$home" --quiet rekey
    if [ "$start" = "$locked" ]; then
        "$@" --pin-fd 3 3<"$work/pin"
    else
        "$@"
    fi
}

# An undisturbed run tells the system calls; strace counts each kind apart.
# calls FILE
calls() {
    rm -rf "$home"
    cp -a "$start" "$home"
    rekey -o "$work/trace"
    awk '{ name = $0; sub(/\(.*/, "", name); count[name]++ }
        /key\.new/ { begun = 1 }
        begun && name ~ /^[a-z0-9_]+$/ { print name, count[name] }' \
        "$work/trace" >"$1"
}

# try NAME N: killed at the n-th call of that name; sets $outcome
try() {
    rm -rf "$home"
    cp -a "$start" "$home"
    rekey -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
        >/dev/null 2>&1 || true
    if [ "$start" = "$locked" ]; then
        ruf "$home" --quiet pin clear --pin-fd 3 3<"$work/pin" ||
            fail "$1 $2: the PIN opens nothing"
    fi
    ruf "$home" --quiet lookup 03023125001 >"$work/out" || {
        ls -l "$home" >&2
        fail "$1 $2: nobody is known"
    }
    grep -q Zwirbelhuber "$work/out" || fail "$1 $2: not by this name"
    [ "$(wc -c <"$home/key")" -eq 256 ] || fail "$1 $2: two keys are left"
    [ "$(ruf "$home" emit --format stream 2>/dev/null | tail -n 1)" = \
        COMPLETE ] || fail "$1 $2: no list for the phone"
    if cmp -s "$home/directory.ruf" "$start/directory.ruf"; then
        outcome=before
    else
        outcome=after
        ruf "$home" audit | grep -q rekey || fail "$1 $2: not in the audit"
    fi
    ruf "$home" --quiet verify || fail "$1 $2: damage"
}

# campaign STEP: every STEP-th call
campaign() {
    before=0
    after=0
    calls "$work/calls"
    awk -v step="$1" 'NR % step == 1 || step == 1' "$work/calls" >"$work/chosen"
    while read -r name count; do
        try "$name" "$count" </dev/null
        case $outcome in
        before) before=$((before + 1)) ;;
        after) after=$((after + 1)) ;;
        esac
    done <"$work/chosen"
    [ "$before" -gt 1 ] || fail "only $before kills before the store changes"
    [ "$after" -gt 1 ] || fail "only $after kills after it"
    note "of $(wc -l <"$work/calls") calls killed at $before that leave the old \
key, at $after that leave the new one"
}

start=$plain
step=20
[ "${1-}" != all ] || step=1
campaign "$step"
start=$locked
step=67 # each PIN takes half a second
[ "${1-}" != all ] || step=1
campaign "$step"
