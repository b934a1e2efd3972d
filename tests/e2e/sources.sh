#!/bin/sh
# sources.sh - the user switches sources; a lost right removes records
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 300 --seed 9
home=$work/home
fresh_home "$home" "$tenant"
records() {
    ruf "$home" source list | awk -F '\t' -v id="$1" '$1 == id { print $4 }'
}
full=$(records AAD)
[ "$full" -gt 100 ] || fail "no users"
ruf "$home" emit >"$work/before"

ruf "$home" source off AAD
[ "$(records AAD)" = 0 ] || fail "records are left"
ruf "$home" source | grep -q "^AAD$tab.*${tab}off$tab" || fail "not said"
ruf "$home" emit >"$work/without"
[ "$(wc -l <"$work/without")" -lt "$(wc -l <"$work/before")" ] ||
    fail "the phone's list still has them"
mark=$(wc -l <"$tenant/requests.log")
ruf "$home" --quiet sync
! tail -n "+$((mark + 1))" "$tenant/requests.log" | grep -q '/users/delta' ||
    fail "a source that is off was read"
expect 2 U030 ruf "$home" sync --source AAD
note "off: records gone at once, not read again"

ruf "$home" source on AAD
ruf "$home" --quiet sync
[ "$(records AAD)" = "$full" ] || fail "$(records AAD) of $full came back"
ruf "$home" emit >"$work/after"
same "$work/before" "$work/after" "on again is not as before"
note "on: read in full again, the same list"

expect 2 U014 ruf "$home" source off XYZ
expect 2 U001 ruf "$home" source off
expect 2 U001 ruf "$home" source maybe AAD
sed 's/"id": "GAL",/"id": "GAL", "user_may_toggle": false,/' \
    "$tenant/policy.json" >"$work/policy.json"
ruf "$work/fixed" --quiet init --policy "$work/policy.json" --ca "$tenant/ca.pem"
expect 3 P182 ruf "$work/fixed" source off GAL
note "what the policy fixes stays"

ruf "$home" --json stats | grep -q '"updated":"[^"]*","stale":false' ||
    fail "stats do not say how old a source is"

# At level high nobody asks for departments; tightening reads whole, once.
strict=$work/strict
fresh_home "$strict" "$tenant"
sed 's/"version": 1,/"version": 2, "level": "high",/' \
    "$tenant/policy.json" >"$work/high.json"
ruf "$strict" --quiet policy import "$work/high.json" 2>/dev/null
for round in whole changes; do
    mark=$(wc -l <"$tenant/requests.log")
    ruf "$strict" --quiet sync
    tail -n "+$((mark + 1))" "$tenant/requests.log" | grep select >"$work/asked"
    [ "$(grep -c '\$select=.*isplayName' "$work/asked")" -ge 3 ] ||
        fail "not all sources were asked: $(cat "$work/asked")"
    ! grep -qi department "$work/asked" || fail "asks for departments"
    if [ "$round" = whole ]; then
        ! grep -q 'users/delta.*deltatoken' "$work/asked" || fail "not whole"
    else
        [ "$(grep -c 'users/delta' "$work/asked")" = 1 ] || fail "whole again"
    fi
done
[ "$(ruf "$strict" --json stats | json_number records)" = \
    "$(ruf "$home" --json stats | json_number records)" ] ||
    fail "level high lost records"
note "level high asks for no department"

# A right is lost: kept with its age, or with a grace of 0 hours removed.
port=$(tenant_port "$tenant")
kill_tenant
printf '[{"path":"/v1.0/users/delta","nth":0,"status":403}]' >"$work/faults"
start_tenant "$tenant" --contacts 300 --seed 9 --port "$port" \
    --faults "$work/faults"
ruf "$home" --quiet login --flow app --secret-file "$tenant/client-secret"
expect 7 S501 ruf "$home" sync
grep -q '^→ As of .* ago; removed in 24 hours' "$work/stderr" || {
    cat "$work/stderr" >&2
    fail "the age is not told"
}
[ "$(records AAD)" = "$full" ] || fail "removed before the grace was over"
ruf "$home" source list | grep -q 'no right; removed from:' || fail "not listed"
sed 's/"region":/"sync": { "forbidden_grace_hours": 0 }, "region":/' \
    "$tenant/policy.json" >"$home/policy.json"
expect 7 S501 ruf "$home" --json sync
grep -q "\"removed\": *$full" "$work/stdout" || fail "removal is not reported"
grep -q '^→ The records were removed' "$work/stderr" || fail "nor said"
[ "$(records AAD)" = 0 ] || fail "records of a lost right are left"
ruf "$home" emit >"$work/lost"
same "$work/lost" "$work/without" "the phone's list has them still"
note "a lost right removes after the grace, not before"

# A long pause is kept by the next process, too.
kill_tenant
printf '[{"path":"/v1.0/users/delta","nth":1,"status":429,"retry_after":"5000"}]' \
    >"$work/faults"
start_tenant "$tenant" --contacts 300 --seed 9 --port "$port" \
    --faults "$work/faults"
ruf "$home" --quiet login --flow app --secret-file "$tenant/client-secret"
expect 7 S520 ruf "$home" sync
asked=$(grep -c '/users/delta' "$tenant/requests.log")
expect 7 S520 ruf "$home" sync
[ "$(grep -c '/users/delta' "$tenant/requests.log")" = "$asked" ] ||
    fail "the pause was forgotten"
[ "$asked" = 1 ] || fail "$asked requests in a pause"
note "a pause the server asked for outlives the process"
