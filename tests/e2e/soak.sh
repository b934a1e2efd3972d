#!/bin/sh
# soak.sh [CONTACTS [ROUNDS]] - many rounds on bad days, then everything agrees
#
# Users, organisational contacts, folders of a mailbox, Dynamics 365 and ten
# files. A full round, then rounds in which half a percent of the people
# change while servers throttle, tokens expire within the round, and one link
# is refused with 410. At the end the home holds what the tenant's own list
# says, and the requests are those docs/sample-tenant.md gives a formula for.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"
: "${RECORDS:=$(dirname "$RUFNAME")/tests/records}"

contacts=${1:-1500}
rounds=${2:-6}
churn=$((contacts / 200 + 1))
crm=$((contacts / 5))
folders=3
blobs=10

# Every fault is one more request: the throttled one is sent again, after 410
# the round starts over. The 410 strikes the third delta of the users.
cat >"$work/faults" <<'END'
[ { "path": "/v1.0/users/delta?$deltatoken", "nth": 3, "status": 410 },
  { "path": "/v1.0/users/delta?$deltatoken", "nth": 2, "status": 429, "retry_after": "1" },
  { "path": "/v1.0/contacts/delta?$deltatoken", "nth": 4, "status": 503, "retry_after": "0.4" },
  { "path": "/api/data/v9.2/contacts", "nth": 5, "status": 429, "retry_after": "1" },
  { "path": "comp=list", "nth": 3, "status": 500 },
  { "path": "/v1.0/users/delta?$skiptoken", "nth": 3, "body": "truncated" },
  { "path": "/v1.0/users/delta?$skiptoken", "nth": 5, "body": "reset" } ]
END
tenant=$work/tenant
start_tenant "$tenant" --contacts "$contacts" --turnover "$churn" --crm "$crm" \
    --blobs "$blobs" --blob-rows "$crm" --folders "$folders" \
    --token-seconds 2 --faults "$work/faults" --seed 11
home=$work/home
sign_in "$home" "$tenant"

# One damaged page costs the round, not the state: the next run goes on.
attempts=0
until ruf "$home" --quiet sync 2>"$work/stderr"; do
    attempts=$((attempts + 1))
    [ "$attempts" -le 3 ] || {
        cat "$work/stderr" >&2
        fail "the full round did not come to its end"
    }
done
note "full round, interrupted $attempts times"

# The minimum of a delta round: one for each collection, the lists of folders
# and of files, and a request for each file that changed.
minimum=$((2 + 1 + folders + 2 + 3 + 1))
# More than a page of changed users, of which four in five people are some.
more=$((churn * 83 / 100 / 200))
minimum=$((minimum + more))
round=0
asked=0
least=0
planted=0
while [ "$round" -lt "$rounds" ]; do
    round=$((round + 1))
    advance_tenant "$tenant"
    mark=$(wc -l <"$tenant/requests.log")
    attempts=0
    until ruf "$home" --quiet sync 2>"$work/stderr"; do
        attempts=$((attempts + 1))
        [ "$attempts" -le 3 ] || {
            cat "$work/stderr" >&2
            fail "round $round did not come to its end"
        }
    done
    tail -n "+$((mark + 1))" "$tenant/requests.log" >"$work/round"
    asked=$((asked + $(grep -c '^GET' "$work/round")))
    least=$((least + minimum + $(grep -c 'GET /tenantstore/contacts/file' \
        "$work/round" || true)))
    planted=$((planted + $(grep -c '^GET.* \(401\|410\|429\|500\|503\) [0-9]*$' \
        "$work/round" || true)))
    # Starting over after 410 reads all pages of the users.
    ! grep -q ' 410 ' "$work/round" ||
        planted=$((planted + $(grep -c 'users/delta?$s' "$work/round") - 1))
done
extra=$((asked - least - planted))
[ "$extra" -ge 0 ] || extra=$((-extra))
[ "$((extra * 50))" -le "$((least + planted))" ] || {
    tail -n 20 "$work/round" >&2
    fail "$asked requests; at least $least, $planted for planted faults"
}
note "$rounds rounds of $churn changes: $asked requests, at least $least," \
    "$planted for planted faults"

# Every record, field by field.
"$RECORDS" home "$home" | sort >"$work/stored"
"$RECORDS" dump "$tenant/dump.jsonl" | sort >"$work/listed"
for source in AAD GAL APC D365 ABS; do
    [ "$(grep -c "^$source$tab" "$work/listed")" -gt 10 ] ||
        fail "the list has hardly a record of $source"
done
same "$work/stored" "$work/listed" "the records are not those of the list"
note "$(wc -l <"$work/stored") records: those of the list, field by field"

# Number by number: what the phone gets is what the list has of the kinds that
# are shown.
ruf "$home" emit | cut -f 1 | sort -u >"$work/known"
grep '"visible":true' "$tenant/dump.jsonl" |
    grep -o '"kind":"\(business\|mobile\)","raw":"[^"]*","e164":"+[0-9]*"' |
    sed 's/.*+//; s/"//' | sort -u >"$work/numbers"
same "$work/known" "$work/numbers" "the numbers are not those of the list"
note "$(wc -l <"$work/known") numbers: those of the list, one by one"

# Nothing secret in what the runs left or said.
for secret in "$(head -n 1 "$tenant/client-secret")" 'eyJ0eXAiOiJKV1Qi'; do
    ! grep -rqF -- "$secret" "$home" "$work/stderr" ||
        fail "a secret lies in the clear"
done
note "no secret in the home"
