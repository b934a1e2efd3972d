#!/bin/sh
# dry-run.sh - what a dry run says is what the next sync does, and nothing else
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 600 --seed 4 --folders 2 --crm 200 --blobs 3
home=$work/home
sign_in "$home" "$tenant"

# changes: added, changed, removed of each source, in order
changes() {
    grep -o '"id":"[A-Z0-9]*","status":"[a-zA-Z0-9]*","added":[0-9]*,"changed":[0-9]*,"removed":[0-9]*'
}

# state: what could betray a write
state() {
    contents "$home"
    ruf "$home" emit 2>/dev/null || true
    ruf "$home" source list
    ls "$home"
}

# compare WHAT: dry, dry again, wet: three times the same report, one change
compare() {
    state >"$work/before"
    ruf "$home" --json sync --dry-run "$2" >"$work/dry" || true
    ruf "$home" --json sync "$2" --dry-run >"$work/again" || true
    state >"$work/after"
    same "$work/before" "$work/after" "$1: a dry run changed something"
    grep -q '"dry_run":true' "$work/dry" || fail "not called a dry run"
    ruf "$home" --json sync "$2" >"$work/wet" || true
    for report in dry again wet; do
        changes <"$work/$report" >"$work/$report.changes"
    done
    [ -s "$work/wet.changes" ] || fail "$1: no changes read from the report"
    same "$work/dry.changes" "$work/wet.changes" "$1: dry and wet differ"
    same "$work/dry.changes" "$work/again.changes" "$1: a dry run was kept"
    note "$1: $(tr '\n' ' ' <"$work/wet.changes" | tr -d '"')"
}

compare "first sync" --quiet
grep -q '"added":[1-9]' "$work/wet.changes" || fail "nothing was added"
advance_tenant "$tenant"
compare "changes" --quiet
grep -q '"changed":[1-9]' "$work/wet.changes" || fail "nothing changed"
grep -q '"removed":[1-9]' "$work/wet.changes" || fail "nothing was removed"
compare "full" --full
[ "$(ruf "$home" sync --dry-run | tail -n 1)" = \
    'Dry run: nothing was changed.' ] || fail "no word of it"
ruf "$home" --quiet verify || fail "verify"

# A source that fails is told; a pause is kept although nothing else is.
port=$(tenant_port "$tenant")
kill_tenant
printf '[{"path":"/v1.0/users/delta","nth":1,"status":429,"retry_after":"5000"}]' \
    >"$work/faults"
start_tenant "$tenant" --contacts 600 --seed 4 --folders 2 --crm 200 --blobs 3 \
    --port "$port" --faults "$work/faults"
ruf "$home" --quiet login --flow app --secret-file "$tenant/client-secret"
expect 7 S520 ruf "$home" sync --dry-run
expect 7 S520 ruf "$home" sync --dry-run
[ "$(grep -c '/users/delta' "$tenant/requests.log")" = 1 ] ||
    fail "the pause was forgotten"
note "failures are told, a pause is kept"
