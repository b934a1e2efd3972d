#!/bin/sh
# trunk.sh - unknown extensions of a company: answered, explained, emitted
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

# new_home NAME TRUNK: four people at 030 23125-1xx to -4xx, and one whose
# number no phone may show
new_home() {
    home=$work/$1
    cat >"$work/policy.json" <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "auth": { "tenant": "t", "client_id": "c" },
  "caller_id": { "trunk": { $2 } },
  "filters": [ { "id": "hidden", "then": "no_caller_id", "when":
    { "field": "family", "op": "equals", "value": "Geheim" } } ],
  "sources": [ { "id": "CSV", "kind": "file" } ] }
END
    ruf "$home" --quiet init --policy "$work/policy.json"
    cat >"$work/people.csv" <<'END'
id,givenName,surname,company,phonebusiness
1,Anna,Graf,Muster AG,030 23125-101
2,Bernd,Klein,Muster AG,030 23125-202
3,Carla,Lang,Muster AG,030 23125-303
4,Dirk,Kurz,Muster AG,030 23125-404
5,Eva,Geheim,Muster AG,030 23125-505
END
    ruf "$home" --quiet import "$work/people.csv" >/dev/null
}

new_home off '"enabled": false'
expect 1 '' ruf "$home" lookup '030 23125-777'
note "nothing is guessed unless the policy says so"

new_home on '"enabled": true'
ruf "$home" lookup '030 23125-777' '030 23125-101' >"$work/found"
printf '%s\t%s\t%s\n' '030 23125-777' +493023125777 '~ Muster AG' \
    '030 23125-101' +493023125101 'Anna Graf (Muster AG)' >"$work/wanted"
same "$work/found" "$work/wanted" "the company is not named"
echo '030 23125-777' | ruf "$home" lookup - | cut -f 3 >"$work/found"
[ "$(cat "$work/found")" = '~ Muster AG' ] || fail "resident, no company"
ruf "$home" --json lookup '030 23125-777' | grep -q '"approximate": *true' ||
    fail "not marked as approximate"
ruf "$home" --json lookup '030 23125-101' | grep -q '"approximate": *false' ||
    fail "a known number is marked as approximate"
expect 1 '' ruf "$home" lookup '030 23125-505'
expect 1 '' ruf "$home" lookup '089 99998-101'
note "unknown extensions have a company, hidden numbers stay unknown"

ruf "$home" explain '030 23125-777' >"$work/found"
grep -q 'trunk of  *~ Muster AG' "$work/found" || fail "explain is silent"
ruf "$home" --json explain '030 23125-777' | grep -q '"label": *"~ Muster AG"' ||
    fail "explain --json is silent"
expect 1 '' ruf "$home" explain '089 99998-101'
note "explain names the company"

[ "$(ruf "$home" emit | wc -l)" -eq 4 ] || fail "emitted without being asked"
expect 1 '' ruf "$home" ring '+493023125777'
grep -q 'the app says ~ Muster AG' "$work/stdout" || fail "ring is silent"
note "the phone is not given any"

new_home emit '"enabled": true, "emit": 1000'
ruf "$home" emit >"$work/found"
[ "$(wc -l <"$work/found")" -eq 999 ] || fail "not all extensions emitted"
! grep -q '^493023125505' "$work/found" || fail "a hidden number is emitted"
grep -q "^493023125000$tab~ Muster AG\$" "$work/found" || fail "no 000"
ruf "$home" ring '+493023125777' >"$work/found"
[ "$(head -n 1 "$work/found")" = '~ Muster AG' ] || fail "the phone is silent"
ruf "$home" --json lookup '030 23125-777' | grep -q '"approximate": *true' ||
    fail "an emitted extension counts as known"
ruf "$home" verify >/dev/null || fail "verify"
[ "$(ruf "$home" --json stats | json_number entries)" = 999 ] ||
    fail "stats count other entries"
: >"$work/before"
ruf "$home" --quiet emit --format stream >"$work/stream"
ruf "$home" emit >"$work/now"
"$CONFORMANCE" --answer yes --before "$work/before" "$work/stream" \
    "$work/now" >"$work/verdict" || fail "the phone's rules are broken"
note "emitted as far as the policy says"
