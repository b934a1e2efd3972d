#!/bin/sh
# kill-emit.sh - an emission killed at every system call
#
# The phone holds generation A, B is published. `emit --commit` is killed with
# SIGKILL at each system call from where it reads its record. Then either the record is that
# of before and no call was made, or the next request is full, or everything
# was done. Skipped where strace may not trace.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

need_strace

file_policy "$work/policy.json"
people() {
    printf 'id,givenName,phonebusiness\n1,Anna,030 23125-001\n'
    printf '2,%s,030 23125-002\n3,Dora,030 23125-003\n4,Emil,030 23125-004\n' "$1"
}
start=$work/start
ruf "$start" --quiet init --policy "$work/policy.json"
people Bernd >"$work/c.csv"
ruf "$start" --quiet import "$work/c.csv" >/dev/null
ruf "$start" --quiet emit --format stream --commit >"$work/full-a"
people Berta >"$work/c.csv"
ruf "$start" --quiet import "$work/c.csv" >/dev/null
ruf "$start" --quiet emit --format stream >"$work/delta"
[ "$(sed -n 1p "$work/delta")" = ASK ] || fail "no delta to begin with"
ruf "$start" emit | sed 's/^/ADD_ID /' >"$work/full"
echo COMPLETE >>"$work/full"
printf 'ASK\nCOMPLETE\n' >"$work/keep"

# An undisturbed run tells the system calls; strace counts each kind apart.
rm -rf "$work/home"
cp -a "$start" "$work/home"
strace -qq -o "$work/trace" "$RUFNAME" --home "$work/home" --quiet emit \
    --format stream --commit >/dev/null
awk '{ name = $0; sub(/\(.*/, "", name); count[name]++ }
    /directory\.commit/ { begun = 1 }
    begun && name ~ /^[a-z0-9_]+$/ { print name, count[name] }' \
    "$work/trace" >"$work/calls"

# try NAME N: killed at the n-th call of that name; sets $outcome
try() {
    rm -rf "$work/home"
    cp -a "$start" "$work/home"
    strace -qq -o /dev/null -e "trace=$1" -e "inject=$1:signal=KILL:when=$2" \
        "$RUFNAME" --home "$work/home" --quiet emit --format stream --commit \
        >"$work/out" 2>/dev/null || true
    ruf "$work/home" --quiet emit --format stream >"$work/next" ||
        fail "$1 $2: the next request fails"
    if cmp -s "$work/next" "$work/full"; then
        outcome=full
    elif cmp -s "$work/next" "$work/delta"; then
        outcome=before
        [ ! -s "$work/out" ] || fail "$1 $2: calls were made, but not remembered"
        cmp -s "$work/home/directory.commit" "$start/directory.commit" ||
            fail "$1 $2: another record"
    elif cmp -s "$work/next" "$work/keep"; then
        outcome=done
        cmp -s "$work/out" "$work/delta" ||
            fail "$1 $2: committed without having been sent"
    else
        cat "$work/next" >&2
        fail "$1 $2: the next request is none of the three"
    fi
}

full=0
before=0
finished=0
while read -r name count; do
    try "$name" "$count" </dev/null
    case $outcome in
    full) full=$((full + 1)) ;;
    before) before=$((before + 1)) ;;
    done) finished=$((finished + 1)) ;;
    esac
done <"$work/calls"
[ "$full" -gt 50 ] || fail "only $full kills while the request ran"
[ "$finished" -gt 0 ] || fail "no kill after the commit"
note "killed at $before calls before, $full during, $finished after the commit"
