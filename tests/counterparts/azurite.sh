#!/bin/sh
# azurite.sh - the blob source against Microsoft's storage emulator
#
# Real process, TLS, all three proofs: shared access signature, account key,
# token. Files of every format and packing, ranges of a large one, changes,
# losses, refusals.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/../e2e/lib.sh"
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"

make_certificates
port=$(free_port)
BLOB_ORIGIN=https://127.0.0.1:$port
export BLOB_ORIGIN
start azurite node "$NODE_MODULES/azurite/dist/src/blob/main.js" \
    --blobHost 127.0.0.1 --blobPort "$port" --cert "$work/server.pem" \
    --key "$work/server.key" --oauth basic --disableTelemetry \
    --inMemoryPersistence --silent
wait_for "$port" azurite

blobs() {
    node "$HERE/blobs.mjs" "$@"
}

# --- what lies there ------------------------------------------------------------

mkdir "$work/files"
(
    cd "$work/files"
    printf 'id,givenName,surname,phoneBusiness\n1,Änne,Größing,030 23125-001\n2,Bodo,Lieferant,030 23125-002\n' >plain.csv
    printf 'id;givenName;surname;phoneMobile\n1;Cem;Test;="0152 28817386"\n' >semicolon.csv
    printf '{"id":"1","givenName":"Dörte","surname":"Kundin","phones":["030 23125-003"]}\n' >lines.jsonl
    printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nN:Feld;Lena;;;\r\nTEL;TYPE=work:030 23125-004\r\nEND:VCARD\r\n' |
        gzip -n >cards.vcf.gz
    printf 'nothing to see' >readme.txt
    # Three ranges of 4 MiB, and a number at the very end.
    awk 'BEGIN {
        print "id,givenName,surname,department,phoneBusiness"
        pad = sprintf("%200s", ""); gsub(/ /, "x", pad)
        for (i = 0; i < 50000; i++)
            printf "%d,Person,N%d,%s,\n", i, i, pad
        print "last,Emil,Letzter,,030 23125-005"
    }' >large.csv
)
blobs container contacts
for file in plain.csv lines.jsonl cards.vcf.gz readme.txt; do
    blobs put contacts "$file" "$work/files/$file"
done
blobs put contacts "team süd/50% & more.csv" "$work/files/semicolon.csv"
[ "$(wc -c <"$work/files/large.csv")" -gt 10000000 ] || fail "large.csv is small"
blobs put contacts large.csv "$work/files/large.csv"

# policy HOME CONTAINER: a home that reads it
policy() {
    cat >"$work/policy.json" <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  "auth": { "endpoints": { "sources": ["$BLOB_ORIGIN"] } },
  "sources": [ { "id": "ABS", "kind": "blob", "container": "$2",
    "url": "$BLOB_ORIGIN/devstoreaccount1" } ] }
END
    ruf "$1" --quiet init --policy "$work/policy.json" --ca "$work/ca.pem"
}

sync_json() {
    ruf "$1" --json sync >"$work/sync.json"
}

known() {
    ruf "$1" lookup "$2" >"$work/lookup" || fail "$2 is not known"
    grep -q "$3" "$work/lookup" || fail "$2 is not $3"
}

# --- by signature -----------------------------------------------------------------

home=$work/sas
policy "$home" contacts
blobs sas contacts >"$work/sas.txt"
ruf "$home" login --source ABS --secret-file "$work/sas.txt"
sync_json "$home"
known "$home" '030 23125-001' Größing
known "$home" '0152 28817386' Test
known "$home" '030 23125-003' Kundin
known "$home" '030 23125-004' Feld
known "$home" '030 23125-005' Letzter
# One list, four small files, three ranges of the large one.
[ "$(requests)" -eq 8 ] || fail "full: $(requests) requests, not 8"
note "signature: six names, five files, 8 requests"

sync_json "$home"
[ "$(requests)" -eq 1 ] || fail "no change: $(requests) requests, not 1"
note "nothing changed: one request"

printf 'id,givenName,surname,phoneBusiness\n1,Änne,Größing-Neu,030 23125-001\n' \
    >"$work/files/plain.csv"
blobs put contacts plain.csv "$work/files/plain.csv"
blobs delete contacts lines.jsonl
sync_json "$home"
known "$home" '030 23125-001' Neu
expect 1 '' ruf "$home" lookup '030 23125-002'
expect 1 '' ruf "$home" lookup '030 23125-003'
[ "$(requests)" -eq 2 ] || fail "a change: $(requests) requests, not 2"
note "a change, a loss: two requests"

printf 'id,givenName,surname,phoneBusiness\n1,"Änne,Größing,030 23125-001\n' \
    >"$work/files/plain.csv"
blobs put contacts plain.csv "$work/files/plain.csv"
expect 6 D733 ruf "$home" sync
known "$home" '030 23125-001' Neu
note "a broken file is refused, its records stay"
blobs delete contacts plain.csv

printf 'sv=2021-12-02&sr=c&sp=rl&se=2099-01-01T00%%3A00%%3A00Z&sig=AAAA' \
    >"$work/forged.txt"
ruf "$home" login --source ABS --secret-file "$work/forged.txt"
expect 5 S501 ruf "$home" sync
! grep -q 'sig=' "$work/stderr" || fail "the signature is in the message"
known "$home" '030 23125-005' Letzter
note "a forged signature is refused, the records stay"

# --- one blob ----------------------------------------------------------------------

home=$work/single
policy "$home" contacts/cards.vcf.gz
blobs sas contacts cards.vcf.gz >"$work/sas.txt"
ruf "$home" login --source ABS --secret-file "$work/sas.txt"
sync_json "$home"
known "$home" '030 23125-004' Feld
sync_json "$home"
[ "$(requests)" -eq 1 ] || fail "one blob: $(requests) requests, not 1"
[ "$(json_number bytes <"$work/sync.json")" -eq 0 ] || fail "304 has a body"
note "one blob, no list: a request, then 304"

# --- by key ---------------------------------------------------------------------------

home=$work/key
policy "$home" 'contacts/team süd/'
sed -n "s/.*'\(Eby8[^']*\)'.*/\1/p" "$HERE/blobs.mjs" >"$work/key.txt"
ruf "$home" login --source ABS --secret-file "$work/key.txt"
sync_json "$home"
known "$home" '0152 28817386' Test
[ "$(json_number added <"$work/sync.json")" -eq 1 ] || fail "the prefix"
note "account key: names with blanks, umlauts and percent signs"
printf '%s' 'not a key' >"$work/key.txt"
expect 5 S507 ruf "$home" login --source ABS --secret-file "$work/key.txt"

# --- by token ---------------------------------------------------------------------------

start_tenant "$work/tenant" --contacts 50
cat "$work/ca.pem" "$work/tenant/ca.pem" >"$work/both.pem"
home=$work/token
cat >"$work/policy.json" <<END
{ "schema": "rufname.policy/1", "version": 1, "region": { "default": "DE" },
  "protection": { "pin": { "required": false } },
  $(sed -n '/"auth"/,/"endpoints"/p' "$work/tenant/policy.json" |
    sed "s|\"endpoints\": {|\"endpoints\": { \"sources\": [\"$BLOB_ORIGIN\"],|")
  "sources": [ { "id": "ABS", "kind": "blob", "container": "contacts",
    "url": "$BLOB_ORIGIN/devstoreaccount1" } ] }
END
ruf "$home" --quiet init --policy "$work/policy.json" --ca "$work/both.pem"
ruf "$home" --quiet login --flow app \
    --secret-file "$work/tenant/client-secret"
sync_json "$home"
known "$home" '030 23125-005' Letzter
note "token of the sign-in: read"

# Nothing of it in the clear.
for secret in "$(sed 's/.*sig=//' "$work/sas.txt")" Eby8vdM02xNOcqFlqUwJPLlm; do
    ! grep -rqF -- "$secret" "$work"/sas "$work"/single "$work"/key ||
        fail "a secret lies in the clear"
done
note "no signature or key in a home's files"
