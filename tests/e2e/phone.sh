#!/bin/sh
# phone.sh - requests to a phone: full, delta, keep; ring; Live Caller ID input
#
# Every stream goes through the checker of the phone's rules, with what the
# phone held before and what it is to hold.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

home=$work/home
file_policy "$work/policy.json"

# company FILE BERND: 40 people; the second one's name is a parameter
company() {
    echo 'id,givenName,surname,company,phonebusiness' >"$1"
    i=0
    while [ "$i" -lt 40 ]; do
        name=Anna
        [ "$i" -ne 1 ] || name=$2
        printf '%d,%s,Graf,Muster AG,030 23125-%03d\n' "$i" "$name" "$i"
        i=$((i + 1))
    done >>"$1"
}

# request OPTION...: the calls of the next request in $work/stream
request() {
    ruf "$home" --quiet emit --format stream "$@" >"$work/stream"
}

# conforms ANSWER: from what was committed before to what is published now
conforms() {
    ruf "$home" emit >"$work/now"
    "$CONFORMANCE" --answer "$1" --before "$work/before" "$work/stream" \
        "$work/now" >"$work/verdict" || {
        cat "$work/stream" "$work/verdict" >&2
        fail "$2: the phone's rules are broken"
    }
}

ruf "$home" --quiet init --policy "$work/policy.json"
: >"$work/before"
request
[ "$(cat "$work/stream")" = COMPLETE ] || fail "nothing synced, but calls"
company "$work/c.csv" Bernd
ruf "$home" --quiet import "$work/c.csv" >/dev/null
request --commit
[ "$(grep -c '^ADD_ID' "$work/stream")" = 40 ] || fail "first request not full"
! grep -q ASK "$work/stream" || fail "the first request asks"
conforms yes "first request"
note "the first request is full"

cp "$work/now" "$work/before"
request
printf 'ASK\nCOMPLETE\n' >"$work/keep"
same "$work/stream" "$work/keep" "an unchanged index is not kept"
conforms yes "keep"
request --answer no
[ "$(grep -c '^ADD_ID' "$work/stream")" = 40 ] || fail "told no, but not full"
conforms no "keep, told no"
note "an unchanged index is kept, or sent whole when the phone says no"

company "$work/c.csv" Berta
sed -i -e '/^3,/d' -e '$a 99,Dora,Graf,,030 23125-999' "$work/c.csv"
ruf "$home" --quiet import "$work/c.csv" >/dev/null
request
cat >"$work/delta" <<END
ASK
DEL_ID 493023125001
DEL_ID 493023125003
ADD_ID 493023125001${tab}Berta Graf (Muster AG)
ADD_ID 493023125999${tab}Dora Graf
COMPLETE
END
same "$work/stream" "$work/delta" "the delta is another"
conforms yes "delta"
request
same "$work/stream" "$work/delta" "the same index gives another stream"
note "a change is sent as removals, then additions"

sed 's/^DEL_ID 493023125003$/DEL_ID 493023125004/' "$work/delta" >"$work/broken"
! "$CONFORMANCE" --answer yes --before "$work/before" "$work/broken" \
    "$work/now" >/dev/null || fail "the checker accepts a wrong removal"

# --- ring: the phone has the old generation until the new one is committed
expect 0 '' ruf "$home" ring 030/23125-001
grep -q '^Bernd Graf (Muster AG)$' "$work/stdout" ||
    fail "the phone shows what it was not given"
request --commit
ruf "$home" ring '+49 30 23125001' | grep -q '^Berta Graf' ||
    fail "the phone does not show what it was given"
expect 1 '' ruf "$home" ring 030/23125-003
printf 'BEGIN:VCARD\nVERSION:3.0\nFN:Oma\nTEL:030 23125001\nEND:VCARD\n' \
    >"$work/d.vcf"
ruf "$home" ring 004930/23125-001 --device-contacts "$work/d.vcf" |
    grep -q '^Oma$' || fail "the phone's own contacts do not come first"
ruf "$home" --json ring 030/23125-001 --device-contacts "$work/d.vcf" |
    grep -q '"label":"Oma","source":"contacts"' || fail "ring --json"
note "ring asks the phone's contacts, then the committed list"

# --- Android asks per call, through the reader alone
provider() {
    "$PROVIDER" "$home/directory.ruf" "$home/key" DE "$1"
}
[ "$(provider phone_lookup/%2B493023125001)" = \
    "Berta Graf (Muster AG)${tab}+493023125001" ] || fail "provider: hit"
[ "$(provider phone_lookup/030%2023125-001 | cut -f 1)" = \
    'Berta Graf (Muster AG)' ] || fail "provider: national number"
[ -z "$(provider phone_lookup/%2B493023125003)" ] || fail "provider: a miss has a row"
[ "$(provider directories | cut -f 1)" = Rufname ] || fail "provider: directories"
expect 3 '' provider contacts
note "the directory provider answers calls"

# --- damage: the phone keeps what it has, and the reason is told
cp "$home/directory.ruf" "$work/good.ruf"
printf 'x' | dd of="$home/directory.ruf" bs=1 seek=90 conv=notrunc 2>/dev/null
expect 6 D7 ruf "$home" emit --format stream --commit
same "$work/stdout" "$work/keep" "a damaged index does not keep"
grep -q 'mode=keep .*reason=D7' "$home/directory.report" || fail "no reason"
cp "$work/good.ruf" "$home/directory.ruf"
request
same "$work/stream" "$work/keep" "what was kept is not known any more"
expect 2 U001 ruf "$home" emit --commit
expect 2 U001 ruf "$home" emit --format stream --answer maybe
note "a damaged index costs the phone nothing"

# --- blocked numbers: the policy's list in the index, in requests, in exports
cat >"$work/blocking.json" <<'END'
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "auth": { "tenant": "t", "client_id": "c" },
  "blocking": { "numbers": [ "+493023125950", "+493023125002" ] },
  "sources": [ { "id": "CSV", "kind": "file" } ] }
END
strict=$work/strict
# set_of: what the phone is to hold, as the checker reads it
set_of() {
    ruf "$strict" emit
    ruf "$strict" emit --blocked
}
ruf "$strict" --quiet init --policy "$work/blocking.json"
ruf "$strict" --quiet import "$work/c.csv" >/dev/null
printf '493023125002\n493023125950\n' >"$work/wanted"
ruf "$strict" emit --blocked >"$work/got"
same "$work/got" "$work/wanted" "emit --blocked"
ruf "$strict" emit >"$work/got"
! grep -q '^493023125002' "$work/got" || fail "a blocked number has a name"
[ "$(ruf "$strict" --json stats | json_number entries)" = \
    "$(($(wc -l <"$work/got")))" ] || fail "stats count other entries"
ruf "$strict" --quiet emit --format stream --commit >"$work/stream"
[ "$(grep -c '^ADD_BL' "$work/stream")" = 2 ] || fail "not both are blocked"
set_of >"$work/set"
"$CONFORMANCE" --answer yes --before /dev/null "$work/stream" "$work/set" \
    >"$work/verdict" || fail "the phone's rules are broken: blocking"
expect 1 '' ruf "$strict" ring +493023125002
grep -q 'blocked: blocking.numbers' "$work/stdout" || fail "ring: not blocked"
ruf "$strict" lookup +493023125002 | grep -q Graf || fail "unknown in the app"
# A policy that blocks one number less and one more.
cp "$work/set" "$work/before.set"
sed 's/+493023125950/+493023125951/' "$work/blocking.json" \
    >"$strict/policy.json"
ruf "$strict" --quiet index >/dev/null
ruf "$strict" --quiet emit --format stream >"$work/stream"
printf 'ASK\nDEL_BL 493023125950\nADD_BL 493023125951\nCOMPLETE\n' \
    >"$work/wanted"
same "$work/stream" "$work/wanted" "another list is another delta"
set_of >"$work/set"
"$CONFORMANCE" --answer yes --before "$work/before.set" "$work/stream" \
    "$work/set" >"$work/verdict" || fail "the phone's rules are broken: delta"
expect 2 U001 ruf "$strict" emit --format stream --blocked
note "blocked numbers reach the phone, and leave it"

# --- Live Caller ID Lookup, read by protobuf's own decoder
expect 0 '' ruf "$home" export live-caller-id "$work/pir.binpb" --shards 4 \
    --cache-minutes 60 --test-identity
cp "$work/stdout" "$work/shards"
[ "$(ruf "$home" audit | tail -n 1 | cut -f 3,5)" = "$(printf 'export\t0')" ] ||
    fail "names left the home, and the audit does not say so"
if command -v protoc >/dev/null; then
    cat >"$work/pir.proto" <<'END'
syntax = "proto3";
message KeywordDatabase { repeated KeywordDatabaseRow rows = 1; }
message KeywordDatabaseRow { bytes keyword = 1; bytes value = 2; }
message Values { repeated CallIdentity values = 1; }
message CallIdentity {
  string name = 1;
  uint32 cache_expiry_minutes = 3;
  enum Category { NONE = 0; PERSON = 1; BUSINESS = 2; }
  Category category = 4;
}
END
    (cd "$work" && protoc --decode KeywordDatabase pir.proto <pir.binpb >rows) ||
        fail "protoc does not read the file"
    ! grep -q '^ *[0-9]*:' "$work/rows" || fail "unknown fields"
    sed -n 's/^ *keyword: "+\(.*\)"$/\1/p' "$work/rows" >"$work/keywords"
    [ -z "$(sort "$work/keywords" | uniq -d)" ] || fail "a doubled keyword"
    { cut -f 1 "$work/now"; echo 14085551212; } | sort -n >"$work/wanted"
    sort -n "$work/keywords" >"$work/got"
    same "$work/got" "$work/wanted" "other keywords than entries"
    # A row and a repeated CallIdentity differ by their keyword only.
    grep -c 'value: .*Graf.*\\030<\\020\\002\|value: .*Graf.*\\030< \\002' \
        "$work/rows" >/dev/null || fail "values without cache and category"
    ruf "$strict" --quiet export live-caller-id "$work/block.binpb" --blocked \
        >/dev/null
    (cd "$work" && protoc --decode KeywordDatabase pir.proto <block.binpb) |
        tr -d ' ' >"$work/got"
    for number in 493023125002 493023125951; do
        printf 'rows{\nkeyword:"+%s"\nvalue:"\\001"\n}\n' "$number"
    done >"$work/wanted"
    same "$work/got" "$work/wanted" "block values"
    ruf "$strict" --quiet export live-caller-id "$work/strict.binpb" >/dev/null
    ! grep -q 493023125002 "$work/strict.binpb" || fail "blocked, but named"
    # Shards, counted by other means.
    : >"$work/by-sha"
    while read -r number; do
        hex=$(printf '+%s' "$number" | openssl dgst -sha256 | sed 's/.* //' |
            cut -c 1-2)
        # Modulo 4 only the lowest byte counts, the first one.
        echo $((0x$hex % 4))
    done <"$work/keywords" | sort | uniq -c | awk '{ print $2 "\t" $1 }' \
        >"$work/by-sha"
    tail -n +2 "$work/shards" >"$work/counted"
    same "$work/counted" "$work/by-sha" "other shards than by SHA-256"
    note "protoc reads the Live Caller ID input; shards are as documented"
fi
