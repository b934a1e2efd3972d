#!/bin/sh
# photos.sh - thumbnails come where the policy wants them, once, and sealed
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
start_tenant "$tenant" --contacts 300 --seed 3
batches() {
    grep -c '^POST /v1.0/$batch' "$tenant/requests.log" || true
}

fresh_home "$work/none" "$tenant"
[ "$(batches)" = 0 ] || fail "photos were asked for without the policy's wish"
note "none without the policy's wish"

sed 's/"region":/"store": { "photos": "thumb" }, "region":/' \
    "$tenant/policy.json" >"$work/policy.json"
ruf "$work/home" --quiet init --policy "$work/policy.json" --ca "$tenant/ca.pem"
ruf "$work/home" --quiet login --flow app --secret-file "$tenant/client-secret"
ruf "$work/home" --json sync >"$work/report"
wanted() {
    grep "\"source\":\"$1\"" "$tenant/dump.jsonl" |
        grep '"visible":true' | grep -c '"photo_bytes":[1-9]'
}
users=$(wanted AAD)
contacts=$(wanted APC)
got=$(sed 's/"APC".*//' "$work/report" | json_number photos)
[ "$got" = "$users" ] || fail "$got photos, $users of visible users"
got=$(sed 's/.*"APC"//; s/}.*//' "$work/report" | json_number photos)
[ "$got" = "$contacts" ] || fail "$got photos, $contacts of contacts"
[ "$contacts" -gt 0 ] || fail "no contact has a photo"
[ "$(batches)" -gt 1 ] || fail "no batches"
# Nobody has one in both.
wanted=$((users + contacts))
[ "$(ruf "$work/home" --json stats | json_number photos)" = "$wanted" ] ||
    fail "not all photos are in the index"
[ "$(ruf "$work/none" --json stats | json_number photos)" = 0 ] ||
    fail "photos in an index that is to have none"
note "$wanted photos of users and contacts in $(batches) requests"

before=$(batches)
ruf "$work/home" --json sync >"$work/report"
[ "$(batches)" = "$before" ] || fail "asked again"
! grep -q '"photos": *[1-9]' "$work/report" || fail "fetched again"
ruf "$work/home" --quiet verify || fail "verify"
etag=$(sed -n 's/.*"photo":"\\"\(P[^\\]*\)\\".*/\1/p' "$tenant/dump.jsonl" |
    head -n 1)
[ -n "$etag" ] || fail "no etag in the dump"
find "$work/home" -type f -exec cat {} + >"$work/everything"
! grep -aq "$etag" "$work/everything" || fail "a photo in the clear"
note "not asked for again, nothing in the clear"
