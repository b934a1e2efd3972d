#!/bin/sh
# delta.sh - a second sync reads only what changed, and misses nothing of it
#
# The answers of a home that followed three changes are compared with those of
# a home that read everything afterwards.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 2000 --seed 11 --churn 25
fresh_home "$work/a" "$tenant"
ruf "$work/a" emit >"$work/before"

for round in 1 2 3; do
    mark=$(wc -l <"$tenant/requests.log")
    ruf "$work/a" --json sync >"$work/report"
    tail -n "+$((mark + 1))" "$tenant/requests.log" >"$work/requests"
    grep -q '^VERSION' "$work/requests" || fail "the tenant did not change"
    grep -q 'deltatoken=' "$work/requests" || fail "no delta was asked for"
    # The tenant's later pages of a delta end in ".1", those of a full read
    # in ".0". Folders have no delta here.
    if grep -v -e '^VERSION' -e '/oauth2/v2.0/token' -e 'contactFolders?' \
        -e 'deltatoken=' \
        -e 'skiptoken=[0-9.]*\.1[ &]' "$work/requests"; then
        fail "round $round asked for more than the changes"
    fi
    note "round $round: $(grep -c '^GET' "$work/requests") requests," \
        "$(sed 's/.*"generation"/"generation"/' "$work/report" |
            json_number generation). generation"
done

ruf "$work/a" emit >"$work/emit-a"
cmp -s "$work/before" "$work/emit-a" && fail "three changes changed nothing"
fresh_home "$work/b" "$tenant"
ruf "$work/b" emit >"$work/emit-b"
same "$work/emit-a" "$work/emit-b" "delta and full read emit different entries"
contents "$work/a" >"$work/stats-a"
contents "$work/b" >"$work/stats-b"
same "$work/stats-a" "$work/stats-b" "delta and full read count differently"
note "emission and counts equal a full read"

# Numbers that came, went and stayed.
cut -f 1 "$work/before" "$work/emit-a" | sort -u | sed 's/^/+/' >"$work/numbers"
for home in a b; do
    ruf "$work/$home" lookup - <"$work/numbers" >"$work/lookup-$home"
    ruf "$work/$home" --json lookup - <"$work/numbers" >"$work/contacts-$home"
done
same "$work/lookup-a" "$work/lookup-b" "lookups differ"
same "$work/contacts-a" "$work/contacts-b" "lookups lead to other contacts"

{
    values family "$tenant/dump.jsonl" | awk 'NR % 5 == 0'
    values display "$tenant/dump.jsonl" | awk 'NR % 40 == 0'
    values company "$tenant/dump.jsonl" | awk 'NR % 10 == 0'
    sed 's/^+\(.......\).*/\1/' "$work/numbers" | awk 'NR % 100 == 0'
} >"$work/queries"
for home in a b; do
    ruf "$work/$home" search --limit 50 --explain - <"$work/queries" \
        >"$work/search-$home"
done
grep -q . "$work/search-a" || fail "searches find nothing"
same "$work/search-a" "$work/search-b" "searches differ"
note "$(wc -l <"$work/numbers") lookups, $(wc -l <"$work/queries") searches agree"
