#!/bin/sh
# two-homes.sh - the same company gives the same directory, every time
#
# Two homes with keys of their own, a tenant started anew in between: the same
# bytes emitted, the same contact ids.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

for name in first second; do
    start_tenant "$work/tenant-$name" --contacts 2000 --seed 21
    fresh_home "$work/$name" "$work/tenant-$name"
    kill_tenant
    ruf "$work/$name" emit >"$work/emit-$name"
    contents "$work/$name" >"$work/stats-$name"
    values family "$work/tenant-$name/dump.jsonl" | awk 'NR % 4 == 0' |
        ruf "$work/$name" --json search - >"$work/search-$name"
done
same "$work/tenant-first/dump.jsonl" "$work/tenant-second/dump.jsonl" \
    "the tenant itself differs"
same "$work/emit-first" "$work/emit-second" "emissions differ"
same "$work/stats-first" "$work/stats-second" "counts differ"
same "$work/search-first" "$work/search-second" "searches differ"
grep -q '"id"' "$work/search-first" || fail "searches find nothing"
note "$(wc -l <"$work/emit-first") entries, byte for byte"

cmp -s "$work/first/directory.ruf" "$work/second/directory.ruf" &&
    fail "two homes share a sealed image: their keys are not their own"
ruf "$work/first" --quiet index
ruf "$work/first" emit >"$work/emit-again"
same "$work/emit-again" "$work/emit-first" "the rebuilt index emits otherwise"
note "a rebuilt index emits the same"
