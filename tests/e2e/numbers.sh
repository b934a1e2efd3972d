#!/bin/sh
# numbers.sh - from raw numbers of a file to the call directory, and why
#
# Import, report, explain, lookup and the forms that people read.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home
cat >"$work/policy.json" <<'END'
{ "schema": "rufname.policy/1", "version": 1,
  "protection": { "pin": { "required": false } },
  "region": { "default": "DE" },
  "sources": [ { "id": "LIST", "kind": "file" } ],
  "cleaning": { "area_codes": { "DE": "30" } } }
END
cat >"$work/list.csv" <<'END'
givenname,surname,company,phone-business,phone-mobile
Anna,Adler,Muster AG,Tel.: 030 23125-001 (Zentrale),4915228817386
Bernd,Birke,Muster AG,"030 23125-002
089 99998-002",siehe Notiz
Clara,Cramer,Beispiel GmbH,23125 003,2024-11-05
Dora,Distel,Beispiel GmbH,0900 1234567,112
Emil,Esche,Beispiel GmbH,+999 123456,+1 555 123 4567
END
"$RUFNAME" --home "$home" init --policy "$work/policy.json" >"$work/init" 2>&1 ||
    fail "init: $(cat "$work/init")"
[ "$("$RUFNAME" policy check "$work/policy.json" 2>&1)" = '0 errors, 0 warnings' ] ||
    fail "policy check"
printf '{ "schema": "rufname.policy/1", "version": 0, "sources": [] }' \
    >"$work/wrong.json"
code=0
"$RUFNAME" --lang en policy check "$work/wrong.json" >"$work/check" 2>/dev/null || code=$?
[ "$code" -eq 3 ] || fail "policy check of a wrong document ends with $code"
grep -q "wrong.json:1:44: error P104: /version: " "$work/check" ||
    fail "policy check: $(cat "$work/check")"
printf '{ "schema": "rufname.policy/1", "version": 1, "sources": [],
  "\\u001b[2J\\u009b": 1 }' >"$work/hostile.json"
"$RUFNAME" --lang en policy check "$work/hostile.json" >"$work/check" 2>&1 || :
grep -q ': warning P101: /?\[2J?: ' "$work/check" && grep -q '1 warning$' "$work/check" ||
    fail "policy check of a hostile name: $(cat -v "$work/check")"
ruf "$home" policy show | grep -q '"area_codes"' || fail "policy show"
note "policy check and show"
ruf "$home" import "$work/list.csv" >"$work/import" 2>&1 ||
    fail "import: $(cat "$work/import")"

ruf "$home" emit | cut -f 1 >"$work/emitted"
printf '%s\n' 493023125001 493023125002 493023125003 498999998002 \
    4915228817386 >"$work/expected"
same "$work/emitted" "$work/expected" "other numbers are emitted"
note "corrected, split and local numbers are emitted; premium ones are not"

ruf "$home" --json report >"$work/report"
for field in '"source":"LIST"' '"numbers":11' '"identified":6' \
    '"not-a-number":1' '"refused":1' '"emergency":1' '"calling-code":1' \
    '"unassigned":1' '"label":1' '"split":2' '"area-code":1'; do
    grep -q "$field" "$work/report" || {
        cat "$work/report" >&2
        fail "report lacks $field"
    }
done
ruf "$home" --lang de report >"$work/report.de"
grep -q 'LIST: 11 Rufnummern, 6 erkannt (54.5 %)' "$work/report.de" ||
    fail "report: $(cat "$work/report.de")"
note "report counts reasons and corrections"

ruf "$home" --json explain 030-23125001 >"$work/explain"
grep -q '"rule":"default","corrections":\["label"\],"emitted":true' \
    "$work/explain" || fail "explain: $(cat "$work/explain")"
ruf "$home" --json explain '0900 1234567' >"$work/explain"
grep -q '"type":"premium_rate".*"emitted":false,"held":"type"' \
    "$work/explain" || fail "explain: $(cat "$work/explain")"
ruf "$home" --lang en explain 'siehe Notiz' >"$work/explain"
grep -q 'N303: ' "$work/explain" || fail "explain: $(cat "$work/explain")"
code=0
ruf "$home" explain '030 23125-999' >"$work/explain" || code=$?
[ "$code" -eq 1 ] || fail "explain of an unknown number ends with $code"
"$RUFNAME" --lang en explain K201 | grep -q '^K201: The key' ||
    fail "explain does not know K201"
"$RUFNAME" --json --lang en explain K201 |
    grep -q '^{"schema":"rufname.explain-code/1","id":"K201","message":"The key' ||
    fail "explain --json of a message"
code=0
"$RUFNAME" explain Z999 2>/dev/null || code=$?
[ "$code" -eq 2 ] || fail "explain of no message ends with $code"
note "explain names record, rule, correction and what holds a number back"

[ "$(ruf "$home" lookup '4915228817386' | cut -f 2,3)" = \
    "+4915228817386${tab}Anna Adler (Muster AG)" ] || fail "lookup"
[ "$(ruf "$home" search cramer | cut -f 2,4)" = \
    "Clara Cramer${tab}+49 30 23125003" ] || fail "search: international form"
long=$(printf '%01200d' 0)
[ "$(ruf "$home" search cramer clara cramer clara cramer clara cramer clara \
    "$long" | cut -f 2)" = "Clara Cramer" ] || fail "search: a long query"
ruf "$home" --json search cramer |
    grep -q '"national":"030 23125003","uri":"tel:+49-30-23125003"' ||
    fail "search --json: national form"
note "numbers are read and shown as people do"

printf '030 23125-001\n112\n+49 152 28817386\n' | "$STANDARDISE" DE \
    >"$work/example"
printf '+493023125001\n-\n+4915228817386\n' >"$work/expected"
same "$work/example" "$work/expected" "the example program"
note "examples/standardise.c"
