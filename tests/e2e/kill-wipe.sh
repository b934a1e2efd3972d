#!/bin/sh
# kill-wipe.sh - a wipe killed at every system call
#
# Killed with SIGKILL at each system call from the marker on. Then either the
# home is whole, or the next command finishes the wipe before anything else:
# exit 8, no key, no file of the home, an empty list for the phone. Skipped
# where strace may not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/canary.sh"

need_strace

file_policy "$work/policy.json"
printf 'id,givenName,surname,phonebusiness\n1,Xaveria,Zwirbelhuber,030 23125-001\n' \
    >"$work/c.csv"
printf 'Zwirbelhuber\n493023125001\n' >"$work/texts"
canaries "$work/texts"
start=$work/start
ruf "$start" --quiet init --policy "$work/policy.json"
ruf "$start" --quiet import "$work/c.csv" >/dev/null
ruf "$start" --quiet emit --format stream --commit >/dev/null
cp "$work/c.csv" "$start/directory.ruf.new" # the wipe has to reach it

# An undisturbed run tells the system calls; strace counts each kind apart.
home=$work/home
cp -a "$start" "$home"
strace -qq -o "$work/trace" "$RUFNAME" --home "$home" wipe >/dev/null
awk '{ name = $0; sub(/\(.*/, "", name); count[name]++ }
    /wipe\.pending/ { begun = 1 }
    begun && name ~ /^[a-z0-9_]+$/ { print name, count[name] }' \
    "$work/trace" >"$work/calls"

# try NAME N: killed at the n-th call of that name; sets $outcome
try() {
    rm -rf "$home"
    cp -a "$start" "$home"
    strace -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
        "$RUFNAME" --home "$home" wipe >/dev/null 2>&1 || true
    if [ -e "$home/key" ]; then
        for file in store.db directory.ruf directory.commit; do
            cmp -s "$home/$file" "$start/$file" ||
                fail "$1 $2: $file went before the key"
        done
    fi
    got=0
    ruf "$home" --quiet lookup 03023125001 >"$work/out" 2>"$work/err" || got=$?
    case $got in
    0)
        outcome=before
        grep -q Zwirbelhuber "$work/out" || fail "$1 $2: nobody is known"
        ;;
    8)
        outcome=wiped
        [ ! -s "$work/out" ] || fail "$1 $2: an answer"
        find "$home" -type f -printf '%f\n' | sort | tr '\n' ' ' >"$work/left"
        [ "$(cat "$work/left")" = "directory.wiped lock wipe.receipt " ] ||
            fail "$1 $2: left: $(cat "$work/left")"
        if scan "$home"; then fail "$1 $2: plain text is left"; fi
        [ "$(ruf "$home" emit --format stream 2>"$work/err")" = COMPLETE ] ||
            fail "$1 $2: the phone is not cleared"
        ;;
    *)
        cat "$work/err" >&2
        fail "$1 $2: the next command ends with $got"
        ;;
    esac
}

before=0
wiped=0
while read -r name count; do
    try "$name" "$count" </dev/null
    case $outcome in
    before) before=$((before + 1)) ;;
    wiped) wiped=$((wiped + 1)) ;;
    esac
done <"$work/calls"
[ "$before" -gt 3 ] || fail "only $before kills before the marker"
[ "$wiped" -gt 50 ] || fail "only $wiped kills after it"
note "killed at $before calls before the marker lasts, $wiped after"
