#!/bin/sh
# chain.sh - from a tenant to the call directory: init, login, sync, emit
#
# Every number that is emitted is found with the same label; 1,000 numbers that
# are not emitted are unknown.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

start_tenant "$work/tenant" --contacts 2000 --seed 7
home=$work/home
fresh_home "$home" "$work/tenant"
note "init, login, sync"

ruf "$home" emit >"$work/emit"
lines=$(wc -l <"$work/emit" | tr -d ' ')
[ "$lines" -gt 1000 ] || fail "only $lines entries"
# Up to 18 digits do not fit awk's numbers: compare as text of equal length.
awk -F '\t' '
    NF != 2 || $1 !~ /^[1-9][0-9]*$/ || $2 == "" {
        print "line " NR " is not digits, tab, label"; exit 1
    }
    NR > 1 && !(length($1) > length(last) ||
                (length($1) == length(last) && $1 "" > last "")) {
        print "line " NR " is not above the one before"; exit 1
    }
    { last = $1 }' "$work/emit" || fail "emission out of order"
note "$lines entries, strictly ascending"

entries=$(ruf "$home" --json stats | json_number entries)
[ "$entries" = "$lines" ] || fail "stats count $entries entries, emit $lines"
ruf "$home" emit --format stream >"$work/stream"
[ "$(tail -n 1 "$work/stream")" = COMPLETE ] || fail "stream without COMPLETE"
sed -n 's/^ADD_ID //p' "$work/stream" >"$work/added"
same "$work/added" "$work/emit" "stream and text differ"
note "stats, stream and text agree"

"$CONFORMANCE" "$work/stream" "$work/emit" >"$work/conformance" || {
    head -n 5 "$work/conformance" >&2
    fail "a phone would not accept the stream"
}
sed '2s/^ADD_ID /ADD_ID 9/' "$work/stream" >"$work/broken"
! "$CONFORMANCE" "$work/broken" "$work/emit" >/dev/null ||
    fail "the checker accepted a stream out of order"
note "the stream keeps the host's rules"

sed "s/$tab.*//; s/^/+/" "$work/emit" >"$work/members"
ruf "$home" lookup - <"$work/members" >"$work/answers"
awk -F '\t' '{ print substr($2, 2) "\t" $3 }' "$work/answers" >"$work/found"
same "$work/found" "$work/emit" "an emitted number was not found as emitted"
note "every emitted number is found with its label"

# 500 out of the blue, 500 one digit beside a member.
awk -F '\t' '
    { member[$1] = 1; all[NR] = $1 }
    END {
        srand(1)
        while (made < 500) {
            n = "4915" int(1 + rand() * 8)
            while (length(n) < 13)
                n = n int(rand() * 10)
            if (!(n in member)) { member[n] = 1; print "+" n; made++ }
        }
        while (made < 1000) {
            n = all[1 + int(rand() * NR)]
            n = substr(n, 1, length(n) - 1) int(rand() * 10)
            if (!(n in member)) { member[n] = 1; print "+" n; made++ }
        }
    }' "$work/emit" >"$work/strangers"
expect 1 '' ruf "$home" lookup - <"$work/strangers"
[ "$(wc -l <"$work/stdout" | tr -d ' ')" = 1000 ] || fail "answers missing"
if awk -F '\t' '$3 != ""' "$work/stdout" | grep .; then
    fail "a number nobody has got a label"
fi
note "1000 non-members are unknown"

ruf "$home" --quiet verify || fail "verify"
emitted=$(head -n 1 "$work/emit" | cut -f 1)
expect 0 '' "$EXAMPLE" "$home" "+$emitted"
[ "$(cat "$work/stdout")" = "$(head -n 1 "$work/emit" | cut -f 2)" ] ||
    fail "examples/who_is_calling gives another label"
expect 1 '' "$EXAMPLE" "$home" "$(head -n 1 "$work/strangers")"
note "the example program gives the same answers"
