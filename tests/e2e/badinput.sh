#!/bin/sh
# badinput.sh - missing, foreign and damaged things are told apart and named
#
# Each case: the exit code of the contract, an error id on stderr, and the last
# good index still answers.
#
# SPDX-License-Identifier: Apache-2.0
. "$(dirname "$0")/lib.sh"

tenant=$work/tenant
size='--contacts 500 --seed 9'
# shellcheck disable=SC2086 # options
start_tenant "$tenant" $size
port=$(tenant_port "$tenant")
good=$work/good
fresh_home "$good" "$tenant"
fresh_home "$work/other" "$tenant"
ruf "$good" emit >"$work/emit"
number=+$(head -n 1 "$work/emit" | cut -f 1)

# A copy to spoil.
copy() {
    rm -rf "$work/home"
    cp -a "$good" "$work/home"
}

answers() {
    ruf "$work/home" emit >"$work/again" || fail "$1: the index is gone"
    same "$work/again" "$work/emit" "$1: the index changed"
    ruf "$work/home" lookup "$number" >"$work/stdout" ||
        fail "$1: the index does not answer"
    note "$1"
}

# flip FILE OFFSET: invert all bits of one byte
flip() {
    byte=$(od -An -v -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059 # the octal escape is the format
    printf "$(printf '\\%03o' $((255 - byte)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>"$work/dd.log"
}

# --- keys ------------------------------------------------------------------------

copy
mv "$work/home/key" "$work/key"
expect 4 K2 ruf "$work/home" lookup "$number"
expect 4 K2 ruf "$work/home" stats
expect 4 K2 ruf "$work/home" emit
[ ! -s "$work/stdout" ] || fail "something was emitted without the key"
mv "$work/key" "$work/home/key"
answers "missing key"

copy
cp -p "$work/home/key" "$work/key"
cp -p "$work/other/key" "$work/home/key"
expect 4 K2 ruf "$work/home" lookup "$number"
expect 4 K2 ruf "$work/home" stats
cp -p "$work/key" "$work/home/key"
answers "wrong key"

# --- the image --------------------------------------------------------------------

copy
cp -p "$work/other/directory.ruf" "$work/home/directory.ruf"
expect 4 K2 ruf "$work/home" lookup "$number"
expect 4 K2 ruf "$work/home" verify
ruf "$work/home" --quiet index || fail "foreign image: it cannot be rebuilt"
answers "foreign image, rebuilt from the store"

bytes=$(wc -c <"$good/directory.ruf" | tr -d ' ')
for size_kept in 0 17 $((bytes / 2)) $((bytes - 1)); do
    copy
    head -c "$size_kept" "$good/directory.ruf" >"$work/home/directory.ruf"
    expect 6 D7 ruf "$work/home" lookup - </dev/null
    expect 6 D7 ruf "$work/home" verify
    note "image cut to $size_kept of $bytes bytes"
done
copy
echo "not an index" >"$work/home/directory.ruf"
expect 6 D7 ruf "$work/home" lookup "$number"
for place in 40 $((bytes / 3)) $((bytes / 2)) $((bytes - 20)); do
    copy
    flip "$work/home/directory.ruf" "$place"
    expect 6 D7 ruf "$work/home" verify
done
ruf "$work/home" --quiet index || fail "damaged image: it cannot be rebuilt"
answers "damaged image, rebuilt from the store"

# --- the store ----------------------------------------------------------------------

copy
pages=$(($(wc -c <"$work/home/store.db") / 4096))
[ "$pages" -gt 20 ] || fail "the store is too small to damage in the middle"
for page in $((pages / 4)) $((pages / 2)) $((pages * 3 / 4)); do
    flip "$work/home/store.db" $((page * 4096 + 100))
done
expect 6 D7 ruf "$work/home" verify
answers "damaged store"

copy
head -c 5000 "$good/store.db" >"$work/home/store.db"
rm -f "$work/home/store.db-wal" "$work/home/store.db-shm"
expect 6 D7 ruf "$work/home" verify
answers "truncated store"

# --- the network ------------------------------------------------------------------------

copy
kill_tenant
expect 5 S5 ruf "$work/home" sync
answers "dead tenant"

# Another authority: the certificate is not trusted.
# shellcheck disable=SC2086 # options
start_tenant "$work/stranger" $size
kill_tenant
# shellcheck disable=SC2086 # options
start_tenant "$tenant" $size --port "$port"
ruf "$work/trusting" --quiet init --policy "$tenant/policy.json" \
    --ca "$work/stranger/ca.pem"
expect 5 S5 ruf "$work/trusting" login --flow app \
    --secret-file "$tenant/client-secret"
ruf "$work/untrusting" --quiet init --policy "$tenant/policy.json"
expect 5 S5 ruf "$work/untrusting" login --flow app \
    --secret-file "$tenant/client-secret"
if grep -q '/token' "$tenant/requests.log"; then
    fail "a secret was sent to an untrusted server"
fi
note "wrong certificate authority"

echo 'not the secret' >"$work/wrong-secret"
copy
expect 5 S5 ruf "$work/home" login --flow app --secret-file "$work/wrong-secret"
answers "wrong secret"

kill_tenant
for body in html truncated empty; do
    printf '[{"path":"GET /","nth":0,"body":"%s"}]\n' "$body" \
        >"$work/faults.json"
    # shellcheck disable=SC2086 # options
    start_tenant "$tenant" $size --port "$port" --faults "$work/faults.json"
    copy
    expect 5 S5 ruf "$work/home" sync --full
    answers "$body body instead of JSON"
    kill_tenant
done

# --- files -------------------------------------------------------------------------------

copy
cat >"$work/bad.csv" <<'END'
given,family,company,phone
Lena,Feld,Muster GmbH,030 23125-001
Jan,"Ohne Ende,Muster GmbH,030 23125-002
END
expect 6 D7 ruf "$work/home" import "$work/bad.csv"
answers "CSV with an open quote"
expect 10 I8 ruf "$work/home" import "$work/none.csv"
answers "file that is not there"

# --- usage ---------------------------------------------------------------------------------

expect 2 U0 ruf "$work/nowhere" stats
expect 2 U0 ruf "$good" init --policy "$tenant/policy.json"
expect 2 U0 ruf "$good" dance
expect 2 U0 ruf "$good" emit --format yaml
echo '{ "schema": "rufname.policy/1", "sources": 7 }' >"$work/policy.json"
expect 3 P1 ruf "$work/new" init --policy "$work/policy.json"
[ ! -e "$work/new" ] || fail "a refused policy left a home"
note "usage and policy errors"
